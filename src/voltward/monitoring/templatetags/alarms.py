"""Filters and tags of the alarm centre's templates: ``{% load alarms %}``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import template

from voltward.monitoring import alarm_cells
from voltward.monitoring.alarm_cells import DeskCell, DeskHead, Head
from voltward.pages.lists.asking import Asked
from voltward.pages.lists.cells import ShownCell
from voltward.pages.lists.facets import Choice, DrawnFacet

register = template.Library()
MOST: Final = 12


@register.filter
def met(facet: DrawnFacet) -> list[Choice]:
    """The choices that some alarm has, and the one that is chosen: a desk has no room for the others."""
    every = [*facet.shown, *facet.more]
    return [one for one in every if one.count or one.count is None or one.chosen][:MOST]


@register.simple_tag
def desk_heads(asked: Asked, heads: Sequence[Head]) -> list[DeskHead]:
    return alarm_cells.desk_heads(asked, heads)


@register.simple_tag
def desk_rows(
    asked: Asked, records: Sequence[Any], body: Sequence[Sequence[ShownCell]]
) -> list[tuple[Any, list[DeskCell]]]:
    """Each alarm with the cells of its row."""
    pairs = zip(records, body, strict=True)
    return [(alarm, alarm_cells.desk_cells(asked, row)) for alarm, row in pairs]

"""Filters of the alarm centre's templates: ``{% load alarms %}``."""

from __future__ import annotations

from typing import Final

from django import template

from voltward.pages.lists.facets import Choice, DrawnFacet

register = template.Library()
MOST: Final = 12


@register.filter
def met(facet: DrawnFacet) -> list[Choice]:
    """The choices that some alarm has, and the one that is chosen: a desk has no room for the others."""
    every = [*facet.shown, *facet.more]
    return [one for one in every if one.count or one.count is None or one.chosen][:MOST]

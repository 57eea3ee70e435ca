"""The filters of a list, with those that other rooms add to it: for page, export and API alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from voltward.pages.room import REGISTRY, ListFilter


class RoomFilterSet(FilterSet):  # type: ignore[misc]
    """``of``: the kind of record. Whoever lacks a filter's grant does not have the filter."""

    of = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        actor = getattr(self.request, "user", None)
        for added in REGISTRY.filters(self.of, actor) if actor is not None else ():
            found = ChoiceFilter(
                field_name=added.name,
                label=added.title,
                choices=added.choices,
                empty_label=_("全部"),
                method=partial(_narrowed, added, actor),
            )
            found.parent, found.model = self, self.queryset.model
            self.filters[added.name] = found


def _narrowed(
    added: ListFilter, actor: Any, rows: QuerySet[Any], name: str, value: str
) -> QuerySet[Any]:
    del name
    narrow: Callable[[Any, Any, str], QuerySet[Any]] = added.narrow
    return narrow(actor, rows, value)

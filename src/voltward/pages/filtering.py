"""The filters of a list, with those that other rooms add to it: for page, export and API alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.pages.room import REGISTRY, ListFilter


class RoomFilterSet(FilterSet):  # type: ignore[misc]
    """``of``: the kind of record. Whoever lacks a filter's grant does not have the filter."""

    of = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        actor = getattr(self.request, "user", None)
        for added in REGISTRY.filters(self.of, actor) if actor is not None else ():
            found = _filter_of(added, actor, is_set=bool((self.data or {}).get(added.name)))
            found.parent, found.model = self, self.queryset.model
            self.filters[added.name] = found


def _filter_of(added: ListFilter, actor: Any, *, is_set: bool) -> Any:
    shared = {
        "field_name": added.name,
        "label": added.title,
        "method": partial(_narrowed, added, actor),
    }
    if added.choices:
        return ChoiceFilter(choices=added.choices, empty_label=_("全部"), **shared)
    widget = forms.TextInput if is_set else forms.HiddenInput
    matches = RegexValidator(f"^(?:{added.pattern})$")
    return CharFilter(validators=[matches], max_length=80, widget=widget, **shared)


def _narrowed(
    added: ListFilter, actor: Any, rows: QuerySet[Any], name: str, value: str
) -> QuerySet[Any]:
    del name
    narrow: Callable[[Any, Any, str], QuerySet[Any]] = added.narrow
    return narrow(actor, rows, value)

"""What an address asks of a list: filters, order, columns; and what in it nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django_filters import FilterSet

from voltward.base.errors import BadInput
from voltward.pages.lists.declaration import List, ListColumn
from voltward.pages.lists.keyset import Order
from voltward.pages.room import REGISTRY, Column

AnyColumn = ListColumn | Column


@dataclass(frozen=True)
class Asking:
    """Stands where a filterset expects a request, for work that has none."""

    user: Any


@dataclass(frozen=True)
class Asked:
    """``data``: the query. ``unknown``: names and values in it that mean nothing here."""

    declaration: List
    actor: Any
    data: QueryDict
    filter: FilterSet
    order: Order
    sort: str
    columns: tuple[AnyColumn, ...]
    unknown: tuple[str, ...]

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The filtered rows, unordered; a filter with a wrong value leaves all (pages) rows."""
        rows: QuerySet[Any] = self.filter.qs
        return rows

    @property
    def filters(self) -> dict[str, str]:
        """The filters in force, name to value."""
        given = {name: self.data.get(name, "") for name in self.filter.filters}
        return {name: value for name, value in given.items() if value}

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key_of(column) for column in self.columns)

    def query(self) -> str:
        """The filters as an address keeps them, in a fixed order."""
        kept = QueryDict(mutable=True)
        for name in sorted(self.filters):
            kept.setlist(name, self.data.getlist(name))
        return kept.urlencode()

    def checked(self) -> Asked:
        """Itself.

        Raises:
            BadInput: a filter, sort or column that is not known, or a value that a filter refuses.
        """
        if self.unknown:
            raise BadInput(f"{self.declaration.of}: {'; '.join(self.unknown)}")
        if not self.filter.is_valid():
            names = ", ".join(self.filter.errors)
            raise BadInput(f"{self.declaration.of}: {names}: not a value of this filter")
        return self

    def with_columns(self, columns: Sequence[AnyColumn]) -> Asked:
        return replace(self, columns=tuple(columns))


def asked_of(
    declaration: List,
    actor: Any,
    data: QueryDict,
    also: Sequence[str] = (),
    kept: Sequence[str] = (),
) -> Asked:
    """Read a query. ``also``: names it may hold besides; ``kept``: columns the person chose."""
    chosen = filterset_of(declaration, actor, data)
    known = [*chosen.filters, *also]
    unknown = [f"found {name}, known are {', '.join(known)}" for name in data if name not in known]
    order, sort, wrong = _order(declaration, data.get("sort", ""))
    columns, strange = _columns(declaration, actor, data.get("columns", ""), kept)
    return Asked(
        declaration, actor, data, chosen, order, sort, columns, (*unknown, *wrong, *strange)
    )


def filterset_of(declaration: List, actor: Any, data: QueryDict) -> FilterSet:
    rows = declaration.rows(actor)
    return declaration.filterset(data, queryset=rows, request=Asking(actor))


def available(declaration: List, actor: Any) -> list[AnyColumn]:
    """Its own columns, then those of other rooms that the actor may see."""
    return [*declaration.columns, *REGISTRY.columns(declaration.of, actor)]


def choices_of(filter: Any) -> list[tuple[Any, Any]]:
    """Value and title of each choice of a filter; a function answers when asked, with what later
    rooms registered."""
    given = filter.extra.get("choices", ())
    return list(given() if callable(given) else given)


def key_of(column: AnyColumn) -> str:
    return column.key


def _order(declaration: List, text: str) -> tuple[Order, str, list[str]]:
    sorts = declaration.sorts()
    path = sorts.get(text.removeprefix("-"))
    if path is not None:
        sign = "-" if text.startswith("-") else ""
        return Order.named(sign + path, declaration.tie), text, []
    wrong = [f"sort: found {text}, known are {', '.join(sorts)}"] if text else []
    return Order.named(declaration.order, declaration.tie), "", wrong


def _columns(
    declaration: List, actor: Any, text: str, kept: Sequence[str]
) -> tuple[tuple[AnyColumn, ...], list[str]]:
    by_key = {key_of(column): column for column in available(declaration, actor)}
    wanted = [key for key in text.split(",") if key] or list(kept)
    found = tuple(by_key[key] for key in dict.fromkeys(wanted) if key in by_key)
    strange = [key for key in text.split(",") if key and key not in by_key]
    wrong = [f"columns: found {key}, known are {', '.join(by_key)}" for key in strange]
    usual = tuple(
        column for column in by_key.values() if not isinstance(column, ListColumn) or column.shown
    )
    return found or usual, wrong

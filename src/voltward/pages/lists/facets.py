"""How many rows there are, and how many behind each choice: capped, so that it stays cheap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.http import QueryDict

from voltward.pages.lists.asking import Asked, choices_of, filterset_of
from voltward.pages.lists.declaration import Facet
from voltward.pages.lists.hurry import hurried
from voltward.pages.room import Text

COUNT_CAP = 100_000
SAMPLE = 20_000
SHOWN = 12
PATIENCE_MS = 250


@dataclass(frozen=True)
class Counted:
    """``number`` rows; ``at_least``: there are more, or so many were counted when time was up."""

    number: int
    at_least: bool


@dataclass(frozen=True)
class Choice:
    """One chip. ``count`` None: not known in time. ``at_least``: counted in a part of the rows."""

    value: str
    title: Text
    count: int | None
    at_least: bool
    chosen: bool


@dataclass(frozen=True)
class DrawnFacet:
    """``shown`` first, ``more`` behind a fold."""

    name: str
    title: Text
    shown: Sequence[Choice]
    more: Sequence[Choice]


def counted(rows: QuerySet[Any], seen: int, cap: int = COUNT_CAP) -> Counted:
    """Rows up to ``cap``; ``seen``: how many are known to be there when time runs out."""
    number = hurried(lambda: rows.order_by()[: cap + 1].count(), PATIENCE_MS)
    if number is None:
        return Counted(seen, at_least=True)
    return Counted(min(number, cap), at_least=number > cap)


def drawn(asked: Asked) -> list[DrawnFacet]:
    """Each facet counts the rows that all other filters leave."""
    return [
        _drawn(asked, facet)
        for facet in asked.declaration.facets
        if facet.filter in asked.filter.filters
    ]


def _drawn(asked: Asked, facet: Facet) -> DrawnFacet:
    of_filter = asked.filter.filters[facet.filter]
    others: QueryDict = asked.data.copy()
    others.pop(facet.filter, None)
    rows = filterset_of(asked.declaration, asked.actor, others).qs
    groups = hurried(lambda: _groups(rows, facet.path), PATIENCE_MS)
    numbers = dict(groups or ())
    partial = groups is None or sum(numbers.values()) > SAMPLE
    titles = {str(value): title for value, title in choices_of(of_filter)}
    chosen = asked.data.get(facet.filter, "")
    values = list(titles) or list(numbers)
    if chosen and chosen not in values and not titles:
        values.append(chosen)
    choices = [
        Choice(
            value,
            titles.get(value, value),
            numbers.get(value, None if partial else 0),
            partial,
            value == chosen,
        )
        for value in values
    ]
    return DrawnFacet(facet.filter, of_filter.label, choices[:SHOWN], choices[SHOWN:])


def _groups(rows: QuerySet[Any], path: str) -> list[tuple[str, int]]:
    """Values of ``path`` in the first SAMPLE rows, with how many have each; most first."""
    try:
        values = rows.order_by().values_list(F(path), flat=True)
        sql, values_of = values[: SAMPLE + 1].query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT value::text, count(*) FROM ({sql}) AS sample(value)"
            " WHERE value::text <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 60",
            values_of,
        )
        return [(str(value), int(number)) for value, number in cursor.fetchall()]

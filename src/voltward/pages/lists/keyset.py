"""Pages by key, not by number: the rows after (or before) a place, whatever is added meanwhile.

Nulls count as greatest, which is PostgreSQL's own order in both directions, so that one plain index
serves both. Each part of a page is one range of that index: the thousandth page costs what the first does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

KEY = "vw_key"  # the value a row is sorted by, read with the row


@dataclass(frozen=True)
class Order:
    """By the field at ``path``, then by ``tie``, a unique field; both in one direction."""

    path: str
    descending: bool
    tie: str = "pk"

    @classmethod
    def named(cls, text: str, tie: str) -> Order:
        """``-at`` or ``vin`` as an order."""
        return cls(text.removeprefix("-"), text.startswith("-"), tie)

    @property
    def flipped(self) -> Order:
        return Order(self.path, not self.descending, self.tie)

    def fields(self) -> tuple[str, ...]:
        sign = "-" if self.descending else ""
        names = (self.path,) if self.path == self.tie else (self.path, self.tie)
        return tuple(sign + name for name in names)


@dataclass(frozen=True)
class Place:
    """Where a page ends: the last row's value (None: null) and what tells it from its equals."""

    value: Any
    tie: Any


@dataclass(frozen=True)
class Slice:
    """One page. ``first`` and ``last``: the places of its ends; None when it is empty."""

    records: list[Any]
    has_before: bool
    has_after: bool
    first: Place | None
    last: Place | None


class _Row(Func):
    """``ROW(a, b)``: PostgreSQL compares rows as an index with these columns is sorted."""

    template = "ROW(%(expressions)s)"
    output_field = BooleanField()


def field_at(model: type[Model], path: str) -> tuple[Field[Any, Any], bool]:
    """The field at ``path`` and whether it can be null, on the way there too.

    Raises:
        FieldDoesNotExist: no such field.
    """
    nullable = False
    field: Any = None
    here: Any = model
    for part in path.split("__"):
        if here is None:
            raise FieldDoesNotExist(path)
        field = here._meta.pk if part == "pk" else here._meta.get_field(part)
        nullable = nullable or bool(field.null)
        here = field.related_model
    return field, nullable


def sliced(
    rows: QuerySet[Any], order: Order, size: int, place: Place | None, *, backwards: bool = False
) -> Slice:
    """``size`` rows after ``place``, or ``backwards`` before it; both in the list's own order."""
    asked = order.flipped if backwards else order
    found = _fetched(rows, asked, place, size + 1)
    more, records = len(found) > size, found[:size]
    if backwards:
        records.reverse()
    ends = (place_of(records[0], order), place_of(records[-1], order)) if records else (None, None)
    before, after = (more, place is not None) if backwards else (place is not None, more)
    return Slice(records, before, after, *ends)


def place_of(record: Any, order: Order) -> Place:
    return Place(getattr(record, KEY), getattr(record, order.tie))


def _fetched(rows: QuerySet[Any], order: Order, place: Place | None, limit: int) -> list[Any]:
    keyed = rows.annotate(**{KEY: F(order.path)}).order_by(*order.fields())
    found: list[Any] = []
    for part in _parts(keyed, order, place):
        found += part[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _parts(rows: QuerySet[Any], order: Order, place: Place | None) -> list[QuerySet[Any]]:
    """What follows ``place``, in ranges of the index, first to last."""
    if place is None:
        return [rows]
    field, nullable = field_at(rows.model, order.path)
    is_null = f"{order.path}__isnull"
    step = "lt" if order.descending else "gt"
    if place.value is None:
        equals = rows.filter(Q(**{is_null: True, f"{order.tie}__{step}": place.tie}))
        return [equals, rows.filter(Q(**{is_null: False}))] if order.descending else [equals]
    if order.path == order.tie:
        return [rows.filter(Q(**{f"{order.path}__{step}": place.value}))]
    tie_field, _ = field_at(rows.model, order.tie)
    here = _Row(F(order.path), F(order.tie))
    there = _Row(Value(place.value, field), Value(place.tie, tie_field))
    beyond = rows.filter(LessThan(here, there) if order.descending else GreaterThan(here, there))
    if nullable and not order.descending:
        return [beyond, rows.filter(Q(**{is_null: True}))]
    return [beyond]

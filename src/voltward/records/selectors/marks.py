"""Rows that decide who may do what and that the platform did not write, or took away already."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.records.models import ApiToken, Approval, Assignment, AuditRow, Person
from voltward.records.models.marked import Marked

MODELS: dict[str, type[Marked]] = {
    one.__name__: one for one in (Person, Assignment, ApiToken, Approval)
}
ROWS_AT_ONCE = 2000
# what ends a right, and what begins it again: the last of them in the trail is what holds
_ENDS: dict[type[Marked], tuple[str, ...]] = {
    Person: ("person.disable", "person.enable"),
    Assignment: ("role.take",),
    ApiToken: ("token.revoke", "token.own.revoke"),
}
_BEGINS_AGAIN = frozenset({"person.enable"})


def rows_forged() -> Iterator[Marked]:
    """Every row whose mark does not fit it; decided wishes decide nothing any more."""
    for model in MODELS.values():
        rows: QuerySet[Any] = model._base_manager.order_by("pk")
        waiting = rows.filter(state="waiting") if model is Approval else rows
        yield from (row for row in waiting.iterator(ROWS_AT_ONCE) if not row.is_genuine)


def rows_put_back() -> Iterator[Marked]:
    """Rows that give a right which the audit trail says was taken away: a copy, mark and all."""
    for model, actions in _ENDS.items():
        rows = _giving(model).iterator(ROWS_AT_ONCE)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            subjects = {f"{model.__name__}:{row.pk}": row for row in some}
            last = AuditRow.objects.filter(
                subject__in=subjects, action__in=actions, result="done"
            ).order_by("subject", "-pk")
            for row in last.distinct("subject"):
                held = subjects[row.subject]
                if row.action not in _BEGINS_AGAIN and held.is_genuine:
                    yield held


def _giving(model: type[Marked]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._base_manager.order_by("pk").exclude(mark="")
    if model is Person:
        return rows.filter(is_active=True)
    return rows.filter(revoked_at=None) if model is ApiToken else rows


def row_of(label: str) -> Marked:
    """
    Raises:
        NotFound: no row of that label (``Person:17``) decides who may do what.
    """
    name, _, number = label.partition(":")
    model = MODELS.get(name)
    row = model._base_manager.filter(pk=number).first() if model and number.isdecimal() else None
    if row is None:
        raise NotFound(label)
    return row


def maker_of(row: Marked) -> int | None:
    """The maker whose security administrators are told."""
    person: Any = getattr(row, "person", row)
    found: int | None = person.maker_id
    return found


def was_told(label: str, version: str) -> bool:
    """Whether the trail speaks of this very state of the row already."""
    rows = AuditRow.objects.filter(subject=label, action="mark.forged", after__version=version)
    return rows.exists()

"""Every read of legal holds."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.records.models import LegalHold, Person
from voltward.records.retention import Held

_LOCK = 0x686F6C64  # "hold"; the second number is the maker's


def holds_locked(maker_id: int | None, *, shared: bool) -> None:
    """Let deletions and new holds pass one another, never overlap; until the transaction ends."""
    kind = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}(%s, %s)", [_LOCK, maker_id or 0])


def hold_on(maker_id: int | None, labels: Sequence[str]) -> LegalHold | None:
    """A hold in force on any of the records."""
    holds = LegalHold.objects.filter(maker=maker_id, lifted_at=None, records__record__in=labels)
    return holds.order_by("placed_at").first()


def hold_checked(maker_id: int | None, labels: Sequence[str]) -> None:
    """To be called in the transaction of every deletion, before it.

    Raises:
        Held: a hold stands on one of the records.
    """
    holds_locked(maker_id, shared=True)
    hold = hold_on(maker_id, labels)
    if hold is not None:
        raise Held(f"hold {hold.pk}: {hold.reason}")


def hold_visible(actor: Person) -> QuerySet[LegalHold]:
    """The actor's maker's holds, those in force first."""
    holds = LegalHold.objects.filter(maker=actor.maker_id).select_related("placed_by", "lifted_by")
    return holds.prefetch_related("records").order_by("-lifted_at", "-placed_at")


def hold_by_id(actor: Person, hold_id: int) -> LegalHold:
    """
    Raises:
        NotFound: none such, or another maker's.
    """
    hold = hold_visible(actor).filter(pk=hold_id).first()
    if hold is None:
        raise NotFound(f"hold {hold_id}")
    return hold

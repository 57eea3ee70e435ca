"""Handing the desk over: the giver signs with what is open, the taker signs that it is known."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.monitoring.duty_ports import OpenItem, open_items
from voltward.monitoring.models import HandOver
from voltward.monitoring.selectors import hand_overs as selectors
from voltward.monitoring.selectors.duty_rules import OVERLAP, duty_span
from voltward.monitoring.selectors.roster import shift_by_id, shift_locked
from voltward.records.actions import action, record
from voltward.records.models import Person

WORK: Final = "duty.work"


@action("duty.hand_over", needs=WORK)
def hand_over_give(actor: Person, *, shift_id: int, note: str) -> HandOver:
    """Hand a shift over: what is open now is put down with it. Given again, it replaces what nobody took.

    Raises:
        NotFound: no such shift, or another maker's. NotPermitted: the actor was not on it.
        WrongState: it is too early, or somebody took it already.
        BadInput: nothing is said.
    """
    shift_locked(actor, shift_id)
    shift, now = shift_by_id(actor, shift_id), timezone.now()
    if not selectors.may_give(actor, shift):
        raise NotPermitted(f"shift {shift_id}: not one's own")
    if now < shift.ends_at - duty_span(shift.maker_id, OVERLAP, now):
        raise WrongState(f"shift {shift_id} goes on until {shift.ends_at.isoformat()}")
    if not note.strip():
        raise BadInput("note: empty; say what the next shift must know, or that there is nothing")
    given = selectors.hand_over_of(actor, shift) or HandOver(maker=shift.maker, shift=shift)
    if given.is_done:
        raise WrongState(f"shift {shift_id} is handed over")
    given.note, given.given_by, given.given_at = note.strip()[:2000], actor, now
    given.items = [_kept(item) for item in open_items(actor)]
    given.save()
    after = {"shift": shift.pk, "items": len(given.items)}
    record(actor, "duty.hand_over", given, before={}, after=after)
    return given


@action("duty.take_over", needs=WORK)
def hand_over_take(actor: Person, *, shift_id: int, note: str = "") -> HandOver:
    """Sign that what was handed over is known; only now the hand-over is done.

    Raises:
        NotFound: no such shift, or nothing was handed over yet.
        NotPermitted: the giver, or somebody who is not on the next shift.
        WrongState: somebody took it already.
    """
    shift = shift_by_id(actor, shift_id)
    given = selectors.hand_over_locked(actor, shift)
    if given.given_by_id == actor.pk or not selectors.may_take(actor, shift):
        raise NotPermitted(
            f"shift {shift_id}: taken by somebody of the next shift, not by its giver"
        )
    if given.is_done:
        raise WrongState(f"shift {shift_id} is handed over")
    given.taken_by, given.taken_at = actor, timezone.now()
    given.taker_note = note.strip()[:500]
    given.save(update_fields=["taken_by", "taken_at", "taker_note"])
    after = {"shift": shift.pk, "given_by": given.given_by_id}
    record(actor, "duty.take_over", given, before={}, after=after)
    return given


def _kept(item: OpenItem) -> dict[str, Any]:
    return {
        "kind": item.kind, "text": item.text, "path": item.path, "level": item.level,
        "due_at": item.due_at.isoformat() if item.due_at else None,
    }  # fmt: skip

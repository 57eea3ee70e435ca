"""Swaps of shifts: asked by one, agreed to by the other; nobody is put on a shift without knowing."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.monitoring import duty_notices as notices
from voltward.monitoring.models import Shift, ShiftPerson, ShiftSwap
from voltward.monitoring.selectors import roster as selectors
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.services.notices import notice_send

WORK: Final = "duty.work"


@action("duty.swap_ask", needs=WORK)
def swap_ask(actor: Person, *, shift_id: int, taker_id: int, reason: str) -> ShiftSwap:
    """Ask a colleague to take over one's own shift, before it begins.

    Raises:
        NotFound: no such shift, or nobody of this maker who may work the desk.
        NotPermitted: the actor is not on it.
        WrongState: it has begun, a swap of it waits already, or the colleague is on it or on another
            at that time.
        BadInput: no reason, or oneself.
    """
    shift = selectors.shift_locked(actor, shift_id)
    if shift.begins_at <= timezone.now():
        raise WrongState(f"shift {shift_id} has begun")
    _own_row(shift, actor)
    taker = selectors.duty_person(actor.maker_id, taker_id)
    if taker.pk == actor.pk or not reason.strip():
        raise BadInput("taker or reason: somebody else and a reason are needed")
    _free(taker, shift)
    if ShiftSwap.objects.filter(shift=shift, giver=actor, state=ShiftSwap.ASKED).exists():
        raise WrongState(f"a swap of shift {shift_id} waits already")
    swap = ShiftSwap.objects.create(
        maker=shift.maker, shift=shift, giver=actor, taker=taker, reason=reason.strip()[:200]
    )
    notice_send(
        actor, kind=notices.SWAP_ASKED.code, to=[taker], subject=swap,
        path=f"/duty/shifts/{shift.pk}/",
        values={
            "shift": shift.name, "begins_at": shift.begins_at.isoformat(),
            "giver": actor.display_name, "reason": swap.reason,
        },
    )  # fmt: skip
    after = {"shift": shift.pk, "taker": taker.pk, "reason": swap.reason}
    record(actor, "duty.swap_ask", swap, before={}, after=after)
    return swap


@action("duty.swap_decide", needs=WORK)
def swap_decide(actor: Person, *, swap_id: int, agrees: bool) -> ShiftSwap:
    """Agree to take a shift over, or not; for whoever was asked.

    Raises:
        NotFound: no such swap, or another maker's. NotPermitted: somebody else was asked.
        WrongState: it is decided, the shift has begun, the giver is off it, or the taker is not free.
    """
    swap = selectors.swap_locked(actor, swap_id)
    if swap.taker_id != actor.pk:
        raise NotPermitted(f"swap {swap_id} asks somebody else")
    shift = selectors.shift_locked(actor, swap.shift_id)
    if swap.state != ShiftSwap.ASKED or shift.begins_at <= timezone.now():
        raise WrongState(f"swap {swap_id} is {swap.state}, or its shift has begun")
    if agrees:
        row = ShiftPerson.objects.filter(shift=shift, person=swap.giver).first()
        if row is None:
            raise WrongState(f"swap {swap_id}: its giver is not on the shift any more")
        _free(actor, shift)
        row.person, row.since = actor, timezone.now()
        row.save(update_fields=["person", "since"])
    _decided(swap, ShiftSwap.AGREED if agrees else ShiftSwap.REFUSED)
    notice_send(
        actor, kind=notices.SWAP_DECIDED.code, to=[swap.giver], subject=swap,
        path=f"/duty/shifts/{shift.pk}/",
        values={
            "shift": shift.name, "begins_at": shift.begins_at.isoformat(),
            "taker": actor.display_name, "decision": dict(ShiftSwap.STATES)[swap.state],
        },
    )  # fmt: skip
    record(actor, "duty.swap_decide", swap, before={}, after={"state": swap.state})
    return swap


@action("duty.swap_withdraw", needs=WORK)
def swap_withdraw(actor: Person, *, swap_id: int) -> ShiftSwap:
    """Ask no longer; for whoever asked.

    Raises:
        NotFound: no such swap, or another maker's. NotPermitted: somebody else asked.
        WrongState: it is decided.
    """
    swap = selectors.swap_locked(actor, swap_id)
    if swap.giver_id != actor.pk:
        raise NotPermitted(f"swap {swap_id} was asked by somebody else")
    if swap.state != ShiftSwap.ASKED:
        raise WrongState(f"swap {swap_id} is {swap.state}")
    _decided(swap, ShiftSwap.WITHDRAWN)
    record(actor, "duty.swap_withdraw", swap, before={}, after={"state": swap.state})
    return swap


def _decided(swap: ShiftSwap, state: str) -> None:
    swap.state, swap.decided_at = state, timezone.now()
    swap.save(update_fields=["state", "decided_at"])


def _own_row(shift: Shift, person: Person) -> ShiftPerson:
    row = ShiftPerson.objects.filter(shift=shift, person=person).first()
    if row is None:
        raise NotPermitted(f"shift {shift.pk}: not one's own")
    return row


def _free(person: Person, shift: Shift) -> None:
    """
    Raises:
        WrongState: the person is on a shift at that time already.
    """
    own = Shift.objects.filter(
        people__person=person, begins_at__lt=shift.ends_at, ends_at__gt=shift.begins_at
    )
    if own.exists():
        raise WrongState(f"person {person.pk} is on duty at that time")

"""Presence checks: asked by the office by itself, answered by a person, escalated when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from voltward.base.errors import NotPermitted, WrongState
from voltward.monitoring import duty_notices as notices
from voltward.monitoring.duty_times import check_times
from voltward.monitoring.models import PresenceCheck, Shift, ShiftPerson
from voltward.monitoring.selectors import presence_checks as selectors
from voltward.monitoring.selectors.duty_rules import ANSWER, EVERY, duty_rule, duty_span
from voltward.records.actions import action, record
from voltward.records.models import EscalationChain, Person
from voltward.records.reckoning import SPANS
from voltward.records.roles import SAFETY_HEAD
from voltward.records.selectors import installation
from voltward.records.selectors.recipients import ToChain, ToRole
from voltward.records.services.notices import To, notice_send

RUN: Final = "duty.run"
CHAIN: Final = (
    "duty"  # the maker's escalation chain of this code; without one the safety heads are told
)
# a check whose instant passed so long ago (the office was away) is not asked: it would prove nothing
STALE: Final = timedelta(minutes=5)
_log = structlog.get_logger("voltward.duty")


def presence_checks_run(now: datetime | None = None) -> int:
    """Ask whoever is due, escalate what nobody answered; gives how many of both.

    Each in a transaction of its own: one that fails is logged and holds up no other.
    """
    now, actor = now or timezone.now(), installation()
    done = 0
    for row in ShiftPerson.objects.filter(
        shift__begins_at__lte=now, shift__ends_at__gt=now
    ).select_related("shift__maker", "person"):
        for planned_at in _due(row, now):
            done += _tried(partial(_asked, actor, row, planned_at, now))
    for check in selectors.checks_overdue(now).values_list("pk", flat=True):
        done += _tried(partial(_escalated, actor, check, now))
    return done


def _tried(work: Callable[[], bool]) -> int:
    try:
        return int(work())
    except Exception as error:
        _log.error("presence check failed", error=str(error), exc_info=True)
        return 0


def _due(row: ShiftPerson, now: datetime) -> list[datetime]:
    """Instants of the row's checks that have just come and were not asked yet."""
    shift = row.shift
    every = duty_span(shift.maker_id, EVERY, now)
    if not every or not row.person.is_active:
        return []
    times = check_times(shift.seed, row.person_id, shift.begins_at, shift.ends_at, every)
    fresh = [at for at in times if now - STALE < at <= now and at >= row.since]
    if not fresh:
        return []
    asked = PresenceCheck.objects.filter(shift=shift, person=row.person, planned_at__in=fresh)
    return sorted(set(fresh) - set(asked.values_list("planned_at", flat=True)))


def _asked(actor: Person, row: ShiftPerson, planned_at: datetime, now: datetime) -> bool:
    with transaction.atomic():
        return _presence_ask(actor, row=row, planned_at=planned_at, now=now)


@action("duty.presence_ask", needs=RUN)
def _presence_ask(actor: Person, *, row: ShiftPerson, planned_at: datetime, now: datetime) -> bool:
    shift, rule = row.shift, duty_rule(row.shift.maker_id, ANSWER, now)
    if rule is None or rule.amount is None:
        record(actor, "duty.presence_ask", shift, before={}, after={"why": "rule is off"},
               maker_id=shift.maker_id)  # fmt: skip
        return False
    check = PresenceCheck.objects.create(
        maker=shift.maker, shift=shift, person=row.person, rule=rule, planned_at=planned_at,
        asked_at=now, answer_by=now + rule.amount * SPANS[rule.unit],
    )  # fmt: skip
    notice_send(
        actor, kind=notices.PRESENCE_CHECK.code, to=[row.person], subject=check, maker=shift.maker,
        path=f"/duty/checks/{check.pk}/",
        values={"shift": shift.name, "answer_by_at": check.answer_by.isoformat()},
    )  # fmt: skip
    after = {"person": row.person_id, "shift": shift.pk, "answer_by": check.answer_by.isoformat()}
    record(actor, "duty.presence_ask", check, before={}, after=after, maker_id=shift.maker_id)
    return True


@action("duty.presence_answer", needs="duty.work")
def presence_answer(actor: Person, *, check_id: int) -> PresenceCheck:
    """Say that one is there; for whoever was asked. An answer after the time is kept as late.

    Raises:
        NotFound: no such check, or another maker's. NotPermitted: somebody else was asked.
        WrongState: it is answered already.
    """
    found = selectors.check_by_id(actor, check_id)
    if found.person_id != actor.pk:
        raise NotPermitted(f"presence check {check_id} asks somebody else")
    check = PresenceCheck.objects.select_for_update().get(pk=found.pk)
    if check.answered_at is not None:
        raise WrongState(f"presence check {check_id} is answered")
    now = timezone.now()
    check.state = PresenceCheck.ANSWERED if now <= check.answer_by else PresenceCheck.LATE
    check.answered_at = now
    check.save(update_fields=["state", "answered_at"])
    record(actor, "duty.presence_answer", check, before={}, after={"state": check.state})
    return check


def _escalated(actor: Person, check_id: int, now: datetime) -> bool:
    with transaction.atomic():
        rows = PresenceCheck.objects.select_for_update(skip_locked=True, of=("self",))
        check = rows.select_related("shift__maker", "person").filter(
            pk=check_id, state=PresenceCheck.WAITING
        ).first()  # fmt: skip
        if check is None:
            return False  # answered a moment ago, or another process has it
        _presence_escalate(actor, check=check, now=now)
    return True


@action("duty.presence_escalate", needs=RUN)
def _presence_escalate(actor: Person, *, check: PresenceCheck, now: datetime) -> None:
    check.state, check.escalated_at = PresenceCheck.MISSED, now
    check.save(update_fields=["state", "escalated_at"])
    shift: Shift = check.shift
    notice_send(
        actor, kind=notices.PRESENCE_MISSED.code, to=[_escalation(shift.maker_id)], subject=check,
        maker=shift.maker, path=f"/duty/shifts/{shift.pk}/",
        values={
            "shift": shift.name, "person": check.person.display_name,
            "answer_by_at": check.answer_by.isoformat(),
        },
    )  # fmt: skip
    after = {"person": check.person_id, "shift": shift.pk}
    record(actor, "duty.presence_escalate", check, before={}, after=after, maker_id=shift.maker_id)


def _escalation(maker_id: int) -> To:
    has_chain = EscalationChain.objects.filter(maker=maker_id, code=CHAIN, closed_at=None).exists()
    return ToChain(CHAIN) if has_chain else ToRole(SAFETY_HEAD)

"""Moving a due instant: an extension with its reason, or another severity, where the shorter one applies."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, WrongState
from voltward.pages.room import Text
from voltward.records import clock_states
from voltward.records.actions import action, record
from voltward.records.approvals import Kind, opened, register
from voltward.records.models import Approval, Clock, ClockExtension, Person
from voltward.records.reckoning import due_of, soonest
from voltward.records.selectors.clocks import clock_locked
from voltward.records.selectors.deadlines import deadline_in_force, work_calendar
from voltward.records.services.clock_dates import points_set, shown
from voltward.records.services.clocks import CLOCK_WRITE
from voltward.records.working_time import BEIJING, beijing_day


@action("clock.extend", needs=CLOCK_WRITE)
def clock_extend(
    actor: Person, *, clock_id: int, to_at: datetime, reason: str
) -> ClockExtension | Approval:
    """Move the due instant of a clock to a later one; where its rule says so, a second person must agree.

    Raises:
        NotFound: no such clock, or another maker's.
        WrongState: it has ended, or an extension of it waits already.
        BadInput: no reason, or an instant that is not later than now and than the present one.
    """
    clock = clock_locked(actor, clock_id)
    clock_states.after(clock.state, "move")
    if not reason.strip():
        raise BadInput("reason: empty; an extension needs one")
    if to_at.tzinfo is None or to_at <= max(clock.due_at or timezone.now(), timezone.now()):
        raise BadInput(f"to_at: {to_at}; later than now and than {clock.due_at} is expected")
    if not clock.rule.extension_needs_second:
        return _moved(actor, "clock.extend", clock, to_at, reason, asked_by=actor, second=None)
    waiting = Approval.objects.filter(
        maker=clock.maker, kind=EXTENSION.code, state="waiting", payload__clock_id=clock.pk
    )
    if waiting.exists():
        raise WrongState(f"clock {clock_id}: an extension waits already")
    payload = {
        "clock_id": clock.pk, "to_at": to_at.isoformat(),
        "from_at": clock.due_at.isoformat() if clock.due_at else None,
    }  # fmt: skip
    title = f"{clock.rule.title_zh} · {clock.subject_text}"
    approval = opened(actor, EXTENSION, title=title, payload=payload, reason=reason)
    record(actor, "clock.extend", clock, before=shown(clock), after={**payload, "reason": reason})
    return approval


def _apply(decider: Person, approval: Approval) -> None:
    _clock_move(decider, approval=approval)


@action("clock.move", needs="rule.approve")
def _clock_move(actor: Person, *, approval: Approval) -> None:
    clock = clock_locked(actor, approval.payload["clock_id"])
    clock_states.after(clock.state, "move")
    known, to_at = approval.payload["from_at"], datetime.fromisoformat(approval.payload["to_at"])
    if known != (clock.due_at.isoformat() if clock.due_at else None):
        raise WrongState(f"clock {clock.pk}: its due instant moved since")
    if to_at <= timezone.now():
        raise WrongState(f"clock {clock.pk}: {to_at} has passed")
    _moved(
        actor, "clock.move", clock, to_at, approval.reason, asked_by=approval.asked_by, second=actor
    )


def _moved(
    actor: Person, name: str, clock: Clock, to_at: datetime, reason: str,
    *, asked_by: Person, second: Person | None,
) -> ClockExtension:  # fmt: skip
    before = shown(clock)
    row = ClockExtension.objects.create(
        clock=clock, from_at=clock.due_at, to_at=to_at, reason=reason.strip()[:500],
        asked_by=asked_by, approved_by=second,
    )  # fmt: skip
    clock.due_at, clock.state = to_at, clock_states.after(clock.state, "move")
    clock.save(update_fields=["due_at", "state"])
    points_set(clock)
    record(actor, name, clock, before=before, after={**shown(clock), "reason": row.reason})
    return row


@action("clock.rule_change", needs=CLOCK_WRITE)
def clock_rule_change(actor: Person, *, clock_id: int, severity: str, reason: str) -> Clock:
    """Say that an event is more or less severe than thought: the shorter deadline applies.

    The revision is that of the day of the event. A milder severity never gives time back.

    Raises:
        NotFound: no such clock, or no rule of that severity on that day.
        WrongState: the clock has ended, or that rule is switched off.
        BadInput: no reason.
    """
    clock = clock_locked(actor, clock_id)
    clock_states.after(clock.state, "give")
    if not reason.strip():
        raise BadInput("reason: empty; say what makes it so")
    rule = deadline_in_force(
        clock.maker_id, code=clock.code, severity=severity, on=beijing_day(clock.started_at)
    )
    before = shown(clock)
    due = due_of(rule, clock.started_at, work_calendar(clock.maker_id), clock.occurrence)
    due_at = due.at if due else None
    if due_at != clock.due_at and soonest([due_at, clock.due_at]) == due_at:
        clock.rule, clock.due_at = rule, due_at
        clock.calendar_confirmed = due.confirmed if due else True
        clock.save(update_fields=["rule", "due_at", "calendar_confirmed"])
        points_set(clock)
    after = {**shown(clock), "severity": severity, "reason": reason.strip()[:500]}
    record(actor, "clock.rule_change", clock, before=before, after=after)
    return clock


def _parts(approval: Approval) -> list[tuple[Text, str]]:
    known, asked = approval.payload["from_at"], approval.payload["to_at"]
    return [(_("原截止时间"), _local(known) if known else "—"), (_("新截止时间"), _local(asked))]


def _local(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


EXTENSION: Final = register(Kind("clock.extension", _("时限延期"), "rule.approve", _apply, _parts))

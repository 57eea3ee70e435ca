"""Putting alarms aside: for a while, with another alarm, to the workshop, to the incident desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring import states
from voltward.monitoring.events import AlarmBecameIncident, AlarmWentToWorkshop
from voltward.monitoring.models import Alarm
from voltward.monitoring.notice_kinds import ALARM_INCIDENT
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarm_records import alarm_locked, alarms_locked
from voltward.monitoring.selectors.desk_rules import desk_span
from voltward.monitoring.services.alarm_clocks import clocks_ended
from voltward.monitoring.services.alarm_steps import (
    HANDLE,
    alarm_moved,
    alarm_path,
    subject_text,
)
from voltward.records import roles
from voltward.records.actions import action
from voltward.records.events import tell
from voltward.records.models import Person
from voltward.records.selectors import installation
from voltward.records.selectors.recipients import ToRole, role_holders
from voltward.records.services.notices import notice_send
from voltward.records.services.tasks import task_assign

BATCH = 500


@action("alarm.snooze", needs=HANDLE)
def alarm_snooze(
    actor: Person, *, alarm_ids: Iterable[int], until: datetime, reason: str
) -> list[Alarm]:
    """Put alarms aside until an instant; the longest span for a level is a dated row of the desk.

    They wake by themselves then, or earlier when they get worse.

    Raises:
        NotFound: one of them is not there, or another maker's.
        WrongState: one cannot be put aside.
        BadInput: no reason, an instant without zone, in the past, or too far ahead for its level.
    """
    alarms = alarms_locked(actor, alarm_ids)
    if not reason.strip():
        raise BadInput("reason: empty; say why it may wait")
    now = timezone.now()
    if until.tzinfo is None or until <= now:
        raise BadInput(f"until: {until}; an instant ahead with its zone is expected")
    for alarm in alarms:
        longest = desk_span(alarm.maker_id, "snooze_longest", level=alarm.level)
        if until - now > longest:
            raise BadInput(f"until: alarm {alarm.pk} of level {alarm.level} may wait for {longest}")
        alarm_moved(
            actor, "alarm.snooze", alarm, step="snooze", kind="snoozed", text=reason,
            facts={"until": until.isoformat()}, snoozed_until=until,
        )  # fmt: skip
    return alarms


@action("alarm.wake", needs="alarm.dispose")
def alarm_wake(actor: Person, *, alarm: Alarm) -> Alarm:
    """Put an alarm back before everybody: its time is over, or it got worse.

    Raises:
        WrongState: it is not put aside.
    """
    return alarm_moved(
        actor, "alarm.wake", alarm, step="wake", kind="woken", owner=None, snoozed_until=None
    )


def alarms_wake() -> int:
    """Wake what was put aside until now, of every maker; gives how many."""
    actor, woken = installation(), 0
    due = Alarm.objects.filter(state=states.SNOOZED, snoozed_until__lte=timezone.now())
    for alarm_id in list(due.order_by("snoozed_until", "pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            locked = due.filter(pk=alarm_id).select_for_update(of=("self",), skip_locked=True)
            alarm = locked.select_related("vehicle").first()
            if alarm is not None:
                alarm_wake(actor, alarm=alarm)
                woken += 1
    return woken


@action("alarm.merge", needs=HANDLE)
def alarm_merge(actor: Person, *, alarm_ids: Iterable[int], into_id: int) -> list[Alarm]:
    """Handle alarms with another of the same vehicle that is at least as grave.

    A graver one merged into a lesser one would lose its second person; so that is refused.

    Raises:
        NotFound: one of them is not there, or another maker's.
        WrongState: one cannot be merged, or the other is not open.
        BadInput: an alarm into itself, into another vehicle's, or into a lesser one.
    """
    wanted = set(alarm_ids)
    if into_id in wanted:
        raise BadInput(f"into_id: alarm {into_id} is among those to be merged")
    found = {alarm.pk: alarm for alarm in alarms_locked(actor, {*wanted, into_id})}
    into = found.pop(into_id)
    if not found:
        raise BadInput("alarm_ids: none")
    if not into.is_open:
        raise WrongState(f"cannot merge into an alarm that is {into.state}")
    for alarm in found.values():
        if alarm.vehicle_id != into.vehicle_id:
            raise BadInput(f"into_id: alarm {into_id} is another vehicle's than {alarm.pk}")
        if alarm.level > into.level:
            raise BadInput(f"into_id: alarm {into_id} is less grave than {alarm.pk}")
        alarm_moved(
            actor, "alarm.merge", alarm, step="merge", kind="merged", facts={"into": into.pk},
            merged_into=into, snoozed_until=None,
        )  # fmt: skip
        clocks_ended(actor, alarm, reason=f"alarm.merge · #{into.pk}")
    return list(found.values())


@action("alarm.workshop", needs=HANDLE)
def alarm_to_workshop(actor: Person, *, alarm_ids: Iterable[int], order_text: str) -> list[Alarm]:
    """Wish a work order; each vehicle gives one task to somebody of after-sales, or else the actor.

    Raises:
        NotFound: one of them is not there, or another maker's.
        WrongState: one cannot go to the workshop.
        BadInput: nothing says what is to be done.
    """
    alarms = alarms_locked(actor, alarm_ids)
    if not order_text.strip():
        raise BadInput("order_text: empty; say what the workshop is to do")
    told: set[int] = set()
    for alarm in alarms:
        alarm_moved(
            actor, "alarm.workshop", alarm, step="send_to_workshop", kind="workshop",
            text=order_text, snoozed_until=None,
        )  # fmt: skip
        if alarm.vehicle_id not in told:
            told.add(alarm.vehicle_id)
            _task(actor, alarm, roles.AFTERSALES, order_text)
        tell(actor, AlarmWentToWorkshop(alarm, order_text.strip()))
    return alarms


@action("alarm.incident", needs=HANDLE)
def alarm_to_incident(actor: Person, *, alarm_id: int, text: str) -> Alarm:
    """Hand an alarm to the incident desk: a task for one of its people, a notice to all of them.

    Raises:
        NotFound: no such alarm, or another maker's.
        WrongState: it cannot become an incident.
        BadInput: nothing says what is known.
    """
    alarm = alarm_locked(actor, alarm_id)
    if not text.strip():
        raise BadInput("text: empty; say what is known")
    alarm_moved(
        actor, "alarm.incident", alarm, step="convert", kind="incident", text=text,
        snoozed_until=None,
    )  # fmt: skip
    _task(actor, alarm, roles.INCIDENT_DESK, text)
    notice_send(
        actor, kind=ALARM_INCIDENT.code, subject=alarm, path=alarm_path(alarm),
        to=[ToRole(roles.INCIDENT_DESK), ToRole(roles.SAFETY_HEAD)],
        values={"rule": rule_title(alarm.rule), "level": alarm.level, "vehicle": alarm.vehicle.vin},
        dedup_key=f"incident:{alarm.pk}",
    )  # fmt: skip
    tell(actor, AlarmBecameIncident(alarm, text.strip()))
    return alarm


def _task(actor: Person, alarm: Alarm, role: str, text: str) -> None:
    """For the first who holds the role; whoever asks keeps it where nobody does."""
    holders = role_holders(alarm.maker_id, role)
    task_assign(
        actor, title=text, owner_id=(holders or [actor])[0].pk, subject=alarm,
        subject_text=subject_text(alarm), url=alarm_path(alarm),
    )  # fmt: skip

"""Proposing packages of accident data: by themselves on a thermal event, by a person with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import accident_states as states
from voltward.exchange.models import AccidentPackage
from voltward.exchange.selectors import accidents as selectors
from voltward.findings.finding import graver
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_vin
from voltward.monitoring.events import AlarmOpened, AlarmWorse
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import GRAVE, THERMAL_EVENT
from voltward.monitoring.selectors.alarms import alarm_by_id
from voltward.records.actions import action, record
from voltward.records.events import listen
from voltward.records.models import Person
from voltward.records.selectors import installation

ASK: Final = "accident.ask"
ASK_OF_ALARM: Final = "accident.ask_alarm"
PROPOSE: Final = "accident.propose"
REPORT: Final = "accident.report"
FREEZE: Final = "accident.freeze"  # what only the platform itself does


@listen(AlarmOpened)
def _opened(actor: Person, event: AlarmOpened) -> None:
    del actor
    _looked_at(event.alarm, event.alarm.opened_at)


@listen(AlarmWorse)
def _worse(actor: Person, event: AlarmWorse) -> None:
    del actor
    _looked_at(event.alarm, event.alarm.last_at)


def _looked_at(alarm: Alarm, moment: datetime) -> None:
    if level_of(alarm) < THERMAL_EVENT:
        return
    known = AccidentPackage.objects.filter(vehicle=alarm.vehicle_id)
    if not known.filter(alarm=alarm, source=states.THERMAL).exists():
        _accident_propose(installation(), alarm=alarm, moment=moment.replace(microsecond=0))


def level_of(alarm: Alarm) -> int:
    """The higher of what was judged and what the vehicle said."""
    return graver(alarm.level, alarm.reported_level)


@action(PROPOSE, needs=FREEZE)
def _accident_propose(actor: Person, *, alarm: Alarm, moment: datetime) -> None:
    row, is_new = AccidentPackage.objects.get_or_create(
        vehicle_id=alarm.vehicle_id, moment=moment,
        defaults={
            "maker_id": alarm.maker_id, "alarm": alarm, "source": states.THERMAL, "asked_by": actor,
        },
    )  # fmt: skip
    after = {"alarm": alarm.pk, "moment": moment.isoformat(), "is_new": is_new}
    record(actor, PROPOSE, row, before={}, after=after, maker_id=alarm.maker_id)


@action(ASK, needs=ASK)
def accident_ask(actor: Person, *, vin: str, moment: datetime, reason: str) -> AccidentPackage:
    """Have the data round a moment frozen, once the window is past.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        BadInput: no reason, or a moment that is not over.
        WrongState: there is one of that moment.
    """
    vehicle = vehicle_by_vin(actor, vin)
    if moment > timezone.now():
        raise BadInput(f"moment: {moment.isoformat()} is still to come")
    return _asked(actor, vehicle, moment, reason, None)


@action(ASK_OF_ALARM, needs=ASK)
def accident_ask_of_alarm(actor: Person, *, alarm_id: int, reason: str) -> AccidentPackage:
    """As ``accident_ask``, of the moment at which a grave alarm opened.

    Raises:
        NotFound: no such alarm of the actor's maker.
        BadInput: no reason, or an alarm below level 3.
        WrongState: there is one of that moment.
    """
    alarm = alarm_by_id(actor, alarm_id)
    if level_of(alarm) < GRAVE:
        raise BadInput(f"alarm: level {level_of(alarm)}, {GRAVE} or more is expected")
    return _asked(actor, alarm.vehicle, alarm.opened_at, reason, alarm)


def _asked(
    actor: Person, vehicle: Vehicle, moment: datetime, reason: str, alarm: Alarm | None
) -> AccidentPackage:
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    row, is_new = AccidentPackage.objects.get_or_create(
        vehicle=vehicle, moment=moment.replace(microsecond=0),
        defaults={
            "maker": vehicle.maker, "alarm": alarm, "reason": reason.strip()[:300],
            "source": states.ALARM if alarm else states.HAND, "asked_by": actor,
        },
    )  # fmt: skip
    if not is_new:
        raise WrongState(f"accident package {row.pk} is of that moment")
    after = {
        "vehicle": vehicle.pk, "moment": row.moment.isoformat(), "reason": row.reason,
        "alarm": alarm.pk if alarm else None,
    }  # fmt: skip
    record(actor, ASK_OF_ALARM if alarm else ASK, row, before={}, after=after)
    return row


@action(REPORT, needs="exchange.manage")
def accident_report(actor: Person, *, package_id: int, reason: str) -> AccidentPackage:
    """Decide that it is an accident which public platforms are told of (GB/T 45688 4.1 d).

    What is frozen is reported within seconds, what comes in later as it is frozen.

    Raises:
        NotFound: none, or another maker's.
        BadInput: no reason.
        WrongState: it was decided already.
    """
    row = selectors.accident_locked(actor, package_id)
    if not reason.strip():
        raise BadInput("reason: empty; say why")
    if row.report_asked_by_id is not None:
        raise WrongState(f"accident package {package_id} is reported already")
    row.report_asked_by, row.report_asked_at = actor, timezone.now()
    row.report_reason = reason.strip()[:300]
    row.save(update_fields=["report_asked_by", "report_asked_at", "report_reason"])
    record(actor, REPORT, row, before={}, after={"reason": row.report_reason})
    return row

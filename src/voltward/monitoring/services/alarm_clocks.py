"""The desk's own clocks of grave alarms: claimed within a term, first call within a term.

Owners' terms are other clocks, of other records (``advice.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound, WrongState
from voltward.monitoring import states
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import GRAVE, THERMAL_EVENT
from voltward.monitoring.services.alarm_steps import alarm_path, subject_text
from voltward.records.actions import label
from voltward.records.clock_states import GOING
from voltward.records.models import Clock, Person
from voltward.records.services.clocks import clock_assign, clock_start, clock_stop

CLAIM: Final = {GRAVE: "level3_claim", THERMAL_EVENT: "thermal_claim"}
CALL: Final = {GRAVE: "level3_call", THERMAL_EVENT: "thermal_call"}
# local rules, off until a maker switches them on
CONFIRM, REPORT = "beijing_alarm_confirm", "beijing_alarm_report"
CLAIM_CODES: Final = (*CLAIM.values(), CONFIRM)
CALL_CODES: Final = tuple(CALL.values())


def alarm_clocks_start(actor: Person, alarm: Alarm) -> list[Clock]:
    """Start the clocks of an alarm of level 3 and above, for use inside an action or a job.

    Counted from when the platform had the first row, so that time lost inside counts; of an alarm that
    got worse, from now. Called again it starts nothing twice. Late data never page: they have none.
    """
    if alarm.level < GRAVE or alarm.is_late or not alarm.is_open:
        return []
    level = min(alarm.level, THERMAL_EVENT)
    codes = [CLAIM[level], CONFIRM] if alarm.state == states.NEW else []
    codes += [CALL[level]] if alarm.called_at is None else []
    began = _began(alarm)
    found = (_started(actor, alarm, code, began) for code in (*codes, REPORT))
    return [clock for clock in found if clock is not None]


def _began(alarm: Alarm) -> datetime:
    """When the desk's time began: with the first row, or when its log says that it rose to this level."""
    reached = alarm.steps.filter(kind__in=("opened", "again", "worse"))
    rose = reached.filter(facts__level__gte=alarm.level).order_by("pk").first()
    first = alarm.episodes.order_by("opened_at").first()
    was_late = first is not None and first.is_late  # late rows paged nobody; newer ones do now
    began = (
        alarm.received_at if rose is None or (rose.kind == "opened" and not was_late) else rose.at
    )
    return min(began, timezone.now())


def _started(actor: Person, alarm: Alarm, code: str, began: datetime) -> Clock | None:
    """None: the rule is switched off, or there is none on that day."""
    try:
        return clock_start(
            actor, code=code, subject=alarm, subject_text=subject_text(alarm), event=alarm.rule,
            started_at=began, event_key=f"alarm:{alarm.pk}",
            url=alarm_path(alarm), owner=alarm.owner, maker=alarm.maker,
        )  # fmt: skip
    except (NotFound, WrongState):
        return None


def clocks_met(actor: Person, alarm: Alarm, codes: tuple[str, ...], *, proof: str) -> None:
    """End the running clocks of these rules: what they asked for was done, as ``proof`` says."""
    for clock in _running(alarm).filter(code__in=codes):
        clock_stop(
            actor, clock_id=clock.pk, met=True, proof_text=proof, proof_url=alarm_path(alarm),
            reason=proof,
        )  # fmt: skip


def clocks_given(actor: Person, alarm: Alarm, owner: Person) -> None:
    """What still runs is in the hands of whoever has the alarm."""
    for clock in _running(alarm).exclude(owner=owner):
        clock_assign(actor, clock_id=clock.pk, owner_id=owner.pk, reason=alarm_path(alarm))


def clocks_ended(actor: Person, alarm: Alarm, *, reason: str) -> None:
    """End all running clocks with the alarm: what was asked for was not done, or is not needed."""
    for clock in _running(alarm):
        clock_stop(actor, clock_id=clock.pk, met=False, reason=reason)


def _running(alarm: Alarm) -> QuerySet[Clock]:
    rows = Clock.objects.filter(maker=alarm.maker_id, subject=label(alarm), state__in=GOING)
    return rows.order_by("pk")

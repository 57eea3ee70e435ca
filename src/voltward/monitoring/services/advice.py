"""Advice to owners after a fault or hazard, and what came of it (GB/T 45688-2025 Appendix D).

D.1: by fault level 7 days, 1 day, at once. D.2: one hazard within 24 h 7 days, two or more 1 day; the
count is of new hazards of all items in a rolling, half-open window. The platform's own rules are advised
as faults of their level (D.1 row 5: other cases are the enterprise's to set).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.findings.appendix_d import DAY_S, hazard_measures
from voltward.monitoring.models import Alarm, Episode, OwnerAdvice
from voltward.monitoring.models.advice import FAULT, HAZARD, OPEN
from voltward.monitoring.selectors.alarm_records import alarm_locked
from voltward.monitoring.services.alarm_steps import (
    HANDLE,
    alarm_path,
    step_added,
    subject_text,
)
from voltward.monitoring.services.owner_notices import owner_notices_make
from voltward.records.actions import action, record
from voltward.records.models import Clock, Person
from voltward.records.services.clocks import clock_start, clock_stop

HAZARD_RULES: Final = "hazard."
WINDOW: Final = timedelta(seconds=DAY_S)
GRAVEST_FAULT: Final = 3
OUTCOMES: Final = ("done", "refused", "unreachable")


@dataclass(frozen=True)
class Measure:
    """A row of Appendix D: which term, which words. ``level``: how urgent, 1 to 4."""

    family: str
    code: str
    words: str
    level: int


def measure_of(alarm: Alarm, at: datetime) -> Measure:
    """What Appendix D says of an alarm whose newest event was collected at ``at``."""
    if alarm.rule.startswith(HAZARD_RULES):
        number = hazard_row(alarm, at)
        return Measure(HAZARD, f"service_hazard_{number}", f"owner_hazard_{number}", number)
    level = min(alarm.level, GRAVEST_FAULT)
    words = f"owner_fault_{level}" if alarm.level <= GRAVEST_FAULT else "owner_thermal"
    return Measure(FAULT, f"service_fault_{level}", words, alarm.level)


def hazard_row(alarm: Alarm, at: datetime) -> int:
    """The row of table D.2 for the vehicle's new hazards, of all items, in the 24 h up to ``at``."""
    rows = Episode.objects.filter(maker=alarm.maker_id, vehicle=alarm.vehicle_id, profile="")
    # an index serves no more of a vehicle's rows than these few
    new = rows.filter(opened_at__gt=at - WINDOW, opened_at__lte=at, level__gte=1)
    told = new.values_list("rule", "opened_at")
    times = [int(when.timestamp()) for rule, when in told if rule.startswith(HAZARD_RULES)]
    return hazard_measures(times or [int(at.timestamp())])[-1].row


def owner_advise(actor: Person, *, alarm: Alarm) -> OwnerAdvice | None:
    """Advise the owner after an alarm opened, came again or got worse; for the platform's job.

    None: it is late data, a mark of quality, or the vehicle's open advice says as much already.
    """
    if alarm.is_late or alarm.level < 1:
        return None
    newest = alarm.episodes.order_by("-opened_at").first()
    at = min(newest.opened_at if newest else alarm.opened_at, timezone.now())
    measure = measure_of(alarm, at)
    rows = OwnerAdvice.objects.filter(vehicle=alarm.vehicle_id, family=measure.family, outcome=OPEN)
    old = rows.select_for_update(of=("self",)).first()
    if old is not None and old.level > measure.level:
        return None  # whoever is told to stop at once is not told to come within a week
    if old is not None and old.level == measure.level:
        _notices_repeat(actor, alarm=alarm, advice=old, measure=measure, at=at)
        return None
    return _advice_give(actor, alarm=alarm, measure=measure, at=at, old=old)


@action("advice.give", needs="advice.give")
def _advice_give(
    actor: Person, *, alarm: Alarm, measure: Measure, at: datetime, old: OwnerAdvice | None
) -> OwnerAdvice:
    if old is not None:
        old.outcome, old.outcome_at = "replaced", timezone.now()
        old.save(update_fields=["outcome", "outcome_at"])
        _clock_ended(actor, old, met=False, text=measure.code)
        unsent = old.notices.filter(state__in=("waiting", "again"))
        unsent.update(state="unneeded", due_at=None)
    advice = OwnerAdvice.objects.create(
        maker_id=alarm.maker_id, vehicle=alarm.vehicle, alarm=alarm, family=measure.family,
        code=measure.code, level=measure.level, started_at=at,
    )  # fmt: skip
    advice.clock = _clock(actor, advice, alarm)
    advice.save(update_fields=["clock"])
    step_added(
        actor, alarm, "advised", facts={"advice": advice.pk, "code": measure.code, "replaced": old.pk if old else None}
    )  # fmt: skip
    owner_notices_make(actor, alarm=alarm, advice=advice, words=measure.words, at=at)
    before = {"advice": old.pk, "code": old.code} if old else {}
    after = {"alarm": alarm.pk, "code": measure.code, "started_at": at.isoformat()}
    record(actor, "advice.give", advice, before=before, after=after, maker_id=alarm.maker_id)
    return advice


@action("advice.repeat", needs="advice.give")
def _notices_repeat(
    actor: Person, *, alarm: Alarm, advice: OwnerAdvice, measure: Measure, at: datetime
) -> None:
    """The advice stands; whoever was told long enough ago is told once more."""
    made = owner_notices_make(actor, alarm=alarm, advice=advice, words=measure.words, at=at)
    after = {"alarm": alarm.pk, "notices": [one.pk for one in made]}
    record(actor, "advice.repeat", advice, before={}, after=after, maker_id=alarm.maker_id)


def _clock(actor: Person, advice: OwnerAdvice, alarm: Alarm) -> Clock | None:
    """The owner's term; None: the rule is switched off, or there is none on that day."""
    try:
        return clock_start(
            actor, code=advice.code, subject=advice, subject_text=subject_text(alarm),
            event=alarm.rule, started_at=advice.started_at, event_key=f"advice:{advice.pk}",
            url=alarm_path(alarm), maker=alarm.maker,
        )  # fmt: skip
    except (NotFound, WrongState):
        return None


def _clock_ended(actor: Person, advice: OwnerAdvice, *, met: bool, text: str) -> None:
    if advice.clock is not None and advice.clock.is_going:
        clock_stop(actor, clock_id=advice.clock.pk, met=met, proof_text=text, reason=text)


@action("advice.outcome", needs=HANDLE)
def advice_outcome(actor: Person, *, alarm_id: int, outcome: str, text: str) -> OwnerAdvice:
    """Say what came of the owner's advice; it ends the owner's clock, never one of the desk's.

    ``outcome``: of OUTCOMES; only what was done meets the term.

    Raises:
        NotFound: no such alarm, or another maker's.
        WrongState: no advice of this kind is open for the vehicle.
        BadInput: an unknown outcome, or nothing says how it is known.
    """
    alarm = alarm_locked(actor, alarm_id)
    if outcome not in OUTCOMES:
        raise BadInput(f"outcome: {outcome[:20]}, expected one of {', '.join(OUTCOMES)}")
    if not text.strip():
        raise BadInput("text: empty; say how it is known")
    family = HAZARD if alarm.rule.startswith(HAZARD_RULES) else FAULT
    rows = OwnerAdvice.objects.filter(maker=actor.maker_id, vehicle=alarm.vehicle_id)
    advice = rows.select_for_update(of=("self",)).filter(family=family, outcome=OPEN).first()
    if advice is None:
        raise WrongState(f"no advice is open for alarm {alarm_id}")
    advice.outcome, advice.outcome_at, advice.outcome_by = outcome, timezone.now(), actor
    advice.outcome_text = text.strip()[:500]
    fields = ["outcome", "outcome_at", "outcome_by", "outcome_text"]
    advice.save(update_fields=fields)
    _clock_ended(actor, advice, met=outcome == "done", text=advice.outcome_text)
    facts = {"advice": advice.pk, "outcome": outcome}
    step_added(actor, alarm, "advised", text=text, facts=facts)
    after = {"outcome": outcome, "text": advice.outcome_text, "alarm": alarm.pk}
    record(actor, "advice.outcome", advice, before={"outcome": OPEN}, after=after)
    return advice

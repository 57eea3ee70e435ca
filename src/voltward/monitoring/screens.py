"""What the wall screens show: one snapshot a maker, made every few seconds for all of its screens.

A snapshot holds numbers, names and times, no words, so that screens of every language share it. It is
made of the map's sums and of the alarms in the books; what cannot be had now is left as it was.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncHour

from voltward.base.clock import utc
from voltward.monitoring import states
from voltward.monitoring.fleet_map import FleetMap, fresh_fleet_map
from voltward.monitoring.models import Alarm
from voltward.monitoring.ports import ports
from voltward.monitoring.renewed import RenewedBy
from voltward.monitoring.selectors.map import GravePoint, grave_points_of
from voltward.monitoring.store import StoreAway
from voltward.pages.live import give_back_connections
from voltward.records import wall
from voltward.records.clock_states import GOING
from voltward.records.models import Clock

EVERY_S, TOO_OLD_S = 3.0, 30.0
HOURS: Final = 24
CASES, TICKER, MODELS, RULES = 8, 10, 5, 8
CASES_FROM: Final = 2  # level 1 is disposed of by rule and no case
FLEET_OF_A_RATE: Final = 50  # a model of fewer vehicles gives no rate worth a screen
SILENT_S: Final = 10  # a processor renews its status every second
QUALITY_DAYS: Final = 7
HANDLED_DAYS: Final = 60  # older alarms that are closed now are not looked for


@dataclass(frozen=True)
class Case:
    """An open alarm. ``due_at``: of its clock that ends first; None: no clock runs."""

    alarm: Alarm
    due_at: datetime | None


@dataclass(frozen=True)
class ModelRate:
    """Alarms of the last 24 hours of one model, by 10,000 vehicles in the books."""

    model: str
    alarms: int
    vehicles: int

    @property
    def per_10_000(self) -> float:
        return self.alarms * 10_000 / self.vehicles


@dataclass(frozen=True)
class Snapshot:
    """``at``: when it was made; ``fleet`` None: the store never answered yet, else it tells its own age.

    ``hours``: 24 entries, oldest first: the hour's begin and alarms by level; ``open_levels``: open ones
    by level. ``rules``, ``verdicts``: of the last seven days, most first.
    """

    at: datetime
    fleet: FleetMap | None
    frames_per_s: float | None
    lag_s: float | None
    hours: list[tuple[datetime, dict[int, int]]]
    open_levels: dict[int, int]
    cases: list[Case]
    models: list[ModelRate]
    rules: list[tuple[str, int, int]]
    verdicts: dict[str, int]
    ticker: list[Alarm]
    points: list[GravePoint] = field(default_factory=list)


def snapshot(maker_id: int) -> Snapshot:
    """The newest snapshot of a maker, some seconds old at most."""
    return _SNAPSHOTS.value(maker_id)


def forget() -> None:
    """Know nothing, as in the beginning."""
    _SNAPSHOTS.forget()


def _made(maker_id: int) -> Snapshot:
    now = datetime.now(UTC)
    try:
        fleet = fresh_fleet_map(maker_id)
    except StoreAway:
        fleet = None
    frames_per_s, lag_s = _flow()
    with wall.within(wall.of(maker_id)):
        alarms = Alarm.objects.filter(maker_id=maker_id, level__gt=0)
        return Snapshot(
            at=now,
            fleet=fleet,
            frames_per_s=frames_per_s,
            lag_s=lag_s,
            hours=_hours(alarms, now),
            open_levels=_open_levels(alarms),
            cases=_cases(alarms, maker_id),
            models=_models(alarms, now, fleet),
            rules=_rules(alarms, now),
            verdicts=_verdicts(alarms, now),
            ticker=[*alarms.select_related("vehicle").order_by("-opened_at", "-id")[:TICKER]],
            points=grave_points_of(maker_id, fleet),
        )


def _flow() -> tuple[float | None, float | None]:
    """Frames a second and seconds of delay as the processor says; None: it does not run."""
    status = ports().status()
    if status is None or time.time() - utc(status.updated_ns).timestamp() > SILENT_S:
        return None, None
    return status.frames_per_s, status.lag_s


def _hours(alarms: QuerySet[Alarm], now: datetime) -> list[tuple[datetime, dict[int, int]]]:
    last = now.replace(minute=0, second=0, microsecond=0)
    begins = [last - timedelta(hours=HOURS - 1 - n) for n in range(HOURS)]
    found: dict[datetime, dict[int, int]] = {begin: {} for begin in begins}
    rows = (
        alarms.filter(opened_at__gte=begins[0], opened_at__lte=now)
        .annotate(hour=TruncHour("opened_at", tzinfo=UTC))
        .order_by()
        .values_list("hour", "level")
        .annotate(Count("id"))
    )
    for hour, level, number in rows:
        found[hour][level] = number
    return [*found.items()]


def _open_levels(alarms: QuerySet[Alarm]) -> dict[int, int]:
    rows = alarms.filter(state__in=states.OPEN).order_by().values_list("level")
    return dict(rows.annotate(Count("id")))


def _cases(alarms: QuerySet[Alarm], maker_id: int) -> list[Case]:
    """The gravest first, of equals the one that is open longest."""
    chosen = [
        *alarms.filter(state__in=states.OPEN, level__gte=CASES_FROM)
        .select_related("vehicle", "owner")
        .order_by("-level", "opened_at", "id")[:CASES]
    ]
    labels = {f"Alarm:{alarm.pk}": alarm.pk for alarm in chosen}
    clocks = (
        Clock.objects.filter(maker_id=maker_id, subject__in=labels, state__in=GOING)
        .order_by("-due_order_at")
        .values_list("subject", "due_order_at")
    )
    due = {labels[subject]: at for subject, at in clocks}  # the first to end comes last
    return [Case(alarm, due.get(alarm.pk)) for alarm in chosen]


def _models(alarms: QuerySet[Alarm], now: datetime, fleet: FleetMap | None) -> list[ModelRate]:
    if fleet is None:
        return []
    rows = (
        alarms.filter(opened_at__gt=now - timedelta(hours=HOURS))
        .order_by()
        .values_list("vehicle__model_name")
        .annotate(Count("id"))
    )
    rates = [
        ModelRate(model, number, fleet.models[model])
        for model, number in rows
        if fleet.models.get(model, 0) >= FLEET_OF_A_RATE
    ]
    return sorted(rates, key=lambda one: (-one.per_10_000, one.model))[:MODELS]


def _rules(alarms: QuerySet[Alarm], now: datetime) -> list[tuple[str, int, int]]:
    """Rule, alarms and their highest level."""
    rows = (
        alarms.filter(opened_at__gt=now - timedelta(days=QUALITY_DAYS))
        .order_by()
        .values_list("rule")
        .annotate(number=Count("id"), highest=Max("level"))
        .order_by("-number", "rule")[:RULES]
    )
    return [*rows]


def _verdicts(alarms: QuerySet[Alarm], now: datetime) -> dict[str, int]:
    rows = (
        alarms.filter(opened_at__gt=now - timedelta(days=HANDLED_DAYS))
        .filter(closed_at__gt=now - timedelta(days=QUALITY_DAYS))
        .exclude(verdict="")
        .order_by()
        .values_list("verdict")
        .annotate(number=Count("id"))
        .order_by("-number")
    )
    return dict(rows)


_SNAPSHOTS = RenewedBy(_made, EVERY_S, TOO_OLD_S, give_back_connections)

"""Models of so many vehicles, of which some had faults or hazards."""

from __future__ import annotations

from typing import Any

from tests.monitoring.watch.conftest import DAY, Yard

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, Episode, WatchCase
from voltward.monitoring.services import watch_rounds

FAULT, HAZARD = "fault.11", "hazard.c3"


def episode(
    yard: Yard, vehicle: Vehicle, rule: str = FAULT, level: int = 3, ago_d: float = 1, **more: Any
) -> Episode:
    """One of the vehicle's alarm of that rule, so many days ago."""
    at = yard.now - ago_d * DAY
    alarm = Alarm.objects.filter(vehicle=vehicle, rule=rule).first() or Alarm.objects.create(
        maker=vehicle.maker, vehicle=vehicle, rule=rule, level=level, opened_at=at, received_at=at,
        last_at=at,
    )  # fmt: skip
    return Episode.objects.create(
        maker=vehicle.maker, vehicle=vehicle, alarm=alarm, rule=rule, level=level,
        reported_level=0, opened_at=at, received_at=at, last_at=at, **more,
    )  # fmt: skip


def model(yard: Yard, in_use: int, affected: int, **more: Any) -> list[Vehicle]:
    """So many of a model in use, of which so many had one episode; the affected ones first."""
    vehicles = [yard.add() for _ in range(in_use)]
    for vehicle in vehicles[:affected]:
        episode(yard, vehicle, **more)
    return vehicles


def judged(yard: Yard, later_d: float = 0) -> list[WatchCase]:
    """The cases of models after a round without the store."""
    watch_rounds.office_round(yard.now + later_d * DAY)
    return yard.cases("model_share")

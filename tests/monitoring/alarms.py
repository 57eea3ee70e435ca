"""Alarms for tests, as the follower of the findings leaves them: alarm, episode, first line of the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, AlarmStep, Episode
from voltward.records import selectors, services
from voltward.records.models import Maker, Person


def opened(
    vehicle: Vehicle,
    *,
    level: int = 2,
    rule: str = "insulation.low",
    at: datetime | None = None,
    **more: Any,
) -> Alarm:
    """An alarm whose first row was collected and received at ``at`` (now)."""
    at = at or timezone.now()
    alarm = Alarm.objects.create(
        maker=vehicle.maker, vehicle=vehicle, rule=rule, level=level, opened_at=at,
        received_at=at, last_at=at, **more,
    )  # fmt: skip
    episode(alarm, at)
    step(alarm, "opened", level=level)
    return alarm


def episode(alarm: Alarm, at: datetime) -> Episode:
    return Episode.objects.create(
        maker=alarm.maker, vehicle=alarm.vehicle, alarm=alarm, rule=alarm.rule, level=alarm.level,
        reported_level=alarm.reported_level, opened_at=at, received_at=at, last_at=at,
    )  # fmt: skip


def step(alarm: Alarm, kind: str, **facts: Any) -> AlarmStep:
    return AlarmStep.objects.create(maker=alarm.maker, alarm=alarm, kind=kind, facts=facts)


def again(alarm: Alarm, at: datetime) -> None:
    """The same rule once more on the same vehicle, while nobody has closed the alarm."""
    episode(alarm, at)
    alarm.last_at, alarm.episodes_number = at, alarm.episodes_number + 1
    alarm.save(update_fields=["last_at", "episodes_number"])
    step(alarm, "again")


def worse(alarm: Alarm, level: int) -> None:
    """It got worse; the state stays what it is, as the platform's own job cares for that."""
    Alarm.objects.filter(pk=alarm.pk).update(level=level)
    alarm.refresh_from_db()
    step(alarm, "worse", level=level)


def cleared(alarm: Alarm, after: timedelta) -> None:
    alarm.cleared_at = alarm.opened_at + after
    alarm.save(update_fields=["cleared_at"])
    step(alarm, "cleared")


def person(maker: Maker, login: str, role: str) -> Person:
    return services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )

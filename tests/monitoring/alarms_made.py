"""Alarms as the follower of the findings writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm


def alarm(vehicle: Vehicle, level: int = 3, rule: str = "insulation.low", **more: Any) -> Alarm:
    """An open one that began now."""
    at = more.pop("at", None) or datetime.now(UTC)
    return Alarm.objects.create(
        maker=vehicle.maker, vehicle=vehicle, rule=rule, level=level, opened_at=at,
        received_at=at, last_at=at, **more,
    )  # fmt: skip

"""Vehicles and what the quality engine tells of them, by hand."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from voltward.base.vehicle_id import vehicle_id
from voltward.exchange.services.quality import quality_days_take
from voltward.fleet.models import Vehicle
from voltward.records import days
from voltward.records.models import Maker
from voltward.records.selectors import installation
from voltward.uplink.quality.summary import Found, Summary

KEY = b"k" * 32
EPOCH = date(1970, 1, 1)
_numbers = itertools.count(1)


def number(day: date) -> int:
    return (day - EPOCH).days


def ago(count: int) -> date:
    return days.today() - timedelta(days=count)


def car(maker: Maker, *, model: str = "示例轿跑", **more: Any) -> Vehicle:
    vin = f"LVVDB11B0SX{next(_numbers):06d}"
    return Vehicle.objects.create(
        maker=maker, vin=vin, vehicle_id=vehicle_id(vin, KEY), model_name=model, state="in_use",
        registered_at=f"{ago(400)}T00:00:00+08:00", **more,
    )  # fmt: skip


def summary(
    vehicle: int, day: date, received: date | None = None, errors: dict[str, int] | None = None,
    **more: Any,
) -> Summary:  # fmt: skip
    found = {code: Found(count, 30_000, 36_000) for code, count in (errors or {}).items()}
    values = {"rows": 100, "realtime": 100, "expected": 700, "delays": (100, 0, 0, 0, 0, 0, 0, 0),
              "begin_s": 29_000, "end_s": 37_000, **more}  # fmt: skip
    return Summary(vehicle, number(day), number(received or day), errors=found, **values)


def taken(*told: Summary) -> int:
    return quality_days_take(installation(), told=told)


def sent(vehicle: Vehicle, day: date, **errors: int) -> int:
    """A day of 100 reports; ``errors``: ``range_cells=3``."""
    named = {code.replace("_", ".", 1): count for code, count in errors.items()}
    return taken(summary(vehicle.vehicle_id, day, errors=named))

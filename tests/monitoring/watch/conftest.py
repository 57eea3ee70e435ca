"""A fleet that stands, drives and falls silent, in the office and in a real store."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.monitoring import car
from tests.monitoring.conftest import Surroundings

from voltward.base.vehicle_id import vehicle_id
from voltward.fleet.models import BatteryType, OwnerPeriod, Vehicle
from voltward.frames.frame import realtime
from voltward.frames.grammar import Edition
from voltward.monitoring.models import WatchCase, WatchLimit
from voltward.monitoring.services.watch import watch_close
from voltward.monitoring.services.watch_rounds import watch_round
from voltward.records import days, services
from voltward.records.models import Maker, Person
from voltward.records.selectors import installation

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)
_numbers = itertools.count(1)


def frame(
    vin: str, at: datetime, *, place: tuple[float, float] = (31.23, 121.47), **more: Any
) -> bytes:
    """A small frame of a parked vehicle; ``more`` changes its vehicle data."""
    whole = {
        **car.VEHICLE, **car.ONLY_2016, "state": "off", "speed_kmh": 0, "total_current_a": 0, **more,
    }  # fmt: skip
    position = {**car.POSITION, "latitude_deg": place[0], "longitude_deg": place[1]}
    return realtime(Edition.Y2016, vin, 2, at, [whole, position])


@dataclass
class Yard:
    """Adds vehicles and their frames; ``round()`` judges them as of ``now``."""

    maker: Maker
    around: Surroundings
    now: datetime = NOW
    vehicles: list[Vehicle] = field(default_factory=list)

    def add(
        self, *, usage: str = "", state: str = "in_use", maker: Maker | None = None, used_d: float = 400,
        **more: Any,
    ) -> Vehicle:  # fmt: skip
        vin = f"LVVDB11B0RX{next(_numbers):06d}"
        since = (self.now - used_d * DAY).date()
        vehicle = Vehicle.objects.create(
            maker=maker or self.maker, vin=vin, vehicle_id=vehicle_id(vin, car.KEY), state=state,
            registered_at=self.now - 500 * DAY, sold_on=since if usage else None, first_used_on=since,
            **{"model_name": "示例轿跑", **more},
        )  # fmt: skip
        if usage:
            OwnerPeriod.objects.create(
                vehicle=vehicle, kind="person", usage_class=usage, since=since
            )
        self.vehicles.append(vehicle)
        return vehicle

    def sent(self, vehicle: Vehicle, *ago_d: float, **more: Any) -> None:
        """A frame so many days ago each."""
        frames = [
            frame(vehicle.vin, self.now - one * DAY, **more) for one in sorted(ago_d, reverse=True)
        ]
        self.around.put(*frames)

    def alive(self) -> Vehicle:
        """One that drives now, so that the platform is known to receive."""
        vehicle = self.add(usage="private")
        self.sent(vehicle, *range(70), 0.001, state="started", soc_pct=50)
        return vehicle

    def round(self, later_d: float = 0) -> int:
        self.around.forget()
        return watch_round(self.now + later_d * DAY)

    def cases(self, queue: str) -> list[WatchCase]:
        return list(WatchCase.objects.filter(queue=queue).order_by("pk"))


@pytest.fixture
def yard(maker: Maker, around: Surroundings) -> Yard:
    return Yard(maker, around)


@pytest.fixture
def set_limit(maker: Maker, safety_head: Person) -> Callable[..., WatchLimit]:
    """A number of the maker's own, in force at once."""
    second = services.person_create(
        installation(), login="second", display_name="第二人", maker=maker,
        roles=["data_protection_officer"],
    )  # fmt: skip

    def make(code: str, value: float, battery_type: BatteryType | None = None) -> WatchLimit:
        row = WatchLimit.objects.get(maker=None, code=code)
        return WatchLimit.objects.create(
            maker=maker, code=code, battery_type=battery_type, revision=next(_numbers),
            title_zh=row.title_zh, title_en=row.title_en, value=value, unit=row.unit, order=row.order,
            lowest=row.lowest, highest=row.highest, source="试验报告", confidence="M",
            effective_from=days.today(), proposed_by=safety_head, approved_by=second,
        )  # fmt: skip

    return make


@pytest.fixture
def closed(safety_head: Person) -> Callable[[WatchCase], WatchCase]:
    """Give a case its verdict: safe."""

    def close(case: WatchCase) -> WatchCase:
        return watch_close(
            safety_head, case_id=case.pk, verdict="safe", text="车库长期停放，现场查看"
        )

    return close


@pytest.fixture
def person(maker: Maker) -> Callable[[str], Person]:
    def make(role: str) -> Person:
        return services.person_create(
            installation(), login=f"s-{role}", display_name=role, maker=maker, roles=[role]
        )

    return make

"""The planted vehicles of the demonstration: what each sent, and that it is sent once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.simulator.fake_platform import LOGOUT, REISSUE, FakePlatform, platform

from voltward.base.clock import SystemClock
from voltward.base.vin import check_digit_is_right
from voltward.frames.frame import decode_frame
from voltward.simulator.planted import YARD, Planted, frames_of, planted_vehicles
from voltward.simulator.planting import Planting
from voltward.simulator.run import SimulateConfig, simulated_vehicles

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)


def test_each_has_a_vin_of_its_own_that_no_car_of_the_fleet_has() -> None:
    vins = [one.vin for one in simulated_vehicles(SimulateConfig(("", 0), demo=True))]
    assert len(set(vins)) == len(vins)
    assert all(check_digit_is_right(vin) for vin in vins)
    assert not {one.vin for one in planted_vehicles()} & {
        one.vin for one in simulated_vehicles(SimulateConfig(("", 0)))
    }


def test_what_they_sent_is_whole_in_order_and_past() -> None:
    for vehicle in planted_vehicles():
        found = [decode_frame(frame) for frame in frames_of(vehicle, NOW)]
        assert not [one.problems for one in found if one.problems]
        times = [one.collected_at for one in found if one.collected_at]
        assert times == sorted(times)
        assert len(times) == len(found)
        assert all(at < NOW for at in times)
        # nobody is away before the past arrives: what was never sent counts from the first day of use
        if vehicle.sent and vehicle.usage:
            assert times[0] > NOW - timedelta(days=vehicle.used_d)


def test_the_odometer_of_each_only_grows() -> None:
    for vehicle in planted_vehicles():
        ordered = sorted(vehicle.sent, key=lambda one: -one.ago)
        driven = [one.odometer_km for one in ordered]
        assert driven == sorted(driven)


class Later(SystemClock):
    """An hour on."""

    def now_ns(self) -> int:
        return super().now_ns() + 3_600_000_000_000


def planted(
    folder: Path, vehicles: list[Planted], *, cut_after: int | None = None, clock: SystemClock | None = None
) -> FakePlatform:  # fmt: skip
    """Send them to a platform until all has arrived."""

    async def run() -> FakePlatform:
        async with asyncio.timeout(60), platform() as (fake, address):
            fake.cut_after = cut_after
            planting = Planting(address, folder, clock or SystemClock(), vehicles)
            task = asyncio.create_task(planting.run())
            while not (folder / "planted.past").exists():
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return fake

    return asyncio.run(run())


@pytest.fixture
def some() -> list[Planted]:
    return [one for one in planted_vehicles() if one.usage][:5] + planted_vehicles()[-20:]


def test_the_past_goes_out_once_as_reissue_and_everybody_logs_out(
    tmp_path: Path, some: list[Planted]
) -> None:
    fake = planted(tmp_path, some)
    sending = [one for one in some if one.sent]
    assert {frame[2] for frame in fake.reports} == {REISSUE}
    assert len(fake.reports) == sum(len(one.sent) for one in sending)
    assert fake.commands.count(LOGOUT) == len(sending)
    again = planted(tmp_path, some)
    assert not again.frames


def test_a_past_cut_short_is_sent_again_as_it_was(tmp_path: Path, some: list[Planted]) -> None:
    whole = set(planted(tmp_path, some).reports)
    (tmp_path / "planted.past").unlink()  # killed before it said that all has arrived
    assert set(planted(tmp_path, some, clock=Later()).reports) == whole
    (tmp_path / "planted.past").unlink()
    assert set(planted(tmp_path, some, clock=Later(), cut_after=3).reports) == whole
    # a build that does not keep as of when would plant every vehicle's past twice
    (tmp_path / "planted.past").unlink()
    (tmp_path / "planted.begun").unlink()
    assert not set(planted(tmp_path, some, clock=Later()).reports) & whole


def test_a_yard_holds_enough_and_a_few_more() -> None:
    yard = [one for one in planted_vehicles() if not one.usage]
    assert len(yard) == YARD > 100
    assert all(one.sent[0].soc_pct > 80 and one.sent[0].ago > timedelta(days=60) for one in yard)

"""The demonstration: the past once, the fire on demand, a fleet that goes on where it stopped."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from tests.simulator.fake_platform import LOGIN, LOGOUT, REALTIME, REISSUE, FakePlatform, platform

from voltward.base.clock import SystemClock
from voltward.base.units import BEIJING
from voltward.base.vin import check_digit_is_right
from voltward.frames.frame import decode_frame
from voltward.simulator.data import fire_recording
from voltward.simulator.demo import (
    FIRE_FROM,
    FIRE_VIN,
    FireDriver,
    FireStatus,
    demo_status,
    fire_again,
)
from voltward.simulator.driver import FleetDriver, FleetPlan, FleetStatus
from voltward.simulator.metrics import SimulatorMetrics
from voltward.simulator.run import SimulateConfig, simulate_until, simulated_vehicles

PAST_ROWS, FIRE_ROWS = 4418, 83


def times_of(frames: list[bytes]) -> list[int]:
    found = [decode_frame(frame).collected_at for frame in frames]
    return [int(one.timestamp()) for one in found if one is not None]


def test_the_recording_holds_the_last_days_and_the_runaway() -> None:
    recording = fire_recording()
    rows = recording.rows()
    assert (recording.cells, recording.probes, recording.probe_offset) == (87, 45, 40)
    assert len(rows) == PAST_ROWS + FIRE_ROWS
    runaway = datetime(2019, 7, 9, 22, 14, 40, tzinfo=BEIJING).timestamp()
    at = int(np.flatnonzero(rows.collected_at == runaway)[0])
    assert rows.scalars["highest_temp_c"][at - 1 : at + 1].tolist() == [29, 109]
    assert rows.cells_v[at, 31] == 1.995
    assert rows.cells_v[at, 40] == 3.133
    assert rows.scalars["alarm_level"][at - 1 : at + 1].tolist() == [0, 3]
    assert check_digit_is_right(FIRE_VIN)


def burn(
    folder: Path, until: Callable[[FakePlatform, FireDriver], bool], first_fire_s: float | None
) -> tuple[FakePlatform, FireDriver]:
    """Run the fire's driver on ``folder`` until enough has happened."""

    async def run() -> tuple[FakePlatform, FireDriver]:
        async with asyncio.timeout(150), platform() as (fake, address):
            driver = FireDriver(
                address,
                folder / "run",
                folder / "state",
                SystemClock(),
                first_fire_s=first_fire_s,
                speed=5000.0,
            )
            task = asyncio.create_task(driver.run())
            while not until(fake, driver):
                if driver.status.state == "ready" and first_fire_s is None:
                    fire_again(folder / "run")
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return fake, driver

    return asyncio.run(run())


def test_the_past_ends_now_as_reissue_and_the_fire_follows_live(tmp_path: Path) -> None:
    fake, driver = burn(tmp_path, lambda _fake, driver: driver.status.state == "done", 0.0)
    past, fire = fake.reports[:PAST_ROWS], fake.reports[PAST_ROWS:]
    assert {frame[2] for frame in past} == {REISSUE}
    assert {frame[2] for frame in fire} == {REALTIME}
    assert len(fire) == FIRE_ROWS
    now_s = SystemClock().now_ns() / 1e9
    assert now_s - 60 < max(times_of(past)) <= min(times_of(fire)) <= now_s
    assert driver.status.times == 1


def test_the_fire_comes_again_when_asked_and_the_past_does_not(tmp_path: Path) -> None:
    burn(tmp_path, lambda _fake, driver: driver.status.state == "done", 0.0)
    fake, driver = burn(tmp_path, lambda _fake, driver: driver.status.state == "done", None)
    assert len(fake.reports) == FIRE_ROWS
    assert driver.status.times == 1
    assert not (tmp_path / "run" / "demo.fire").exists()


def test_what_the_fire_invents_is_all_that_is_invented(tmp_path: Path) -> None:
    fake, _ = burn(tmp_path, lambda _fake, driver: driver.status.state == "done", 0.0)
    names = [item.name for item in decode_frame(fake.reports[-1]).items]
    assert names == ["vehicle", "position", "extremes", "alarms", "cell_voltages", "probe_temps"]


def fleet_run(folder: Path, history_s: float, enough: int) -> tuple[FakePlatform, FleetDriver]:
    async def run() -> tuple[FakePlatform, FleetDriver]:
        async with asyncio.timeout(150), platform() as (fake, address):
            plan = FleetPlan(
                address, 5, cars=8, period_s=1, history_s=history_s, state_file=folder / "fleet.npz"
            )
            driver, stopping = FleetDriver(plan, SystemClock()), asyncio.Event()
            task = asyncio.create_task(driver.run(stopping))
            await fake.wait_for(
                lambda fake: sum(frame[2] == REALTIME for frame in fake.reports) >= enough
            )
            stopping.set()
            await task
            return fake, driver

    return asyncio.run(run())


def test_a_new_fleet_sends_its_past_and_goes_on_live(tmp_path: Path) -> None:
    fake, driver = fleet_run(tmp_path, 7200.0, 6)
    past = [frame for frame in fake.reports if frame[2] == REISSUE]
    live = [frame for frame in fake.reports if frame[2] == REALTIME]
    assert len(past) > 200
    assert max(times_of(past)) <= min(times_of(live))
    assert fake.commands.count(LOGIN) == fake.commands.count(LOGOUT)
    assert driver.status.phase == "stopped"


def test_a_fleet_that_is_known_goes_on_without_a_past(tmp_path: Path) -> None:
    first, _ = fleet_run(tmp_path, 3600.0, 6)
    second, _ = fleet_run(tmp_path, 3600.0, 6)
    assert REISSUE not in {frame[2] for frame in second.reports}
    for vin in {frame[4:21] for frame in second.reports}:
        before = [odometer_km(frame) for frame in first.reports if frame[4:21] == vin]
        after = [odometer_km(frame) for frame in second.reports if frame[4:21] == vin]
        assert after[0] >= max(before, default=0.0)


def odometer_km(frame: bytes) -> float:
    return int.from_bytes(frame[36:40], "big") / 10


def test_a_past_that_was_cut_short_is_sent_again_as_it_was(tmp_path: Path) -> None:
    first, _ = fleet_run(tmp_path, 3600.0, 3)
    (tmp_path / "fleet.npz").unlink()  # as if it had been killed before the state was kept
    second, _ = fleet_run(tmp_path, 3600.0, 3)
    earlier = {frame for frame in first.reports if frame[2] == REISSUE}
    assert earlier <= set(second.reports)


def test_simulate_tells_its_status_and_stops_when_told(tmp_path: Path) -> None:
    async def run() -> tuple[dict[str, Any], FakePlatform]:
        async with asyncio.timeout(150), platform() as (fake, address):
            config = SimulateConfig(
                address,
                cars=5,
                period_s=1,
                demo=True,
                history_days=0.01,
                run_folder=tmp_path / "run",
                state_folder=tmp_path / "state",
            )
            stopping = asyncio.Event()
            running = asyncio.create_task(
                simulate_until(stopping, config, SystemClock(), lambda _status: None)
            )
            await fake.wait_for(lambda fake: len(fake.reports) > PAST_ROWS)
            while (demo_status(tmp_path / "run") or {}).get("fire", {}).get("state") != "ready":
                await asyncio.sleep(0.01)
            stopping.set()
            return await running, fake

    status, fake = asyncio.run(run())
    assert status["fire"]["vin"] == FIRE_VIN
    assert status["fleet"]["cars"] == 5
    assert json.loads((tmp_path / "run" / "demo.json").read_text()) == status
    known = {vehicle.vin for vehicle in simulated_vehicles(SimulateConfig(("", 0), 5, demo=True))}
    assert {frame[4:21].decode() for frame in fake.reports} <= known


def test_metrics_say_what_the_simulation_does() -> None:
    metrics = SimulatorMetrics(0)
    try:
        metrics.set(FleetStatus(cars=5, online=3, sent=77), FireStatus(state="burning"))
        with urlopen(f"http://127.0.0.1:{metrics.port}/metrics") as answer:
            text = answer.read().decode()
    finally:
        metrics.close()
    assert "voltward_simulator_online 3.0" in text
    assert "voltward_simulator_frames_sent 77.0" in text
    assert 'voltward_simulator_fire_state{state="burning"} 1.0' in text
    assert 'voltward_simulator_fire_state{state="ready"} 0.0' in text


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_status_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert demo_status(tmp_path) is None
    (tmp_path / "demo.json").write_text(text)
    assert demo_status(tmp_path) is None


def test_the_fire_begins_ten_seconds_before_the_runaway() -> None:
    assert FIRE_FROM.isoformat() == "2019-07-09T22:14:30+08:00"

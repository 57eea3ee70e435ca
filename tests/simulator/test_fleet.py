"""The simulated fleet: reproducible, and plausible in what belongs together."""

from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from voltward.base.vin import check_digit_is_right
from voltward.frames.grammar import Edition
from voltward.simulator.encoder import REALTIME, REISSUE
from voltward.simulator.fleet import Car, Fleet, Reports, encode, roster
from voltward.simulator.fleet import activity as acts
from voltward.simulator.fleet.reports import alarm_flags

SEED = 11
START_S = 1_773_534_600.0


@cache
def a_day() -> tuple[list[Car], Reports]:
    """A day of 24 cars in steps of 60 s."""
    cars = roster(SEED, 24)
    fleet = Fleet(SEED, cars, START_S)
    return cars, Reports.joined([fleet.step(60.0) for _ in range(1440)])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def frames(seed: int) -> list[bytes]:
        cars = roster(seed, 12)
        fleet = Fleet(seed, cars, START_S)
        steps = [fleet.step(10.0) for _ in range(12)]
        return [report.frame for step in steps for report in encode(step, cars, REALTIME)]

    assert frames(3) == frames(3)
    assert frames(3) != frames(4)


def test_a_longer_fleet_begins_with_the_same_cars() -> None:
    assert roster(SEED, 30)[:10] == roster(SEED, 10)


def test_vins_are_made_up_valid_and_different() -> None:
    cars = roster(SEED, 200)
    assert len({car.vin for car in cars}) == 200
    assert all(car.vin.startswith("LTESTV") for car in cars)
    assert all(check_digit_is_right(car.vin) for car in cars)


def test_two_of_five_cars_speak_the_newer_edition() -> None:
    editions = [car.edition for car in roster(SEED, 50)]
    assert editions.count(Edition.Y2025) == 20
    assert editions.count(Edition.Y2016) == 30


def test_at_any_time_some_cars_drive_and_some_stand() -> None:
    _, day = a_day()
    for start_s in range(int(START_S) + 3600, int(START_S) + 86_400, 3600):
        hour = day.activity[(day.collected_at >= start_s) & (day.collected_at < start_s + 3600)]
        assert (hour == acts.DRIVING).any()
    assert {acts.PARKED, acts.DRIVING, acts.CHARGING, acts.COMPLETE} == set(day.activity.tolist())


def test_cars_that_stand_have_no_speed_and_charging_current_is_negative() -> None:
    _, day = a_day()
    assert (day.speed_kmh[day.activity != acts.DRIVING] == 0).all()
    assert (day.current_a[day.activity == acts.CHARGING] < 0).all()
    assert (day.current_a[day.activity == acts.PARKED] == 0).all()
    assert day.speed_kmh.max() <= 125
    assert day.current_a[day.activity == acts.DRIVING].max() > 50


def test_odometers_never_fall_and_agree_with_the_speed() -> None:
    cars, day = a_day()
    for car in range(len(cars)):
        odometer_km = day.odometer_km[day.car == car]
        assert (np.diff(odometer_km) >= 0).all()
        assert odometer_km[-1] - odometer_km[0] < 125 * 24


def test_charge_rises_only_while_charging_or_braking() -> None:
    cars, day = a_day()
    for car in range(len(cars)):
        mine = day.take(np.flatnonzero(day.car == car))
        rising = np.diff(mine.soc_pct) > 1e-9
        may_rise = mine.current_a[1:] < 0
        asleep = np.diff(mine.collected_at) > 60
        assert not (rising & ~may_rise & ~asleep).any()
        assert mine.soc_pct.min() >= 2
        assert mine.soc_pct.max() <= 100


def test_the_sum_of_the_cells_is_the_total_voltage() -> None:
    _, day = a_day()
    assert np.abs(day.cells_v.sum(axis=1) - day.total_voltage_v).max() < 1.0
    assert day.cells_v.min() > 2.5
    assert day.cells_v.max() < 4.3


def test_the_planted_weak_cell_stands_out_and_raises_its_flag() -> None:
    _, day = a_day()
    weak = day.take(np.flatnonzero(day.car == 7))
    apart = weak.cells_v - np.median(weak.cells_v, axis=1, keepdims=True)
    assert np.abs(apart).mean(axis=0).argmax() == 40
    healthy = day.take(np.flatnonzero(day.car == 2))
    assert alarm_flags(healthy).max() in (0, 1 << 4)


def test_the_planted_dead_probe_has_no_value() -> None:
    _, day = a_day()
    assert np.isnan(day.probes_c[day.car == 12][:, 5]).all()
    assert np.isfinite(day.probes_c[day.car != 12]).all()


def test_cars_stay_near_home() -> None:
    cars, day = a_day()
    home = np.array([(car.home_longitude_deg, car.home_latitude_deg) for car in cars])[day.car]
    here = np.stack([day.longitude_deg, day.latitude_deg], axis=1)
    assert np.abs(here - home).max() < 0.35


def test_parked_cars_fall_silent_and_wake_now_and_then() -> None:
    cars, day = a_day()
    silences = [np.diff(day.collected_at[day.car == car]).max() for car in range(len(cars))]
    assert max(silences) > 1800
    assert len(day) < 0.8 * 24 * 1440


def test_a_saved_fleet_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    cars = roster(SEED, 15)
    one, other = Fleet(SEED, cars, START_S), Fleet(SEED, cars, 0.0)
    for _ in range(20):
        one.step(10.0)
    one.save(tmp_path / "fleet.npz")
    assert other.load(tmp_path / "fleet.npz")
    for _ in range(10):
        mine, theirs = one.step(10.0), other.step(10.0)
        for field in fields(Reports):
            assert np.array_equal(
                getattr(mine, field.name), getattr(theirs, field.name), equal_nan=True
            )


def test_a_state_that_is_none_or_of_another_fleet_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fleet.npz"
    fleet = Fleet(SEED, roster(SEED, 5), START_S)
    assert not fleet.load(path)
    path.write_bytes(b"nothing")
    assert not fleet.load(path)
    Fleet(SEED, roster(SEED, 6), START_S).save(path)
    assert not fleet.load(path)
    assert fleet.time_s == START_S


def test_skipping_time_moves_no_car() -> None:
    fleet = Fleet(SEED, roster(SEED, 10), START_S)
    fleet.step(10.0)
    before = fleet.state.odometer_km.copy()
    fleet.skip_to(START_S + 7200)
    assert fleet.time_s == START_S + 7200
    assert np.array_equal(fleet.state.odometer_km, before)


@pytest.mark.parametrize("command", [REALTIME, REISSUE])
def test_reports_carry_the_cars_own_phase_and_the_command(command: int) -> None:
    cars = roster(SEED, 20)
    for report in encode(Fleet(SEED, cars, START_S).step(10.0), cars, command):
        assert report.collected_at == START_S + 10 + cars[report.car].phase_s
        assert report.frame[2] == command

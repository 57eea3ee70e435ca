"""Every error class: the smallest data that has it, and the nearest that has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.uplink.quality.made import (
    ALL,
    START_S,
    book,
    counted,
    driving,
    errors,
    reports,
    sessions,
    told,
)

from voltward.uplink.quality.catalogue import CODES, LIMITS
from voltward.uplink.quality.engine import QualityEngine

Rows = Sequence[Mapping[str, Any]]
NONE = float("nan")
ENGINE = ALL | {"engine"}


def drive(seconds: int, step: int = 10, **more: Any) -> list[dict[str, Any]]:
    return [driving(at, **more) for at in range(0, seconds + 1, step)]


# class: rows that have it once, rows that nearly have it
EXAMPLES: dict[str, tuple[Rows, Rows]] = {
    "time.late": ([{"delay_s": 30.001}], [{"delay_s": 30.0}, {"delay_s": 90_000.0, "command": 3}]),
    "time.gap": ([driving(0), driving(31)], [driving(0), driving(30)]),
    "time.order": ([{}, {}, {"at": 5}], [{}, {}, {"at": 5, "command": 3}]),
    "time.duplicate": ([{"hash": 1}, {"hash": 1, "at": 0}], [{"hash": 1}, {"hash": 1}]),
    "time.conflict": ([{}, {"at": 0}], [{}, {"at": 0, "is_continued": True}]),
    "time.invalid": ([{"time_s": 0}], [{}]),
    "time.future": ([{"delay_s": -600.001}], [{"delay_s": -4.0}]),
    "time.clock": ([{"delay_s": -5.001}], [{"delay_s": -5.0}]),
    "time.stale": (
        [{"command": 3, "delay_s": 7 * 86_400 + 0.001}], [{"command": 3, "delay_s": 7 * 86_400}],
    ),
    "item.vehicle": ([{"items": ALL - {"vehicle"}}], [{}]),
    "item.motor": (
        [{"items": ALL - {"motor"}}],
        [{"items": ALL - {"motor"}, "charging": 1, "total_current_a": -5.0}],
    ),
    "item.engine": ([{"drive_mode": 2}], [{"drive_mode": 2, "items": ENGINE}]),
    "item.fuel_cell": ([{"drive_mode": 3}], [{"drive_mode": 3, "items": ALL | {"fuel_cell"}}]),
    "item.position": ([{"items": ALL - {"position"}, "position_status": 255}], [{}]),
    "item.extremes": ([{"items": ALL - {"extremes"}}], [{"items": ALL - {"extremes"}, "edition": 2025}]),
    "item.alarm": ([{"items": ALL - {"alarm"}, "alarm_level": 255}], [{}]),
    "item.cells": ([{"items": ALL - {"cells"}}], [{}]),
    "item.probes": ([{"items": ALL - {"probes"}}], [{"items": ALL, "is_continued": True}]),
    "value.vehicle": ([{"invalid": 1}], [{}]),
    "value.odometer": ([{"odometer_invalid": True, "odometer_km": NONE}], [{"odometer_km": 0.0}]),
    "count.cells": ([{}, {"cells_told": 95}], [{}, {"cells_told": 0}, {}]),
    "count.probes": ([{}, {"probes_told": 23}], [{}, {"probes_told": 0}, {}]),
    "range.vehicle": ([{"out_of_range": 1}], [{}]),
    "range.cells": (
        [{"highest_cell_mv": 5001.0, "reported_highest_cell_mv": 5001.0}],
        [{"highest_cell_mv": 5000.0, "reported_highest_cell_mv": 5000.0}],
    ),
    "range.probes": (
        [{"lowest_probe_c": -40.0, "lowest_temp_c": -40.0}],
        [{"lowest_probe_c": -39.0, "lowest_temp_c": -39.0}],
    ),
    "state.moving_off": ([{"vehicle_state": 2, "speed_kmh": 0.1}], [{"vehicle_state": 2}]),
    "charge.moving": (
        [{"charging": 1, "total_current_a": -5.0, "speed_kmh": 0.1}],
        [{"charging": 2, "total_current_a": -5.0, "speed_kmh": 0.1}],
    ),
    "charge.current": (
        [{"charging": 1, "total_current_a": 5.1}], [{"charging": 1, "total_current_a": 5.0}],
    ),
    "extreme.cells": (
        [{"reported_highest_cell_mv": 3651.0}],
        [{"reported_highest_cell_mv": 3651.0, "is_whole": False}, {"reported_lowest_cell_mv": NONE}],
    ),
    "extreme.probes": ([{"highest_temp_c": 31.0}], [{"highest_temp_c": NONE, "lowest_temp_c": NONE}]),
    "sum.cells": ([{"cell_sum_mv": 339_400.0}], [{"cell_sum_mv": 339_600.0}, {"cell_sum_mv": NONE}]),
    "odometer.back": ([{}, {"odometer_km": 999.5}], [{}, {"odometer_km": 999.6}]),
    "odometer.jump": ([{}, {"odometer_km": 1001.8}], [{}, {"odometer_km": 1001.6}]),
    "odometer.track": (
        [dict(row, odometer_km=1000 + 1.1 * (row["odometer_km"] - 1000)) for row in drive(300)],
        [dict(row, odometer_km=1000 + 1.05 * (row["odometer_km"] - 1000)) for row in drive(300)],
    ),
    "soc.jump": ([{}, {"soc_pct": 65.0}], [{}, {"soc_pct": 64.0}, {"soc_pct": 80.0, "at": 60}]),
    "frozen.electric": (
        drive(300, total_current_a=10.0), [*drive(290, total_current_a=10.0), driving(300)],
    ),
    "position.outside": ([{"longitude_deg": 135.2}], [{"longitude_deg": 135.0}]),
    "position.no_fix": (
        [{}, {"position_status": 1, "longitude_deg": 121.48}], [{}, {"position_status": 1}],
    ),
    "position.speed": (
        [driving(0), driving(10, longitude_deg=121.4745)], [driving(0), driving(10, longitude_deg=121.473)],
    ),
    "position.frozen": (
        drive(60, kmh=20, longitude_deg=121.47), drive(50, kmh=20, longitude_deg=121.47),
    ),
    "alarm.no_flag": ([{"alarm_level": 1}], [{"alarm_level": 1, "fault_code_count": 1}, {"alarm_level": 254}]),
    "alarm.no_level": ([{"alarm_flags": 4}], [{"alarm_flags": 4, "alarm_level": 1}]),
}  # fmt: skip
OF_SESSIONS = {"login.open", "logout.unpaired"}


def test_there_is_an_example_of_every_class() -> None:
    assert set(EXAMPLES) | OF_SESSIONS == set(CODES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_smallest_example_has_the_error_once_and_no_other(code: str) -> None:
    assert counted(*EXAMPLES[code][0]) == {code: 1}


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_near_miss_does_not_have_it(code: str) -> None:
    assert code not in counted(*EXAMPLES[code][1])


def test_a_row_that_is_right_has_no_error() -> None:
    assert counted(*drive(600)) == {}


@pytest.mark.parametrize(
    ("told_first", "expected"),
    [
        ([(1, 1), (4, 1), (1, 2), (4, 2)], {}),
        ([(1, 1), (1, 1)], {}),  # sent again, as no answer came
        ([(1, 1), (1, 2)], {"login.open": 1}),
        ([(1, 1), (4, 2)], {"logout.unpaired": 1}),
        ([(1, 1), (4, 1), (4, 1)], {}),
        ([(4, 9)], {}),  # its login lies before the first that is known
    ],
)
def test_logins_and_logouts_belong_together(
    told_first: list[tuple[int, int]], expected: dict[str, int]
) -> None:
    engine = QualityEngine()
    engine.take_sessions(sessions(*told_first))
    assert errors(told(engine)) == expected


@pytest.mark.parametrize(
    ("drive_type", "row", "missing"),
    [
        ("bev", {"drive_mode": 1}, []),
        ("phev", {"drive_mode": 1}, ["item.engine"]),
        ("phev", {"drive_mode": 1, "charging": 1, "total_current_a": -5.0}, []),
        ("erev", {"drive_mode": 1}, []),  # a range extender at rest owes none
        ("erev", {"drive_mode": 2}, ["item.engine"]),
        ("fcev", {"drive_mode": 1}, ["item.fuel_cell"]),
        ("bev", {"drive_mode": 3}, []),
    ],
)
def test_what_a_report_owes_depends_on_the_drive_type(
    drive_type: str, row: dict[str, Any], missing: list[str]
) -> None:
    assert list(counted(row, by=book(drive_type))) == missing


def test_the_sign_of_the_current_is_the_models() -> None:
    row = {"charging": 1, "total_current_a": 40.0}
    assert counted(row) == {"charge.current": 1}
    assert counted(row, by=book(facts={"facts.current_sign": -1.0})) == {}


def test_an_lfp_pack_may_jump_to_its_full_charge() -> None:
    rows = [{"charging": 1, "total_current_a": -5.0, "soc_pct": soc} for soc in (93.0, 99.0)]
    assert counted(*rows) == {"soc.jump": 1}
    assert counted(*rows, by=book(facts={"facts.is_lfp": 1.0})) == {}


# each with rows that are right by the default and wrong by a limit of half of it, or of twice as much
CLOSER = {
    "late_s": ({"delay_s": 20.0},), "gap_s": (driving(0), driving(20)),
    "cell_highest_mv": ({},), "soc_jump_pct": ({}, {"soc_pct": 63.0}),
    "odometer_back_km": ({}, {"odometer_km": 999.7}), "sum_gap_pct": ({"cell_sum_mv": 343_000.0},),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSER)
def test_a_limit_of_the_makers_own_is_the_one_that_counts(name: str) -> None:
    default = next(limit.default for limit in LIMITS if limit.name == name)
    assert counted(*CLOSER[name]) == {}
    assert len(counted(*CLOSER[name], by=book(**{name: default / 2}))) == 1


def test_examples_are_kept_with_their_first_and_last_moment() -> None:
    engine = QualityEngine()
    rows = [{"out_of_range": number in (3, 5, 9)} for number in range(20)]
    engine.take(reports(rows))
    (day,) = told(engine)
    found = day.errors["range.vehicle"]
    assert (found.count, found.first_s, found.last_s) == (3, 8 * 3600 + 30, 8 * 3600 + 90)
    assert (START_S + 8 * 3600) % 86_400 == 8 * 3600

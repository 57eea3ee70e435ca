"""The rules of our own: what they say at, below and beyond their limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.findings.rows import VEHICLE, incoming_of_values

from voltward.findings.catalogue import DETECTORS
from voltward.findings.engine import Engine
from voltward.findings.finding import EVENT, OPENED, Finding
from voltward.findings.limits import BookFile, Group, LimitBook


def judged(
    rule: str, *rows: dict[str, Any], facts: dict[str, float] | None = None
) -> list[Finding]:
    """The findings of one rule; rows 10 s apart unless they say ``at``."""
    told = [{"at": 10 * number, **row} for number, row in enumerate(rows)]
    book = LimitBook(DETECTORS)
    if facts:
        group = Group("known", facts=facts)
        book = LimitBook(
            DETECTORS, BookFile(1, (Group("default"), group)),
            np.array([VEHICLE], np.uint64), np.array([1], np.uint32),
        )  # fmt: skip
    return [f for f in Engine(DETECTORS, book).take(incoming_of_values(told)) if f.rule == rule]


def opened(found: list[Finding]) -> list[int]:
    return [f.level for f in found if f.kind in (OPENED, EVENT)]


def cells(high: float, low: float, median: float = 3900.0, **more: Any) -> dict[str, Any]:
    return {"highest_cell_mv": high, "lowest_cell_mv": low, "median_cell_mv": median,
            "cell_count": 96, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "row", "level"),
    [
        ("temperature.high", {"highest_temp_c": 49.9}, None),
        ("temperature.high", {"highest_temp_c": 50.0}, 1),
        ("temperature.high", {"highest_temp_c": 60.0}, 3),
        ("temperature.difference", {"highest_temp_c": 40.0, "lowest_temp_c": 32.1}, None),
        ("temperature.difference", {"highest_temp_c": 40.0, "lowest_temp_c": 28.0}, 2),
        ("temperature.charging", {"highest_temp_c": 55.0, "charging": 3}, None),
        ("temperature.charging", {"highest_temp_c": 55.0, "charging": 1}, 2),
        ("cell.spread", cells(3950, 3801), None),
        ("cell.spread", cells(3950, 3800), 1),
        ("cell.spread", cells(4200, 3700), 3),
        ("cell.deviation", cells(3910, 3801), None),
        ("cell.deviation", cells(3910, 3700), 2),
        ("cell.deviation", cells(3910, 3700, cell_count=2), None),
        ("insulation.low", {"insulation_kohm": 201.0, "total_voltage_v": 400.0}, None),
        ("insulation.low", {"insulation_kohm": 200.0, "total_voltage_v": 400.0}, 1),
        ("insulation.low", {"insulation_kohm": 40.0, "total_voltage_v": 400.0}, 3),
        ("insulation.low", {"insulation_kohm": 40.0, "total_voltage_v": 12.0}, None),
    ],
)
def test_a_level_begins_where_its_limit_is_reached(
    rule: str, row: dict[str, Any], level: int | None
) -> None:
    assert opened(judged(rule, row)) == ([] if level is None else [level])


def test_insulation_is_held_against_the_working_voltage_where_it_is_known() -> None:
    row = {"insulation_kohm": 42.0, "total_voltage_v": 400.0}
    assert opened(judged("insulation.low", row)) == [2]
    known = judged("insulation.low", row, facts={"facts.max_working_voltage_v": 430.0})
    assert opened(known) == [3]
    assert known[0].values["voltage_v"] == 430.0


def test_cells_of_an_lfp_pack_may_part_at_the_end_of_a_charge() -> None:
    row = cells(3650, 3340, 3345, charging=1, soc_pct=99.0)
    assert opened(judged("cell.spread", row)) == [2]
    assert judged("cell.spread", row, facts={"facts.is_lfp": 1.0}) == []
    driving = {**row, "charging": 3}
    assert opened(judged("cell.spread", driving, facts={"facts.is_lfp": 1.0})) == [2]


def test_a_jump_of_soc_is_told_when_the_rows_are_close_together() -> None:
    assert opened(judged("soc.jump", {"soc_pct": 50.0}, {"soc_pct": 55.0})) == [1]
    assert judged("soc.jump", {"soc_pct": 50.0}, {"soc_pct": 54.0}) == []
    apart = judged("soc.jump", {"soc_pct": 50.0}, {"soc_pct": 60.0, "at": 31})
    assert apart == []
    missing = judged("soc.jump", {"soc_pct": 50.0}, {}, {"soc_pct": 60.0, "at": 25})
    assert opened(missing) == [1]


def test_each_flag_is_its_own_rule_at_the_makers_level() -> None:
    row = {"alarm_flags": 1 << 11 | 1 << 23, "alarm_level": 3}
    assert opened(judged("fault.11", row)) == [3]
    assert opened(judged("fault.23", row)) == [4]
    assert judged("fault.1", row) == []
    assert judged("fault.11", row)[0].reported_level == 3


def test_a_level_without_a_flag_is_told_and_one_with_a_flag_is_not_told_twice() -> None:
    assert opened(judged("reported.level", {"alarm_flags": 0, "alarm_level": 2})) == [2]
    assert judged("reported.level", {"alarm_flags": 1, "alarm_level": 2}) == []
    assert judged("reported.level", {"alarm_flags": 0, "alarm_level": 254}) == []


def test_the_vehicles_own_thermal_event_is_enough() -> None:
    row = {"alarm_flags": 1 << 23, "alarm_level": 4, "highest_temp_c": 30.0}
    assert opened(judged("thermal.runaway", row)) == [4]


CALM = {"highest_temp_c": 29.0, **cells(3905, 3888), "total_voltage_v": 341.8,
        "total_current_a": 0.0, "insulation_kohm": 1000.0, "cell_sum_mv": 341_800.0}  # fmt: skip


@pytest.mark.parametrize(
    ("signs", "fires"),
    [
        ({"highest_temp_c": 109.0}, False),  # one sign alone: a probe may break
        ({"lowest_cell_mv": 1995.0}, False),  # likewise a sense wire
        ({"insulation_kohm": 16.0}, False),
        ({"highest_temp_c": 109.0, "lowest_cell_mv": 1995.0}, True),
        ({"highest_temp_c": 109.0, "insulation_kohm": 16.0}, True),
        ({"lowest_cell_mv": 1995.0, "total_voltage_v": 327.1}, True),
        ({"insulation_kohm": 16.0, "total_voltage_v": 327.1}, False),  # nothing hot, no cell down
    ],
)
def test_two_kinds_of_signs_make_a_thermal_event(signs: dict[str, float], fires: bool) -> None:
    found = judged("thermal.runaway", CALM, {**CALM, **signs, "at": 11})
    assert opened(found) == ([4] if fires else [])


def test_signs_join_within_a_minute_and_not_later() -> None:
    hot = {**CALM, "highest_temp_c": 109.0}
    down = {**hot, "lowest_cell_mv": 1995.0}
    assert opened(judged("thermal.runaway", CALM, hot, {**down, "at": 60})) == [4]
    assert judged("thermal.runaway", CALM, hot, {**hot, "at": 60}, {**down, "at": 90}) == []


def test_a_steady_rise_counts_as_a_sign_and_a_slow_one_does_not() -> None:
    def rising(per_s: float) -> list[dict[str, Any]]:
        return [
            {
                **CALM,
                "at": at,
                "highest_temp_c": 40.0 + np.floor(per_s * at),
                "insulation_kohm": 16.0,
            }
            for at in range(1, 12)
        ]

    assert opened(judged("thermal.runaway", {**CALM, "at": 0}, *rising(1.0))) == [4]
    assert judged("thermal.runaway", {**CALM, "at": 0}, *rising(0.3)) == []


def test_silent_then_hot_is_a_sign_of_its_own() -> None:
    after = {**CALM, "at": 40_000, "highest_temp_c": 75.0, "lowest_cell_mv": 3000.0}
    assert opened(judged("thermal.runaway", CALM, after)) == [4]
    warm = {**after, "highest_temp_c": 45.0}
    assert judged("thermal.runaway", CALM, warm) == []


def test_data_that_cannot_be_true_is_a_mark_and_an_alarm_once_it_lasts() -> None:
    bad = {**CALM, "total_voltage_v": 300.0}
    rows = [{**bad, "at": 60 * number} for number in range(40)]
    found = judged("sensor.sum", *rows)
    assert [(f.kind, f.level) for f in found] == [("opened", 0), ("worse", 1)]
    assert found[1].at - found[0].at == 1800


def test_voltage_and_current_that_stand_still_while_driving_are_told() -> None:
    rows = [
        {"at": 10 * number, "total_voltage_v": 350.1, "total_current_a": 12.3, "speed_kmh": 60.0}
        for number in range(40)
    ]
    assert opened(judged("sensor.frozen", *rows)) == [0]
    parked = [{**row, "speed_kmh": 0.0} for row in rows]
    assert judged("sensor.frozen", *parked) == []


def test_an_odometer_that_runs_back_or_leaps_is_told_and_one_not_read_is_not() -> None:
    def at(*km: float) -> list[Finding]:
        return judged("terminal.odometer", *({"odometer_km": one} for one in km))

    assert opened(at(1000.0, 990.0)) == [1]
    assert at(1000.0, 999.0) == []
    assert opened(at(1000.0, 1600.0)) == [1]
    assert at(1000.0, 0.0, 1000.0) == []


def test_a_place_nobody_can_have_driven_to_is_told() -> None:
    def at(longitude: float, after_s: int) -> list[Finding]:
        here = {"position_status": 0, "latitude_deg": 31.0, "longitude_deg": 121.0}
        there = {**here, "longitude_deg": longitude, "at": after_s}
        return judged("terminal.place", here, there)

    assert opened(at(121.5, 60)) == [1]  # 48 km in a minute
    assert at(121.5, 3600) == []
    no_fix = {"position_status": 1, "latitude_deg": 31.0, "longitude_deg": 125.0}
    here = {"position_status": 0, "latitude_deg": 31.0, "longitude_deg": 121.0}
    assert judged("terminal.place", here, no_fix) == []


def test_an_older_edition_after_a_newer_one_is_told() -> None:
    newer, older = {"edition": 2025}, {"edition": 2016}
    assert opened(judged("terminal.downgrade", older, newer, older)) == [2]
    assert judged("terminal.downgrade", older, newer, newer) == []


def test_codes_of_the_maker_are_told_as_they_stand_in_the_frame() -> None:
    code = (1 << 32) + 0x1A2B
    row = {"alarm_flags": 0, "fault_codes": 77, "fault_code_count": 1, "fault_code_1": code}
    found = judged("fault.codes", row, {"alarm_flags": 0, "at": 10}, {"alarm_flags": 0, "at": 60})
    assert [f.kind for f in found] == ["opened", "cleared"]
    assert found[0].values == {"codes": 1.0, "code_1": code, "code_2": 0, "code_3": 0, "changed": 0}

"""Hazards as the engine tells them: limits by chemistry and profile, trips, and the real fire."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.findings.hazards.made import MISSING
from tests.findings.rows import VEHICLE, frames_of_recording, incoming_of_frames, incoming_of_values

from voltward.findings import checkpoint
from voltward.findings.catalogue import DETECTORS, LIMIT_KEYS, RULES
from voltward.findings.engine import Engine
from voltward.findings.finding import CLEARED, EVENT, OPENED, Finding
from voltward.findings.hazards.items import HAZARDS
from voltward.findings.hazards.profiles import profiles, watched
from voltward.findings.limits import BookFile, Group, LimitBook, Revision
from voltward.frames.words.fields import FIELDS
from voltward.simulator.data import fire_recording


def judged(rows: list[dict[str, float]], group: Group | None = None) -> list[Finding]:
    book = LimitBook(
        DETECTORS,
        BookFile(1, (Group("default"), group or Group("made"))),
        np.array([VEHICLE], np.uint64),
        np.array([1], np.uint32),
    )
    engine = Engine(DETECTORS, book)
    found = engine.take(incoming_of_values(rows))
    assert engine.failures == []
    return [one for one in found if one.rule.startswith("hazard.")]


def charging(at: int, **values: float) -> dict[str, float]:
    return {"at": at, "charging": 1, "vehicle_state": 2, **values}


def test_a_hazard_opens_on_its_first_sample_and_names_its_limit() -> None:
    (found,) = judged([charging(0, highest_cell_mv=4400), charging(10, highest_cell_mv=4401)])
    assert (found.kind, found.rule, found.level, found.profile) == (OPENED, "hazard.c2", 1, "")
    assert found.limit is not None
    assert (found.limit.key, found.limit.value, found.limit.unit) == ("hazard.c2.v_1", 4.4, "V")
    assert found.values["highest_cell_v"] == 4.401
    assert (found.values["matrix_column"], found.values["episodes"]) == (1, 1)


def test_lfp_cells_have_the_thresholds_of_the_text_for_lfp() -> None:
    rows = [charging(0, highest_cell_mv=3701, highest_temp_c=63)]
    assert [one.rule for one in judged(rows)] == ["hazard.c1"]
    assert [one.rule for one in judged(rows, Group("LFP", "01"))] == ["hazard.c2"]
    for code, ternary, lfp in (
        ("hazard.c1", 60, 65),
        ("hazard.c2", 4.4, 3.7),
        ("hazard.c4", 60, 65),
        ("hazard.c5", 1.8, 1.5),
    ):
        limit = LIMIT_KEYS[f"{code}.v_1"]
        assert (limit.default, limit.by_chemistry) == (ternary, {"01": lfp})


def test_a_hazard_ends_a_day_later_and_once() -> None:
    rows = [charging(0, highest_temp_c=61)]
    rows += [charging(30 + 3600 * k, highest_temp_c=30) for k in range(30)]
    found = judged(rows)
    assert [one.kind for one in found] == [OPENED, CLEARED]
    assert 86_400 <= found[1].at - found[0].at <= 86_400 + 2 * 3600


def trip(temp_c: float) -> list[dict[str, float]]:
    driven = [
        {"at": 30 * k, "vehicle_state": 1, "charging": 3, "highest_motor_c": temp_c}
        for k in range(30)
    ]
    return [*driven, {"at": 900, "vehicle_state": 2, "charging": 3}]


def test_without_a_choice_both_profiles_are_only_watched() -> None:
    found = judged(trip(100))
    assert [(one.rule, one.kind, one.profile) for one in found] == [
        ("hazard.c6", EVENT, "45688_printed")
    ]
    assert found[0].limit is not None
    assert (found[0].limit.key, found[0].limit.value) == ("hazard.c6.share_pct", 20)
    assert found[0].limit is not None
    assert (found[0].limit.key, found[0].limit.value) == ("hazard.c6.share_pct", 20)
    assert found[0].values == {
        "share_pct": 100.0,
        "over_s": 900.0,
        "measured_s": 900.0,
        "threshold_c": 80.0,
        "highest_c": 100.0,
    }
    assert {one.profile for one in judged(trip(176))} == {"45688_printed", "44500"}
    assert judged(trip(80)) == []


def test_a_chosen_profile_is_in_force_and_the_others_are_not_watched() -> None:
    values = {"hazard.c6.threshold_c": 150.0, "hazard.c6.chosen": 1.0}
    group = Group("made", revisions=(Revision("L-7", 0, values),))
    assert judged(trip(150), group) == []
    (found,) = judged(trip(151), group)
    assert (found.rule, found.profile, found.values["threshold_c"]) == ("hazard.c6", "", 150)
    assert found.limit is not None
    assert (found.limit.key, found.limit.revision) == ("hazard.c6.share_pct", "L-7")


def test_dcdc_temperature_that_no_frame_has_gives_no_result() -> None:
    rows = [{**one, "dcdc_temp_c": MISSING} for one in trip(20)]
    assert judged(rows) == []


def test_every_item_of_table_2_has_its_title_in_both_languages() -> None:
    keys = (
        "hazard_t_max_charge", "hazard_v_max_charge", "hazard_v_spread_charge",
        "hazard_t_max_discharge", "hazard_v_min_discharge", "hazard_motor_temp",
        "hazard_motor_controller_temp", "hazard_dcdc_temp", "hazard_insulation",
        "hazard_voltage_sampling", "hazard_standing_overdischarge", "hazard_mass_parking",
    )  # fmt: skip
    assert [one.code for one in HAZARDS] == [f"hazard.c{n}" for n in range(1, 13)]
    for rule, key in zip(HAZARDS, keys, strict=True):
        assert rule.kind == "hazard"
        assert f"隐患：{rule.title_zh}" == FIELDS[key].zh
        assert rule.title_en
    assert {f"hazard.c{n}" for n in range(1, 11)} <= set(RULES)


def test_profiles_have_sources_and_the_makers_own_has_no_default() -> None:
    told = {one.name: one for one in profiles()}
    assert list(told) == ["45688_printed", "44500", "maker"]
    assert [dict(one.thresholds) for one in told.values()] == [
        {"hazard.c6": 80, "hazard.c7": 120, "hazard.c8": 90},
        {"hazard.c6": 175, "hazard.c7": 95, "hazard.c8": 95},
        {"hazard.c6": None, "hazard.c7": None, "hazard.c8": None},
    ]
    assert all(one.source and one.confidence in "ABCM" for one in told.values())
    assert watched("hazard.c7") == {"45688_printed": 120, "44500": 95}


@pytest.mark.parametrize("at_once", [37, 100_000])
def test_the_real_fire_is_a_hazard_of_temperature_and_then_of_voltage(at_once: int) -> None:
    frames = frames_of_recording(fire_recording())
    engine = Engine(DETECTORS, LimitBook(DETECTORS))
    found = []
    for first in range(0, len(frames), at_once):
        found += engine.take(incoming_of_frames(frames[first : first + at_once], first=first))
    assert engine.failures == []
    opened = [(one.rule, one.at) for one in found if one.kind == OPENED and "hazard" in one.rule]
    assert opened == [("hazard.c4", 1_562_681_680), ("hazard.c5", 1_562_682_769)]


def test_a_restart_in_the_middle_of_a_trip_and_of_an_episode_changes_nothing(
    tmp_path: Path,
) -> None:
    rows = [*trip(100), *(charging(930 + 30 * k, highest_temp_c=61) for k in range(3))]
    whole = judged(rows)
    engine = Engine(DETECTORS, LimitBook(DETECTORS))
    found = []
    for number, row in enumerate(rows):
        found += engine.take(incoming_of_values([{**row, "hash": number + 1}]))
        checkpoint.save(tmp_path / "memory", engine, {})
        engine = Engine(DETECTORS, LimitBook(DETECTORS))
        assert checkpoint.load(tmp_path / "memory", engine).begun_anew == ()
    hazards = [one for one in found if one.rule.startswith("hazard.")]
    told = [(one.kind, one.rule, one.at, one.values) for one in whole]
    assert sorted((one.kind, one.rule, one.at) for one in hazards) == sorted(t[:3] for t in told)
    assert all((one.kind, one.rule, one.at, one.values) in told for one in hazards)
    assert len(whole) == 2

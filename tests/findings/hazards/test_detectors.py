"""Stream detectors of hazards: any cut says the same, and each row what the plain function says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.findings.hazards.made import CHARGING, CUTS, MISSING, STATES, cuts_within, streams
from tests.findings.hazards.streams import START, Array, assert_same, rows_of, said

from voltward.findings.detector import NO_DATA, Detector
from voltward.findings.detectors import (
    hazard_insulation,
    hazard_matrix,
    hazard_sampling,
    hazard_spread,
    hazard_trips,
)
from voltward.findings.hazards import c3, c9, c10, matrix, trips
from voltward.findings.hazards.profiles import watched
from voltward.findings.hazards.samples import day_of

BY_RULE = {one.name: one for one in hazard_matrix.DETECTORS}
MODELS = {
    "hazard.c1": (matrix.C1, "highest_temp_c", st.sampled_from([50, 55, 56, 60, 61, 70, MISSING])),
    "hazard.c2": (matrix.C2, "highest_cell_mv", st.sampled_from([4300, 4400, 4401, 4500, MISSING])),
    "hazard.c4": (matrix.C4, "highest_temp_c", st.sampled_from([50, 56, 60, 61, MISSING])),
    "hazard.c5": (matrix.C5, "lowest_cell_mv", st.sampled_from([1700, 1799, 1800, 2600, MISSING])),
}
FREE = {
    "hazard.c1": {"v_2": 55, "t_2": 60, "c_2": 2, "v_4": 49, "t_4": 600, "c_4": 7},
    "hazard.c2": {"v_1": np.nan, "v_3": 4.35, "t_3": 30, "c_3": 1},
    "hazard.c4": {"v_1": 55, "t_1": 90, "c_1": 3},
    "hazard.c5": {"v_2": 2.0, "t_2": 60, "c_2": 1},
}


def unstarted(level: Any) -> int:
    return NO_DATA if level is None else int(level)


@pytest.mark.parametrize("rule", MODELS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_matrix_says_at_each_sample_what_the_plain_function_says(
    rule: str, data: st.DataObject
) -> None:
    model, reading, values = MODELS[rule]
    made = data.draw(streams({"charging": CHARGING, reading: values}))
    changed: Mapping[str, float] = data.draw(st.sampled_from([{}, FREE[rule]]))
    cuts = cuts_within(data.draw(CUTS), made["time_s"].size)
    rows = rows_of(**made)
    whole = said(BY_RULE[rule], rows, changed=changed)
    assert_same(said(BY_RULE[rule], rows, cuts=cuts, changed=changed), whole)
    bounds = {one.name: one.default for one in BY_RULE[rule].limits} | dict(changed)
    columns = [
        matrix.Column(*(bounds[f"{name}_{k}"] for name in "vtc"))
        for k in range(1, 5)
        if not np.isnan(bounds[f"v_{k}"])
    ]
    newest = -1
    for i in range(len(rows)):
        level = int(whole[rule]["level"][i])
        known = 1 <= made["charging"][i] <= 4 and not np.isnan(made[reading][i])
        if not known or made["time_s"][i] <= newest:
            assert level == NO_DATA
            continue
        newest = made["time_s"][i]
        plain = matrix.judged(
            model,
            made["time_s"][: i + 1],
            made["charging"][: i + 1],
            made[reading][: i + 1],
            columns,
            window_s=matrix.WINDOW_S,
            last_s=0,
        )
        assert level == unstarted(plain.result), i
        if level == 1:
            first = next(one for one in plain.columns if one.over_time or one.over_count)
            assert whole[rule]["limit"][i] == 3 * (int(whole[rule]["matrix_column"][i]) - 1)
            assert whole[rule]["episodes"][i] == min(len(first.episodes), 8)
            assert whole[rule]["episode_s"][i] == first.episodes[-1].duration_s


MILLIVOLTS = st.sampled_from([3000, 3300, 3399, 3400, 3500, 3501, 3900, 4000, MISSING])


@settings(max_examples=60, deadline=None)
@given(
    streams({"charging": CHARGING, "highest_cell_mv": MILLIVOLTS, "lowest_cell_mv": MILLIVOLTS}),
    CUTS,
    st.sampled_from([1, 3]),
)
def test_the_spread_at_each_sample_is_that_of_the_session_so_far(
    made: dict[str, Array], cuts: list[int], fewest: int
) -> None:
    made["lowest_cell_mv"] = np.fmin(made["lowest_cell_mv"], made["highest_cell_mv"])
    rows, changed = rows_of(**made), {"fewest_samples": fewest}
    whole = said(hazard_spread.DETECTOR, rows, changed=changed)
    again = said(hazard_spread.DETECTOR, rows, cuts=cuts_within(cuts, len(rows)), changed=changed)
    assert_same(again, whole)
    for i in range(len(rows)):
        if whole["hazard.c3"]["level"][i] == NO_DATA:
            continue
        upto = {name: one[: i + 1] for name, one in made.items()}
        plain = c3.sessions(*upto.values())[-1]
        assert plain.number == whole["hazard.c3"]["samples"][i] >= fewest
        assert plain.result == whole["hazard.c3"]["level"][i]
        assert whole["hazard.c3"]["value"][i] == pytest.approx(plain.r_v)
    sampled = whole["hazard.c3"]["samples"]
    sessions = c3.sessions(*made.values())
    assert np.count_nonzero(sampled == fewest) == sum(one.number >= fewest for one in sessions)


HEAT = st.sampled_from([60, 80, 81, 95, 120, 121, 180, MISSING])
TRIPS = {
    "hazard.c6": "highest_motor_c",
    "hazard.c7": "highest_controller_c",
    "hazard.c8": "dcdc_temp_c",
}


@pytest.mark.parametrize("rule", TRIPS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_trip_is_told_when_it_ends_as_the_plain_function_judges_it(
    rule: str, data: st.DataObject
) -> None:
    detector = next(one for one in hazard_trips.DETECTORS if one.name == rule)
    made = data.draw(streams({"vehicle_state": STATES, "charging": CHARGING, TRIPS[rule]: HEAT}))
    chosen = data.draw(st.sampled_from([0, 1]))
    changed = {"chosen": chosen, "shortest_s": data.draw(st.sampled_from([60, 600]))}
    rows = rows_of(**made)
    whole = said(detector, rows, changed=changed)
    cuts = cuts_within(data.draw(CUTS), len(rows))
    assert_same(said(detector, rows, cuts=cuts, changed=changed), whole)
    own = next(one.default for one in detector.limits if one.name == "threshold_c")
    for profile, threshold in {"": own, **watched(rule)}.items():
        told = whole[f"{rule}{profile and ':' + profile}"]
        expected = {
            one.ended_s: one.share
            for one in trips.trips(
                *made.values(), threshold_c=threshold, shortest_s=changed["shortest_s"]
            )
            if one.ended_s is not None and one.share.result is not None
        }
        where = np.flatnonzero(told["level"] != NO_DATA)
        if bool(profile) == bool(chosen):
            assert where.size == 0
            continue
        assert [int(one) for one in rows.time_s[where]] == sorted(expected)
        for i in where:
            plain = expected[int(rows.time_s[i])]
            assert told["level"][i] == plain.result
            assert told["over_s"][i] == plain.over_s
            assert told["measured_s"][i] == plain.length_s
            assert told["value"][i] == pytest.approx(100 * plain.ratio)
            assert told["threshold_c"][i] == threshold


@settings(max_examples=60, deadline=None)
@given(
    streams(
        {
            "vehicle_state": STATES,
            "charging": CHARGING,
            "insulation_kohm": st.sampled_from([20, 39, 40, 41, 500, MISSING]),
            "total_voltage_v": st.sampled_from([400, 390, MISSING]),
        }
    ),
    CUTS,
    st.sampled_from(["working", "rated", "row"]),
    st.sampled_from([0, 45]),
)
def test_insulation_counts_the_low_frames_of_the_day_so_far(
    made: dict[str, Array], cuts: list[int], told: str, spacing: int
) -> None:
    detector = hazard_insulation.DETECTOR
    changed: dict[str, float] = {"times": 3, "spacing_s": spacing}
    if told == "working":
        changed |= {"facts.max_working_voltage_v": 400, "facts.rated_voltage_v": 200}
    if told == "rated":
        changed["facts.rated_voltage_v"] = 400
    rows = rows_of(**made)
    whole = said(detector, rows, changed=changed)
    assert_same(said(detector, rows, cuts=cuts_within(cuts, len(rows)), changed=changed), whole)
    volts = made["total_voltage_v"] if told == "row" else np.full(len(rows), 400.0)
    for i in np.flatnonzero(whole["hazard.c9"]["level"] != NO_DATA):
        upto = [made[name][: i + 1] for name in list(made)[:4]]
        plain = c9.days(*upto, volts[: i + 1], times=3, spacing_s=spacing)
        today = plain[int(day_of(rows.time_s[i]))]
        assert today.result == whole["hazard.c9"]["level"][i]
        assert today.low == whole["hazard.c9"]["value"][i]
    frames = c9.days(*[made[name] for name in list(made)[:4]], volts).values()
    judged = np.count_nonzero(whole["hazard.c9"]["level"] != NO_DATA)
    assert judged == sum(one.used for one in frames)


CELLS = st.lists(st.sampled_from([3700, 3701, 3698, 4000, 3420, 3400]), min_size=2, max_size=9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELLS, st.sampled_from([1, 30, 40_000])), max_size=15),
    CUTS,
    st.integers(1, 9),
    st.sampled_from([np.nan, 2.0, 4.0]),
    st.sampled_from([1, 2]),
)
def test_sampling_says_of_each_row_what_the_plain_function_says_of_its_day(
    made: list[tuple[list[int], int]], cuts: list[int], split: int, module: float, fewest: int
) -> None:
    detector: Detector = hazard_sampling.DETECTOR
    time = START + np.cumsum([step for _cells, step in made], dtype=np.int64)
    columns: dict[str, list[float]] = {name: [] for name in detector.reads}
    plain = []
    for cells, _step in made:
        high, low = int(np.argmax(cells)), int(np.argmin(cells))
        packs = [1 + (place >= split) for place in range(len(cells))]
        numbers = (
            max(cells), min(cells), float(np.median(cells)), high, low, packs[high], packs[low]
        )  # fmt: skip
        for name, number in zip(detector.reads, numbers, strict=True):
            columns[name].append(number)
        # a row tells one place of each extreme: equal ones are out of the stream's sight
        seen = [
            MISSING if (value in (max(cells), min(cells)) and place not in (high, low)) else value
            for place, value in enumerate(cells)
        ]
        one = c10.sampling(
            cells if sorted(cells) == sorted(set(cells)) else seen, packs, range(len(cells)),
            modules=None if np.isnan(module) else [place // module for place in range(len(cells))],
        )  # fmt: skip
        whole_row = c10.sampling(cells, packs, range(len(cells)))
        plain.append((one.are_neighbours, whole_row))
    rows = rows_of(time, **columns)
    changed = {"facts.cells_per_module": module, "fewest_rows": float(fewest)}
    whole = said(detector, rows, changed=changed)["hazard.c10"]
    again = said(detector, rows, cuts=cuts_within(cuts, len(rows)), changed=changed)
    assert_same(again, {"hazard.c10": whole})
    for i in range(len(rows)):
        today = [k for k in range(i + 1) if day_of(time[k]) == day_of(time[i])]
        bad = sum(plain[k][0] and plain[k][1].is_apart and plain[k][1].mirrored for k in today)
        assert whole["level"][i] == (bad >= fewest)


def test_numbers_that_do_not_follow_the_places_give_no_result() -> None:
    told = {name: [4000.0] for name in hazard_sampling.DETECTOR.reads}
    told |= {"lowest_cell_mv": [3420.0], "median_cell_mv": [3700.0]}
    told |= {"highest_cell_at": [4.0], "lowest_cell_at": [5.0]}
    told |= {"pack_of_highest": [1.0], "pack_of_lowest": [1.0]}
    rows = rows_of(np.array([START]), **told)
    followed = said(hazard_sampling.DETECTOR, rows)["hazard.c10"]
    assert followed["level"].tolist() == [1]
    assert followed["mirror_ratio"][0] == pytest.approx(0.3 / 0.28)
    other = said(hazard_sampling.DETECTOR, rows, changed={"facts.cell_map": 0.0})
    assert other["hazard.c10"]["level"].tolist() == [NO_DATA]


def test_vehicles_of_one_batch_do_not_mix() -> None:
    hot = {"charging": [1, 1, 1, 1], "highest_temp_c": [50, 61, 50, 50]}
    rows = rows_of(START + np.array([0, 30, 0, 30]), np.array([0, 0, 1, 1]), **hot)
    found = said(BY_RULE["hazard.c1"], rows)["hazard.c1"]
    assert found["level"].tolist() == [0, 1, 0, 0]
    assert found["value"][1] == 61


def test_an_alarm_ends_a_day_after_its_last_episode_and_is_not_told_again() -> None:
    time = START + np.array([0, 30, 60, 86_400 + 29, 86_400 + 30])
    rows = rows_of(time, charging=[1] * 5, highest_temp_c=[60, 61, 60, 60, 60])
    found = said(BY_RULE["hazard.c1"], rows)["hazard.c1"]
    assert found["level"].tolist() == [0, 1, 1, 1, 0]

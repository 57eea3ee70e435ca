"""Every worked example of models C.1 to C.12 (informative annex C) comes out as written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.findings.hazards.examples import EXAMPLES, cases, named, numbers

from voltward.findings.hazards import c3, c9, c10, c11, c12, matrix, trips
from voltward.findings.hazards.c11 import NO_RESULT
from voltward.findings.hazards.samples import DAY_S

MATRICES = {
    "C.1": (matrix.C1, "t_max_c"),
    "C.2": (matrix.C2, "v_max_v"),
    "C.4": (matrix.C4, "t_max_c"),
    "C.5": (matrix.C5, "v_min_v"),
}


def test_the_examples_are_all_there() -> None:
    assert sum(len(one["cases"]) for one in EXAMPLES["models"]) == 59
    assert [one["model"] for one in EXAMPLES["models"]] == [f"C.{n}" for n in range(1, 13)]


@pytest.mark.parametrize("case", cases(*MATRICES), ids=named)
def test_risk_matrices(case: dict[str, Any]) -> None:
    model, field = MATRICES[case["model"]]
    samples, told = case["inputs"]["samples"], case["parameters"]
    assert model.below == (told["compare"] == "<")
    assert list(model.phase) == told["phase_states"]
    result = matrix.judged(
        model,
        numbers(samples, "t_s"),
        [one["charge_state"] for one in samples],
        numbers(samples, field, times=model.per_unit),
        [matrix.Column(one["V"], one["T_s"], one["C"]) for one in told["matrix"]],
        hole_s=told["gap_max_s"],
    )
    assert result.result == case["expected"]["R"]
    assert [
        {
            "V": one.column.threshold,
            "T_s": one.column.duration_s,
            "C": one.column.times,
            "episodes": len(one.episodes),
            "longest_s": one.longest_s,
            "over_time": one.over_time,
            "over_count": one.over_count,
        }
        for one in result.columns
    ] == case["expected"]["rows"]


@pytest.mark.parametrize("case", cases("C.3"), ids=named)
def test_spread_while_charging(case: dict[str, Any]) -> None:
    samples = case["inputs"]["samples"]
    high, low = (numbers(samples, name, times=1000) for name in ("v_max_v", "v_min_v"))
    found = c3.spread(high, low, limit_v=case["parameters"]["limit_v"])
    expected = case["expected"]
    assert (found.number, found.result) == (expected["N"], expected["R"])
    assert found.r_v == pytest.approx(expected["r_V"], abs=5e-7)


@pytest.mark.parametrize("case", cases("C.6", "C.7", "C.8"), ids=named)
def test_share_of_a_trip(case: dict[str, Any]) -> None:
    told = case["parameters"]
    found = [
        trips.share(
            numbers(one, "t_s"),
            numbers(one, "temp_c"),
            threshold_c=told["T_0_c"],
            share_pct=told["share_limit_pct"],
            longest_step_s=told["gap_max_s"],
        )
        for one in case["inputs"]["series"]
    ]
    assert trips.worst(found) == case["expected"]["R"]
    for one, expected in zip(found, case["expected"]["series"], strict=True):
        if expected is None:
            assert (one.points, one.result) == (0, None)
            continue
        assert (one.hot, one.points, one.result) == (expected["f"], expected["t_n"], expected["R"])
        assert (one.over_s, one.length_s) == (expected["t_i_s"], expected["L_i_s"])
        assert one.ratio == pytest.approx(expected["ratio"], abs=5e-7)


@pytest.mark.parametrize("case", cases("C.9"), ids=named)
def test_insulation(case: dict[str, Any]) -> None:
    frames, told = case["inputs"]["frames"], case["parameters"]
    found = c9.insulation(
        [30 * k for k in range(len(frames))],
        [one["vehicle_state"] for one in frames],
        [one["charge_state"] for one in frames],
        numbers(frames, "insulation_kohm"),
        told["u_ref_v"],
        ohm_per_v=told["r_T_ohm_per_v"],
        times=told["C_T"],
    )
    expected = case["expected"]
    assert (found.low, found.used) == (expected["C_r"], expected["used_frames"])
    assert found.result == expected["R"]


@pytest.mark.parametrize("case", cases("C.10"), ids=named)
def test_voltage_sampling(case: dict[str, Any]) -> None:
    cells, told, expected = case["inputs"]["cells"], case["parameters"], case["expected"]
    found = c10.sampling(
        numbers(cells, "v", times=1000),
        [one["pack"] for one in cells],
        [one["position"] for one in cells],
        spread_v=told["dV_T_v"],
        ratio=told["a"],
    )
    assert [found.highest_mv, found.lowest_mv, found.median_mv] == [
        expected[name] * 1000 for name in ("V_max", "V_min", "V_mid")
    ]
    bits = [int(one) for one in (found.is_apart, found.are_neighbours, found.mirrored)]
    assert bits == [expected["C1"], expected["C2"], expected["C3"]]
    assert found.result == expected["R"]
    if expected["ratio"] is None:
        assert math.isnan(found.ratio)
    else:
        assert found.ratio == pytest.approx(expected["ratio"], abs=5e-7)


@pytest.mark.parametrize("case", cases("C.11"), ids=named)
def test_standing_over_discharge(case: dict[str, Any]) -> None:
    told, limits, expected = case["inputs"], case["parameters"], case["expected"]
    days = limits.get("limit_days", {})
    now = 1_800_000_000.0
    number = {k: np.nan if v is None else float(v) for k, v in told.items() if k != "private"}
    found = c11.standing(
        now,
        last_soc_pct=[number.get("fsoc_pct", np.nan)],
        self_discharge_pct_per_day=[number.get("self_discharge_pct_per_day", np.nan)],
        last_on_s=[now - 3600 * number.get("powered_down_h", np.nan)],
        last_frame_s=[now - DAY_S * number.get("offline_days", np.nan)],
        is_private=[told.get("private", False)],
        limits=c11.StandingLimits(
            days_left=limits.get("t_T_d", 5),
            off_s=3600 * limits.get("min_powered_down_h", 24),
            private_days=days.get("private", 90),
            other_days=days.get("other", 60),
        ),
    )

    def told_as(result: int) -> int | None:
        return None if result == NO_RESULT else int(result)

    assert told_as(found.item[0]) == expected["R"]
    if "a" in expected:
        assert told_as(found.discharge[0]) == expected["a"]["R"]
        if "t_d" in expected["a"]:
            assert found.days_left[0] == expected["a"]["t_d"]
            assert found.days_left[0] * 24 == expected["a"]["t_h"]
    if "b" in expected:
        assert told_as(found.off_line[0]) == expected["b"]["R"]


@pytest.mark.parametrize("case", cases("C.12"), ids=named)
def test_mass_parking(case: dict[str, Any]) -> None:
    cars, told, expected = case["inputs"]["vehicles"], case["parameters"], case["expected"]
    found = c12.mass_parking(
        latitude_deg=numbers(cars, "lat"),
        longitude_deg=numbers(cars, "lon"),
        parked_s=[one["parked_days"] * DAY_S for one in cars],
        soc_pct=numbers(cars, "soc_pct"),
        vehicle_state=[one["vehicle_state"] for one in cars],
        limits=c12.ParkingLimits(
            told["parked_days_gt"],
            told["soc_gt"],
            told["radius_m"],
            told["Num_T"],
            told["include_self"],
        ),
    )
    names = [one["id"] for one in cars]
    assert [name for name, is_in in zip(names, found.is_standing, strict=True) if is_in] == (
        expected["X"]
    )
    for name, number, result in zip(names, found.number, found.result, strict=True):
        one = expected["per_target"].get(name, {"Num": 0, "R": 0})
        assert (number, result) == (one["Num"], one["R"]), name
    for pair, distance in expected["distances_m"].items():
        a, b = (cars[names.index(name)] for name in pair.split("-"))
        measured = c12.haversine_m(a["lat"], a["lon"], b["lat"], b["lon"])
        assert float(measured) == pytest.approx(distance, abs=0.06)

"""What holds of every model: order, repeats, missing values, and limits that are let out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.findings.hazards.made import CHARGING, MISSING, STATES, streams
from tests.findings.hazards.streams import START, Array

from voltward.findings.hazards import c3, c9, c10, matrix, trips

TEMPS = st.sampled_from([50, 59, 60, 61, 62, 70])
ALL = {
    "charging": CHARGING,
    "vehicle_state": STATES,
    "temp_c": TEMPS,
    "high_mv": st.sampled_from([3300, 3600, 3700, 3901]),
    "low_mv": st.sampled_from([3000, 3199, 3200, 3300]),
    "ohm": st.sampled_from([20, 39, 40, 41, 500]),
}
LEVELS = st.sampled_from([50.0, 59.5, 60.0, 61.0, 65.0])
ONE = [matrix.Column(60, 90, 1)]

MODELS: dict[str, Callable[[dict[str, Array]], Any]] = {
    "C.1": lambda s: matrix.judged(matrix.C1, s["time_s"], s["charging"], s["temp_c"], ONE),
    "C.4": lambda s: matrix.judged(matrix.C4, s["time_s"], s["charging"], s["temp_c"], ONE),
    "C.3": lambda s: c3.sessions(s["time_s"], s["charging"], s["high_mv"], s["low_mv"]),
    "C.6": lambda s: trips.trips(
        s["time_s"], s["vehicle_state"], s["charging"], s["temp_c"], threshold_c=60, shortest_s=60
    ),
    "C.9": lambda s: c9.days(s["time_s"], s["vehicle_state"], s["charging"], s["ohm"], 400),
}


def chosen(made: dict[str, Array], which: Any) -> dict[str, Array]:
    return {name: array[which] for name, array in made.items()}


def alike(one: Any, other: Any) -> bool:
    """NaN as equal: what is printed the same."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(streams(ALL), st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_matter(name: str, made: dict[str, Array], chance: Any) -> None:
    _, first = np.unique(made["time_s"], return_index=True)
    made = chosen(made, first)
    size = first.size
    mixed = [*range(size), *(chance.randrange(size) for _ in range(size // 2))]
    chance.shuffle(mixed)
    assert alike(MODELS[name](chosen(made, np.array(mixed, np.int64))), MODELS[name](made))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(streams(ALL), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 400)), max_size=8))
def test_rows_with_nothing_in_them_neither_raise_nor_clear(
    name: str, made: dict[str, Array], empty: list[tuple[int, int]]
) -> None:
    times = [START + 30 * place + offset for place, offset in empty]
    more = {
        "time_s": np.array([*times, *made["time_s"]], np.int64),
        "charging": np.array([255] * len(times) + [*made["charging"]]),
        "vehicle_state": np.array([255] * len(times) + [*made["vehicle_state"]]),
    }
    for field in ("temp_c", "high_mv", "low_mv", "ohm"):
        more[field] = np.array([MISSING] * len(times) + [*made[field]])
    found = MODELS[name](more)
    if name == "C.9":  # days without a usable frame come to it; they have no result
        found = {day: one for day, one in found.items() if one.used}
        assert found == {day: one for day, one in MODELS[name](made).items() if one.used}
    else:
        assert alike(found, MODELS[name](made))


@settings(max_examples=60, deadline=None)
@given(streams(ALL), LEVELS, LEVELS)
def test_a_never_cross_threshold_let_out_raises_no_more(
    made: dict[str, Array], one: float, other: float
) -> None:
    """With T and C of 0. With C above 0 it may: a higher line can cut one episode in two."""
    results = [
        matrix.judged(
            matrix.C1, made["time_s"], made["charging"], made["temp_c"], [matrix.Column(v, 0, 0)]
        ).result
        for v in sorted((one, other))
    ]
    assert results in ([None, None], [0, 0], [1, 0], [1, 1])


def test_a_higher_line_can_cut_one_episode_in_two() -> None:
    temps = [61, 62, 61, 62, 61]
    told = [
        matrix.judged(matrix.C1, 30 * np.arange(5), [1] * 5, temps, [matrix.Column(v, 600, 1)])
        for v in (60, 61)
    ]
    assert [one.result for one in told] == [0, 1]
    assert [len(one.columns[0].episodes) for one in told] == [1, 2]


@settings(max_examples=60, deadline=None)
@given(streams(ALL), st.tuples(st.integers(0, 300), st.integers(0, 300)), st.integers(0, 3))
def test_longer_and_more_episodes_allowed_raise_no_more(
    made: dict[str, Array], durations: tuple[int, int], times: int
) -> None:
    def result(duration: float, number: int) -> int | None:
        columns = [matrix.Column(60, duration, number)]
        return matrix.judged(
            matrix.C4, made["time_s"], made["charging"], made["temp_c"], columns
        ).result

    short, long = sorted(durations)
    assert (result(short, times) or 0) >= (result(long, times) or 0)
    assert (result(short, times) or 0) >= (result(short, times + 1) or 0)


@settings(max_examples=60, deadline=None)
@given(streams(ALL), LEVELS, LEVELS)
def test_a_higher_temperature_allowed_on_trips_raises_no_more(
    made: dict[str, Array], one: float, other: float
) -> None:
    low, high = (
        [
            trip.share.over_s
            for trip in trips.trips(
                made["time_s"],
                made["vehicle_state"],
                made["charging"],
                made["temp_c"],
                threshold_c=level,
            )
        ]
        for level in sorted((one, other))
    )
    assert all(a >= b for a, b in zip(low, high, strict=True))


@settings(max_examples=60, deadline=None)
@given(streams(ALL), st.integers(1, 200), st.integers(1, 200))
def test_a_lower_resistance_allowed_raises_no_more(
    made: dict[str, Array], one: int, other: int
) -> None:
    low, high = (
        c9.days(
            made["time_s"],
            made["vehicle_state"],
            made["charging"],
            made["ohm"],
            400,
            ohm_per_v=level,
        )
        for level in sorted((one, other))
    )
    assert all(low[day].low <= high[day].low for day in low)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([3400, 3420, 3700, 3701, 4000]), min_size=1, max_size=12))
def test_a_wider_spread_allowed_raises_no_more_and_missing_cells_do_not_count(
    cells: list[int],
) -> None:
    places = list(range(len(cells)))
    results = [
        c10.sampling(cells, [1] * len(cells), places, spread_v=volts).result
        for volts in (0.3, 0.5, 0.58, 0.7)
    ]
    assert results == sorted(results, key=lambda one: -(one or 0))
    more = c10.sampling([*cells, MISSING], [1] * (len(cells) + 1), [*places, len(cells)])
    assert more == c10.sampling(cells, [1] * len(cells), places) or np.isnan(more.ratio)


def test_of_equal_extremes_any_pair_may_be_the_neighbours() -> None:
    cells = [4000, 3700, 3700, 4000, 3420, 3700, 3700]
    assert c10.sampling(cells, [1] * 7, range(7)).result == 1
    assert c10.sampling(cells, [1] * 7, range(7), modules=[0] * 4 + [1] * 3).result == 0


def test_a_day_needs_as_many_abnormal_rows_as_are_asked_for() -> None:
    bad = c10.sampling([3700, 4000, 3420, 3700], [1] * 4, range(4))
    good = c10.sampling([3700] * 4, [1] * 4, range(4))
    none = c10.sampling([MISSING], [1], [0])
    assert c10.day([good, bad, none]) == 1
    assert c10.day([good, bad], fewest=2) == 0
    assert c10.day([good, bad, bad], fewest=2) == 1
    assert c10.day([none]) is None


def test_a_segment_that_is_too_short_has_no_result() -> None:
    time = 30 * np.arange(21)
    state, charging = [1] * 20 + [2], [3] * 21
    (trip,) = trips.trips(time, state, charging, [90] * 21, threshold_c=80)
    assert (trip.share.length_s, trip.share.result, trip.ended_s) == (600, 1, 600)
    (short,) = trips.trips(time[1:], state[1:], charging[1:], [90] * 20, threshold_c=80)
    assert (short.share.length_s, short.share.result) == (570, None)


def test_a_hole_of_more_than_five_minutes_ends_a_segment_and_a_session() -> None:
    apart = np.array([0, 300, 601])
    found = trips.trips(apart, [1] * 3, [3] * 3, [90] * 3, threshold_c=80, shortest_s=1)
    assert [(one.first_s, one.ended_s) for one in found] == [(0, 601), (601, None)]
    sessions = c3.sessions(apart, [1] * 3, [3900] * 3, [3500] * 3)
    assert [one.number for one in sessions] == [2, 1]


def test_low_frames_closer_than_the_spacing_count_once() -> None:
    time = START + np.arange(6)
    told = ([1] * 6, [3] * 6, [10] * 6, 400)
    assert c9.insulation(time, *told).result == 1
    assert c9.insulation(time, *told, spacing_s=5).low == 2

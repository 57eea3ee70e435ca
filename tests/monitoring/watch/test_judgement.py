"""The pure parts of the rounds: habits of sending, and alarms against peers."""

from __future__ import annotations

import numpy as np
import pytest

from voltward.monitoring.watching import NO, UNKNOWN, YES
from voltward.monitoring.watching.alarming import Frequent, _tail, frequent
from voltward.monitoring.watching.silence import habit_of, longest_usual, suddenly_silent

LAST = 20_000


def days(*ago: int) -> np.ndarray:
    return np.array([LAST - one for one in ago], np.int64)


def test_the_habit_is_the_gap_that_95_of_100_do_not_exceed() -> None:
    daily = habit_of(days(*range(60)), LAST, window_d=60, percentile=95)
    assert (daily.days, daily.gap_d) == (60, 1)
    # twenty gaps: the 19th by size, so one long holiday does not count
    ago = np.cumsum([0, *[1] * 19, 30])
    assert habit_of(days(*ago), LAST, window_d=60, percentile=95).gap_d == 1
    # two of twenty-one do
    ago = np.cumsum([0, *[1] * 19, 15, 15])
    assert habit_of(days(*ago), LAST, window_d=60, percentile=95).gap_d == 15


def test_only_days_of_the_window_before_the_silence_count_each_once() -> None:
    found = habit_of(days(-1, 0, 0, 3, 59, 60, 61), LAST, window_d=60, percentile=95)
    assert (found.days, found.gap_d) == (3, 56)
    for few in (days(), days(0)):
        assert np.isnan(habit_of(few, LAST, window_d=60, percentile=95).gap_d)


def test_an_unknown_habit_gives_no_answer() -> None:
    usual = longest_usual(np.array([np.nan, 0.5, 2.0, 2.0]), floor_d=3, factor=5)
    assert usual.tolist()[1:] == [3, 10, 10]
    answer = suddenly_silent(np.array([99, 3.1, 10.0, 10.1]), usual)
    assert answer.tolist() == [UNKNOWN, YES, NO, YES]


def judged(episodes: list[int], exposure: float | np.ndarray = 1.0, **more: float) -> Frequent:
    n = np.array(episodes, np.int64)
    limits = {
        "least_episodes": 5,
        "least_peers": 20,
        "least_ratio": 3.0,
        "false_share": 0.01,
        **more,
    }
    return frequent(n, np.full(n.size, 1.0) * exposure, np.zeros(n.size, np.int64), **limits)  # type: ignore[arg-type]


def test_the_tail_is_that_of_the_negative_binomial() -> None:
    # shape 1: geometric with success 1/2, so P(N >= 3) = 1/8
    assert _tail(3, 1.0, 1.0, 1.0) == pytest.approx(0.125)
    # shape 2, p = 2/3: P(N >= 2) = 1 - 4/9 - 8/27
    assert _tail(2, 2.0, 2.0, 1.0) == pytest.approx(1 - 4 / 9 - 8 / 27)
    assert _tail(10_000, 0.5, 50.0, 1.0) < 1e-50


def test_one_far_beyond_its_peers_is_found_and_nobody_else() -> None:
    found = judged([30, 4, 2, *[0] * 60])
    assert np.flatnonzero(found.answer == YES).tolist() == [0]
    assert found.peers.tolist() == [62] * 63


def test_several_bad_ones_do_not_hide_one_another() -> None:
    found = judged([40, 35, 30, *[1] * 50, *[0] * 50])
    assert np.flatnonzero(found.answer == YES).tolist() == [0, 1, 2]


def test_a_group_that_alarms_a_lot_as_a_whole_has_nobody_apart() -> None:
    chance = np.random.default_rng(1)
    rates = chance.gamma(2.0, 10.0, 400)
    found = judged(chance.poisson(rates).tolist())
    assert (found.answer == YES).sum() == 0


def test_of_pure_chance_hardly_anybody_is_found() -> None:
    chance, hits = np.random.default_rng(2), 0
    for _ in range(20):
        hits += int(
            (judged(chance.poisson(1.0, 500).tolist(), least_ratio=1.0).answer == YES).sum()
        )
    assert hits <= 2  # of ten thousand


def test_few_episodes_few_peers_and_no_exposure_are_left_alone() -> None:
    assert (judged([4, *[0] * 60]).answer == NO).all()
    assert (judged([30, *[0] * 19]).answer == UNKNOWN).all()
    assert judged([30, *[0] * 20]).answer[0] == YES
    exposure = np.array([0.0, *[1.0] * 30])
    assert judged([30, *[0] * 30], exposure).answer[0] == UNKNOWN


def test_half_the_time_makes_half_as_much_to_expect() -> None:
    exposure = np.array([0.5, 1.0, *[1.0] * 60])
    found = judged([12, 12, *[1, 2] * 30], exposure)
    assert found.expected[0] == pytest.approx(found.expected[1] / 2, rel=0.2)
    assert found.tail[0] < found.tail[1]

"""Instants of the roster: nights end the day after, checks come unforeseen, holes are found."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voltward.base.units import BEIJING
from voltward.monitoring.duty_texts import hours, months_round
from voltward.monitoring.duty_times import check_times, month_days, month_span, span_of, uncovered

START = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOUR = 4 * HOUR


def test_a_night_shift_ends_on_the_day_after() -> None:
    begins, ends = span_of(date(2026, 12, 31), time(22), time(6))
    assert begins == datetime(2026, 12, 31, 22, tzinfo=BEIJING)
    assert ends == datetime(2027, 1, 1, 6, tzinfo=BEIJING)
    assert hours(begins, ends) == "22:00–06:00 +1"
    assert hours(*span_of(date(2026, 12, 1), time(16), time(0))) == "16:00–24:00"


def test_a_day_round_shift_has_24_hours() -> None:
    begins, ends = span_of(date(2026, 12, 1), time(8), time(8))
    assert ends - begins == 24 * HOUR


def test_a_month_has_its_days_and_neighbours() -> None:
    assert len(month_days(date(2028, 2, 1))) == 29
    begins, ends = month_span(date(2026, 12, 1))
    assert ends - begins == 31 * 24 * HOUR
    assert months_round(date(2026, 12, 1)) == (date(2026, 11, 1), date(2027, 1, 1))
    assert months_round(date(2027, 1, 1)) == (date(2026, 12, 1), date(2027, 2, 1))


@given(st.binary(min_size=32, max_size=32), st.integers(1, 10**9))
def test_checks_lie_in_the_shift_and_there_is_always_one(seed: bytes, who: int) -> None:
    times = check_times(seed.hex(), who, START, START + 8 * HOUR, FOUR)
    assert times
    assert times == sorted(times)
    assert all(START <= at < START + 8 * HOUR for at in times)
    assert times == check_times(seed.hex(), who, START, START + 8 * HOUR, FOUR)


def test_checks_come_about_as_often_as_the_rule_says_and_differ_by_person() -> None:
    found = [check_times(f"{n:064x}", 1, START, START + 8 * HOUR, FOUR) for n in range(500)]
    mean = sum(map(len, found)) / len(found)
    assert 1.9 < mean < 2.5  # two by the rule, a little more since none has no check
    assert found[0] != check_times(f"{0:064x}", 2, START, START + 8 * HOUR, FOUR)


def test_a_check_just_passed_says_nothing_of_the_next() -> None:
    """The second half hour after a check holds as many next ones as an hour much later."""
    gaps = []
    for number in range(2000):
        times = check_times(f"{number:064x}", 1, START, START + 24 * HOUR, FOUR)
        gaps += [later - earlier for earlier, later in pairwise(times)]
    soon = sum(gap < HOUR for gap in gaps) / len(gaps)
    assert 0.18 < soon < 0.30  # 1 - exp(-1/4) is 0.22


def test_hours_without_any_shift_are_found() -> None:
    spans = [(START + 2 * HOUR, START + 4 * HOUR), (START - HOUR, START + HOUR)]
    assert list(uncovered(spans, START, START + 6 * HOUR)) == [
        (START + HOUR, START + 2 * HOUR),
        (START + 4 * HOUR, START + 6 * HOUR),
    ]
    assert list(uncovered([(START, START + 6 * HOUR)], START, START + 6 * HOUR)) == []

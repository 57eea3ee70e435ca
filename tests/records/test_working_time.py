"""When a period ends: against a slow count of days, by the calendar that is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.clocks_made import utc

from voltward.records import working_time
from voltward.records.national_calendar import known_days, known_years
from voltward.records.reckoning import due_of, look_of, points_of
from voltward.records.working_time import (
    BEIJING,
    WorkCalendar,
    after_months,
    after_working_days,
    before_working_days,
    beijing_day,
    end_of,
    yearly,
)

YEARS = frozenset(range(2018, 2027))
CALENDAR = WorkCalendar(
    {day.on: day.works for year in YEARS for day in known_days(year)}, known_years()
)
INSTANTS = st.datetimes(
    datetime(2018, 3, 1),
    datetime(2026, 6, 30),
    timezones=st.just(UTC),
)
DAY = timedelta(days=1)


def counted(first: date, last: date) -> int:
    """Working days after ``first`` up to ``last``, one by one, as the library itself says."""
    days = (first + DAY * number for number in range(1, (last - first).days + 1))
    return sum(chinese_calendar.is_workday(day) for day in days)


@given(INSTANTS, st.integers(1, 40))
def test_the_last_of_n_working_days_ends_at_midnight_in_beijing(start: datetime, n: int) -> None:
    due = after_working_days(start, n, CALENDAR)
    last = beijing_day(due.at) - DAY
    assert due.at.astimezone(BEIJING).strftime("%H:%M:%S.%f") == "00:00:00.000000"
    assert chinese_calendar.is_workday(last)
    assert counted(beijing_day(start), last) == n
    assert due.confirmed


@given(INSTANTS, st.integers(1, 40))
def test_n_whole_working_days_lie_between_the_filing_and_the_release(
    start: datetime, n: int
) -> None:
    due = before_working_days(start, n, CALENDAR)
    first = beijing_day(due.at)
    assert chinese_calendar.is_workday(first)
    assert counted(first - DAY, beijing_day(start) - DAY) == n


@given(INSTANTS, st.integers(1, 40))
def test_a_broken_count_that_begins_with_the_day_of_the_event_is_found(
    start: datetime, n: int
) -> None:
    broken = after_working_days(start - DAY, n, CALENDAR)
    right = after_working_days(start, n, CALENDAR)
    assert broken.at <= right.at
    if chinese_calendar.is_workday(beijing_day(start)):
        assert counted(beijing_day(start), beijing_day(broken.at) - DAY) == n - 1


@given(INSTANTS, st.integers(1, 30), st.integers(1, 30))
def test_more_working_days_never_end_sooner(start: datetime, n: int, more: int) -> None:
    later = after_working_days(start, n + more, CALENDAR).at
    assert later > after_working_days(start, n, CALENDAR).at


@pytest.mark.parametrize(
    ("start", "number", "last"),
    [
        # National Day 2026: 1 to 7 October off, 20 September and 10 October worked
        (utc(2026, 9, 30, 4), 1, date(2026, 10, 8)),
        (utc(2026, 9, 30, 4), 3, date(2026, 10, 10)),
        (utc(2026, 9, 18, 4), 1, date(2026, 9, 20)),
        # 23:59 in Beijing and one minute later are two days
        (utc(2026, 11, 23, 15, 59), 1, date(2026, 11, 24)),
        (utc(2026, 11, 23, 16, 0), 1, date(2026, 11, 25)),
    ],
)
def test_holidays_and_make_up_days_count_as_published(
    start: datetime, number: int, last: date
) -> None:
    assert after_working_days(start, number, CALENDAR).at == end_of(last)


def test_a_year_without_holidays_on_file_is_not_confirmed() -> None:
    within = after_working_days(utc(2026, 12, 1), 5, CALENDAR)
    beyond = after_working_days(utc(2026, 12, 30), 5, CALENDAR)
    assert within.confirmed
    assert not beyond.confirmed
    assert beyond.at == end_of(date(2027, 1, 6))  # Monday to Friday, and said to be a guess


def test_hours_run_through_weekends_and_days_are_hours() -> None:
    class Rule:
        def __init__(self, amount: int, unit: str) -> None:
            self.amount, self.unit, self.month_day = amount, unit, ""

    friday = utc(2026, 11, 27, 20)
    for rule, hours in ((Rule(12, "hour"), 12), (Rule(48, "hour"), 48), (Rule(2, "day"), 48)):
        due = due_of(rule, friday, CALENDAR)
        assert due is not None
        assert due.at == friday + timedelta(hours=hours)


def test_months_end_on_the_same_day_or_the_last_of_the_month() -> None:
    assert after_months(utc(2026, 11, 30, 3), 3).at == end_of(date(2027, 2, 28))
    assert after_months(utc(2026, 11, 15, 3), 3).at == end_of(date(2027, 2, 15))
    assert after_months(utc(2026, 11, 30, 3), 6).at == end_of(date(2027, 5, 30))


def test_a_yearly_day_is_this_year_until_it_has_passed() -> None:
    assert yearly(utc(2026, 12, 15, 3), 12, 15).at == end_of(date(2026, 12, 15))
    assert yearly(utc(2026, 12, 15, 17), 12, 15).at == end_of(date(2027, 12, 15))
    assert yearly(utc(2026, 3, 1), 12, 15, times=2).at == end_of(date(2027, 12, 15))


@given(INSTANTS, st.integers(1, 100_000), st.integers(0, 200_000))
def test_points_are_in_order_end_with_lateness_and_tell_of_the_past_once(
    start: datetime, span_min: int, passed_min: int
) -> None:
    due, now = start + timedelta(minutes=span_min), start + timedelta(minutes=passed_min)
    warnings = [{"share_pct": 50}, {"share_pct": 75}, {"before_min": 60}]
    points = points_of(warnings, start, due, now)
    instants = [at for _name, at in points]
    assert instants == sorted(instants)
    assert points[-1] == ("late", due)
    assert sum(at <= now for at in instants) <= 1
    assert all(start < at <= due for at in instants)


def test_a_clock_is_amber_in_the_last_quarter_and_red_when_late() -> None:
    start, due = utc(2026, 1, 1), utc(2026, 1, 1, 12)
    looks = [look_of(start, due, start + timedelta(hours=hour)) for hour in (0, 8, 9, 11, 12, 13)]
    assert looks == ["calm", "calm", "due", "due", "late", "late"]
    assert look_of(start, None, start) == "due"


def test_the_calendar_knows_what_the_library_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    for offset in range(365 * 3):
        day = date(2024, 1, 1) + DAY * offset
        assert CALENDAR.works(day) == chinese_calendar.is_workday(day), day
    monkeypatch.setattr(working_time, "FRIDAY", 5)  # a week of six days must not pass
    assert any(
        CALENDAR.works(day) != chinese_calendar.is_workday(day)
        for day in (date(2024, 1, 1) + DAY * offset for offset in range(31))
    )

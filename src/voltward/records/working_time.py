"""When a period ends: hours run on, working days are counted by the national calendar (民法典 第二百至二百零四条)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
FRIDAY = 4


@dataclass(frozen=True)
class WorkCalendar:
    """``days``: dates that differ from Monday to Friday, True: worked. ``years``: those that are known."""

    days: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        return self.days.get(day, day.weekday() <= FRIDAY)

    def knows(self, first: date, last: date) -> bool:
        """Whether every year from ``first`` to ``last`` has its holidays in the table."""
        return self.years.issuperset(range(first.year, last.year + 1))


@dataclass(frozen=True)
class Due:
    """``at``: the instant a period ends, aware UTC; ``confirmed``: by a calendar that is known."""

    at: datetime
    confirmed: bool = True


def after_working_days(start_at: datetime, number: int, calendar: WorkCalendar) -> Due:
    """24:00 Beijing time of the last of ``number`` working days.

    The day of the event is not counted (民法典 第二百零一条); the last day ends at 24:00 (第二百零三条).
    """
    first = day = beijing_day(start_at)
    left = number
    while left > 0:
        day += DAY
        left -= calendar.works(day)
    return Due(end_of(day), calendar.knows(first, day))


def before_working_days(event_at: datetime, number: int, calendar: WorkCalendar) -> Due:
    """The last instant that leaves ``number`` whole working days before the day of the event."""
    last = day = beijing_day(event_at)
    left = number
    while left > 0:
        day -= DAY
        left -= calendar.works(day)
    return Due(end_of(day - DAY), calendar.knows(day, last))


def after_months(start_at: datetime, months: int) -> Due:
    """24:00 of the day of the same number, or of the month's last day (民法典 第二百零二条).

    A last day that is a holiday is not put off, although 第二百零三条 would allow it: the stricter way.
    """
    start = beijing_day(start_at)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return Due(end_of(date(year, month + 1, min(start.day, last))))


def yearly(start_at: datetime, month: int, day: int, times: int = 1) -> Due:
    """24:00 of the ``times``-th such day of the year that is not before the day of ``start_at``."""
    start = beijing_day(start_at)
    first = start.year + ((start.month, start.day) > (month, day))
    return Due(end_of(date(first + times - 1, month, day)))


def beijing_day(instant: datetime) -> date:
    return instant.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """24:00 Beijing time as an instant."""
    return datetime.combine(day + DAY, time(), BEIJING).astimezone(ZoneInfo("UTC"))

"""What a deadline rule makes of an event: the due instant and the points at which somebody is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from voltward.records.working_time import (
    Due,
    WorkCalendar,
    after_months,
    after_working_days,
    before_working_days,
    yearly,
)

SPANS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    # 2 日 as 48 hours: never later than the counting by whole days
    "day": timedelta(days=1),
}
BY_CALENDAR: Final = frozenset({"workday", "workday_before"})
AMBER_SHARE: Final = 0.75  # 时钟: amber in the last quarter


class Duration(Protocol):
    """``amount`` of ``unit``; None and ``at_once`` where the source gives no number."""

    @property
    def amount(self) -> int | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def month_day(self) -> str: ...


def due_of(
    rule: Duration, started_at: datetime, calendar: WorkCalendar, times: int = 1
) -> Due | None:
    """When the ``times``-th period of ``rule`` ends; None: at once, without a number."""
    amount = (rule.amount or 0) * times
    match rule.unit:
        case "at_once":
            return None
        case "workday":
            return after_working_days(started_at, amount, calendar)
        case "workday_before":
            return before_working_days(started_at, amount, calendar)
        case "month":
            return after_months(started_at, amount)
        case "yearly":
            month, day = (int(part) for part in rule.month_day.split("-"))
            return yearly(started_at, month, day, times)
        case unit:
            return Due(started_at + amount * SPANS[unit])


def points_of(
    warnings: Sequence[Mapping[str, int]], started_at: datetime, due_at: datetime, now: datetime
) -> list[tuple[str, datetime]]:
    """Name and instant of each point, the last is ``late``.

    Of points that passed before anybody could be told only the newest is kept: one word, not four.
    """
    span = due_at - started_at
    named: dict[str, datetime] = {}
    for warning in warnings:
        if "share_pct" in warning:
            named[f"share_{warning['share_pct']}"] = started_at + span * warning["share_pct"] / 100
        else:
            instant = due_at - timedelta(minutes=warning["before_min"])
            if instant > started_at:
                named[f"before_{warning['before_min']}"] = instant
    points = sorted(
        [*named.items(), ("late", due_at)], key=lambda point: (point[1], point[0] == "late")
    )
    passed = [point for point in points if point[1] <= now]
    return passed[-1:] + points[len(passed) :]


def look_of(started_at: datetime, due_at: datetime | None, now: datetime) -> str:
    """``calm``, ``due`` in the last quarter of the time, ``late`` after it."""
    if due_at is None:
        return "due"
    if now >= due_at:
        return "late"
    return "due" if now >= started_at + (due_at - started_at) * AMBER_SHARE else "calm"


def soonest(instants: Iterable[datetime | None]) -> datetime | None:
    """The earliest; None, where the source says at once, comes before everything."""
    found = list(instants)
    return None if None in found else min(one for one in found if one is not None)

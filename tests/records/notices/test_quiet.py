"""Quiet hours as a pure function of time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.records.quiet import ZONE, quiet_until

NIGHT = (time(22), time(7))
MOMENTS = st.integers(0, 10 * 366 * 86_400).map(
    lambda second: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
HOURS = st.integers(0, 24 * 60 - 1).map(lambda minute: time(*divmod(minute, 60)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("14T21:59:59", None), ("14T22:00:00", "15T07:00:00"), ("15T00:00:00", "15T07:00:00"),
        ("15T06:59:59", "15T07:00:00"), ("15T07:00:00", None),
    ],
)  # fmt: skip
def test_a_night_spans_midnight(now: str, until: str | None) -> None:
    found = quiet_until(at(now), *NIGHT, severity=1, passes_from=3)
    assert found == (at(until) if until else None)


def test_quiet_hours_of_one_day_end_on_that_day() -> None:
    found = quiet_until(at("15T12:30:00"), time(12), time(13), severity=0, passes_from=1)
    assert found == at("15T13:00:00")


@given(
    now=MOMENTS,
    starts=HOURS,
    ends=HOURS,
    severity=st.integers(0, 3),
    passes_from=st.integers(1, 3),
)
def test_it_is_never_quiet_at_the_end_nor_longer_than_a_day_nor_for_the_urgent(
    now: datetime, starts: time, ends: time, severity: int, passes_from: int
) -> None:
    until = quiet_until(now, starts, ends, severity=severity, passes_from=passes_from)
    if severity >= passes_from:
        assert until is None
    if until is not None:
        assert now < until <= now + timedelta(days=1)
        assert until.astimezone(ZONE).time() == ends
        again = quiet_until(until, starts, ends, severity=severity, passes_from=passes_from)
        assert again is None

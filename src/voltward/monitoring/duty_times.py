"""Instants of the roster, as pure functions: shifts of a month, presence checks of a shift, uncovered hours."""

from __future__ import annotations

import hashlib
import hmac
import math
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from voltward.base.units import BEIJING

Span = tuple[datetime, datetime]
DAY: Final = timedelta(days=1)
_DRAWS: Final = 1 << 64


def span_of(day: date, starts: time, ends: time) -> Span:
    """A shift of ``day``, Beijing time; one that ends at or before its start ends the day after."""
    begins = datetime.combine(day, starts, BEIJING)
    last = day if ends > starts else day + DAY
    return begins, datetime.combine(last, ends, BEIJING)


def month_days(month: date) -> list[date]:
    return [month.replace(day=day) for day in range(1, monthrange(month.year, month.month)[1] + 1)]


def month_span(month: date) -> Span:
    """From its first midnight to the first midnight of the next, Beijing time."""
    begins = datetime.combine(month.replace(day=1), time(), BEIJING)
    return begins, datetime.combine(month_days(month)[-1] + DAY, time(), BEIJING)


def check_times(
    seed: str, who: int, begins: datetime, ends: datetime, every: timedelta
) -> list[datetime]:
    """When person ``who`` is asked during a shift: at random, on average once in ``every``, at least once.

    Times between checks are drawn from an exponential distribution, so that a check just passed says
    nothing of when the next one comes. Drawn from the seed alone: anybody who has it can check them.
    """
    found, at, number = [], begins, 0
    while True:
        share = _draw(seed, who, number)
        at += every * -math.log(1 - share)
        number += 1
        if at >= ends:
            break
        found.append(at)
    return found or [begins + (ends - begins) * _draw(seed, who, -1)]


def _draw(seed: str, who: int, number: int) -> float:
    """0 up to, not with, 1."""
    digest = hmac.digest(bytes.fromhex(seed), f"{who} {number}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big") / _DRAWS


def uncovered(spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """Stretches between ``start`` and ``end`` in which no span is; spans in any order."""
    at = start
    for begins, ends in sorted(spans):
        if begins > at:
            yield at, min(begins, end)
        at = max(at, ends)
        if at >= end:
            return
    if at < end:
        yield at, end

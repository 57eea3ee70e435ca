"""Silence against a vehicle's own habit: own model, not of a standard.

The habit is how many days lie between one day with data and the next, over the ``window_d`` days
before the silence began. Its 95th percentile is the smallest gap that at least 95 of 100 reach not
beyond (nearest rank). A vehicle is suddenly silent when it has been silent for longer than
max(floor, factor x that gap).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.watching import NO, UNKNOWN, YES

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Habit:
    """``days``: with data in the window. ``gap_d``: the percentile of the gaps between them."""

    days: int
    gap_d: float


def habit_of(days: NDArray[np.int64], last_day: int, *, window_d: int, percentile: float) -> Habit:
    """The habit before the silence that began on ``last_day``; ``days``: days with data, any order."""
    inside = np.unique(days[(days > last_day - window_d) & (days <= last_day)])
    if inside.size < 2:
        return Habit(int(inside.size), np.nan)
    gaps = np.sort(np.diff(inside))
    rank = int(np.ceil(percentile / 100 * gaps.size - 1e-9))
    return Habit(int(inside.size), float(gaps[max(rank, 1) - 1]))


def longest_usual(gap_d: Floats, *, floor_d: float, factor: float) -> Floats:
    """How long each vehicle may be silent, days, ``(n,)``; NaN where the habit is not known."""
    return np.where(np.isnan(gap_d), np.nan, np.maximum(floor_d, factor * gap_d))


def suddenly_silent(silent_d: Floats, usual_d: Floats) -> NDArray[np.int8]:
    """``(n,)``; equal is not beyond."""
    known = ~(np.isnan(silent_d) | np.isnan(usual_d))
    return np.where(known, np.where(silent_d > usual_d, YES, NO), UNKNOWN).astype(np.int8)

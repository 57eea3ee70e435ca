"""C.6, C.7 and C.8: share of a trip above a temperature, GB/T 45688-2025 appendix C."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voltward.findings.hazards.samples import (
    CHARGE_STATES,
    LONGEST_STEP_S,
    PARKED_CHARGING,
    STARTED,
    VEHICLE_STATES,
    Array,
    kept,
    known,
    steps,
)

HOLE_S: Final = 300.0
SHORTEST_S: Final = 600.0
SHARE_PCT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Share:
    """``hot`` is f, ``points`` t_n, ``over_s`` t_i, ``length_s`` L_i of formulas (C.2) to (C.13).

    ``ratio``: over_s / length_s. The printed divisor T_i is read as L_i (Q6). ``result``: 0, 1, or
    None without a point that stands for any time.
    """

    hot: int
    points: int
    over_s: float
    length_s: float
    ratio: float
    result: int | None


@dataclass(frozen=True, slots=True)
class Trip:
    """A running segment. ``ended_s``: time of the row that cut it, None while it goes on.

    ``share.result`` is None too where the segment is too short to be judged.
    """

    first_s: int
    ended_s: int | None
    share: Share


def share(
    time_s: ArrayLike,
    temps_c: ArrayLike,
    *,
    threshold_c: float,
    share_pct: float = SHARE_PCT,
    longest_step_s: float = LONGEST_STEP_S,
) -> Share:
    """Share of the time above ``threshold_c`` (equal is not above); more than 20 % is abnormal.

    Points weigh as long as they stand, so ten points at 1 s do not outvote ten at 30 s.
    """
    time, temp = np.asarray(time_s, np.int64), np.asarray(temps_c, np.float64)
    rows = kept(time, known(temp))
    time, temp = time[rows], temp[rows]
    return _share(temp, steps(time, longest_s=longest_step_s), threshold_c, share_pct)


def _share(temp: Array, stands: Array, threshold_c: float, share_pct: float) -> Share:
    above = temp > threshold_c
    over, length = float(np.sum(stands[above])), float(np.sum(stands))
    ratio = over / length if length else math.nan
    # cross-multiplied: 40 s of 200 s is 20 % and not above it
    result = int(over * 100 > share_pct * length) if length else None
    return Share(int(np.count_nonzero(above)), int(temp.size), over, length, ratio, result)


def trips(
    time_s: ArrayLike,
    vehicle_state: ArrayLike,
    charging: ArrayLike,
    temps_c: ArrayLike,
    *,
    threshold_c: float,
    share_pct: float = SHARE_PCT,
    hole_s: float = HOLE_S,
    shortest_s: float = SHORTEST_S,
    longest_step_s: float = LONGEST_STEP_S,
) -> list[Trip]:
    """The running segments of a vehicle and the share of each, in order of time.

    Running: started and not parked charging. A row that is not, or a hole of more than ``hole_s``,
    ends the segment; its last point stands until that row. Where less than ``shortest_s`` is
    measured, there is no result. ``temps_c`` of one motor, or of the hottest.
    """
    time = np.asarray(time_s, np.int64)
    state, charge = np.asarray(vehicle_state), np.asarray(charging)
    rows = kept(time, np.isin(state, VEHICLE_STATES), np.isin(charge, CHARGE_STATES))
    time, temp = time[rows], np.asarray(temps_c, np.float64)[rows]
    running = (state[rows] == STARTED) & (charge[rows] != PARKED_CHARGING)
    found = []
    for first, stop in _stretches(time, running, hole_s):
        ended = int(time[stop]) if stop < time.size else None
        points = first + np.flatnonzero(known(temp[first:stop]))
        if ended is None:
            stands = steps(time[points], longest_s=longest_step_s)
        else:
            left = float(ended - time[points[-1]]) if points.size else 0.0
            stands = steps(time[points], longest_s=longest_step_s, last_s=left)
        stands = stands[: points.size]
        one = _share(temp[points], stands, threshold_c, share_pct)
        if one.length_s < shortest_s:
            one = Share(one.hot, one.points, one.over_s, one.length_s, one.ratio, None)
        found.append(Trip(int(time[first]), ended, one))
    return found


def _stretches(time: Array, running: Array, hole_s: float) -> list[tuple[int, int]]:
    """First row and the row after the last of each running segment."""
    found: list[tuple[int, int]] = []
    first: int | None = None
    for i in range(time.size + 1):
        ends = i == time.size or not running[i]
        if first is not None and (ends or time[i] - time[i - 1] > hole_s):
            found.append((first, i))
            first = None
        if not ends and first is None:
            first = i
    return found


def worst(shares: Iterable[Share]) -> int | None:
    """Of several trips, or several motors of one trip: 1 if any is abnormal, None without any."""
    results = [one.result for one in shares if one.result is not None]
    return max(results, default=None)

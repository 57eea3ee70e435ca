"""C.3: cell voltage spread while charging (单体蓄电池电压极差(充电)), GB/T 45688-2025 appendix C."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voltward.findings.hazards.samples import CHARGE_STATES, PARKED_CHARGING, kept, known

HOLE_S = 300.0
LIMIT_V = 0.5


@dataclass(frozen=True, slots=True)
class Spread:
    """``squares``: sum of (Vmax - Vmin)² in mV² over ``number`` samples; ``r_v``: formula (C.1).

    ``result``: 0, 1, or None without a sample.
    """

    number: int
    squares: int
    r_v: float
    result: int | None


def spread(highest_mv: ArrayLike, lowest_mv: ArrayLike, *, limit_v: float = LIMIT_V) -> Spread:
    """r_V of the samples of one charging session; 0.5 V and above is abnormal.

    Compared in whole mV, Σ d² >= N × limit²: in binary 4.1 - 3.6 is not 0.5.
    """
    high, low = np.asarray(highest_mv, np.float64), np.asarray(lowest_mv, np.float64)
    both = known(high) & known(low)
    apart = np.rint(high[both] - low[both]).astype(np.int64)
    number, squares = int(apart.size), int(np.sum(apart * apart))
    if not number:
        return Spread(0, 0, math.nan, None)
    limit = round(limit_v * 1000)
    r_v = math.sqrt(squares / number) / 1000
    return Spread(number, squares, r_v, int(squares >= number * limit * limit))


def sessions(
    time_s: ArrayLike,
    charging: ArrayLike,
    highest_mv: ArrayLike,
    lowest_mv: ArrayLike,
    *,
    limit_v: float = LIMIT_V,
    hole_s: float = HOLE_S,
) -> list[Spread]:
    """The spread of each charging session, in order of time.

    A session is parked charging (state 1), cut by any other state and by a hole of more than
    ``hole_s`` without a row whose charge state is known.
    """
    time, state = np.asarray(time_s, np.int64), np.asarray(charging)
    rows = kept(time, np.isin(state, CHARGE_STATES))
    time, state = time[rows], state[rows]
    high = np.asarray(highest_mv, np.float64)[rows]
    low = np.asarray(lowest_mv, np.float64)[rows]
    found: list[Spread] = []
    first: int | None = None
    for i in range(time.size + 1):
        ends = i == time.size or state[i] != PARKED_CHARGING
        if first is not None and (ends or time[i] - time[i - 1] > hole_s):
            found.append(spread(high[first:i], low[first:i], limit_v=limit_v))
            first = None
        if not ends and first is None:
            first = i
    return found

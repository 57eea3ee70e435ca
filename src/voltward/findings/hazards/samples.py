"""What all models share: which samples count, in which order, and for how long one stands.

GB/T 45688-2025 appendix C says little about it; the rules and their reasons are in docs/hazards.md.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

CHARGING: Final = (1, 4)  # parked charging and charging complete: phase of C.1 and C.2
DISCHARGING: Final = (2, 3)  # charging while driving and not charging: C.4, C.5, C.9
PARKED_CHARGING: Final = 1
CHARGE_STATES: Final = (1, 2, 3, 4)  # GB/T 45688 table A.1
STARTED, OFF, OTHER = 1, 2, 3
VEHICLE_STATES: Final = (STARTED, OFF, OTHER)
LONGEST_STEP_S: Final = 60.0  # a sample stands for no longer than this
BEIJING_S: Final = 8 * 3600
DAY_S: Final = 86_400


def kept(time_s: ArrayLike, *needed: Array) -> NDArray[np.int64]:
    """Rows to judge: those where all of ``needed`` (bool ``(n,)``) hold, by time, one for each time.

    Of rows with the same time the first one given stands: 0x02 and 0x03 may hold the same moment.
    """
    times = np.asarray(time_s, np.int64)
    valid = np.ones(times.size, np.bool_)
    for one in needed:
        valid &= one
    rows = np.flatnonzero(valid)
    _, first = np.unique(times[rows], return_index=True)
    return rows[first].astype(np.int64)


def known(values: ArrayLike) -> NDArray[np.bool_]:
    """Where there is a number."""
    found: NDArray[np.bool_] = ~np.isnan(np.asarray(values, np.float64))
    return found


def steps(
    time_s: Array, *, longest_s: float = LONGEST_STEP_S, last_s: float | None = None
) -> NDArray[np.float64]:
    """How long each sample stands, s ``(n,)``: until the next one, at most ``longest_s``.

    ``last_s``: for the last sample; None: the median step, 0 where there is only one sample.
    """
    between = np.diff(time_s).astype(np.float64)
    if last_s is None:
        last_s = float(np.median(between)) if between.size else 0.0
    found: NDArray[np.float64] = np.minimum(np.append(between, last_s), longest_s)
    return found


def day_of(time_s: ArrayLike) -> NDArray[np.int64]:
    """Number of the calendar day in Beijing, of instants in unix seconds."""
    found: NDArray[np.int64] = (np.asarray(time_s, np.int64) + BEIJING_S) // DAY_S
    return found

"""Standing over-discharge and long absence, GB/T 45688-2025 C.11 a and b (informative)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.watching import NO, UNKNOWN, YES

Floats = NDArray[np.float64]
Answers = NDArray[np.int8]


def long_offline(offline_d: Floats, limit_d: Floats) -> Answers:
    """C.11 b for ``(n,)`` vehicles: away for more days than the limit of their use; equal is not.

    NaN: nobody knows since when.
    """
    return _answers(~(np.isnan(offline_d) | np.isnan(limit_d)), offline_d > limit_d)


def over_discharge(
    soc_pct: Floats, self_discharge_pct_per_d: Floats, off_h: Floats, *, within_d: float, least_off_h: float
) -> Answers:
    """C.11 a for ``(n,)`` vehicles: the charge that was left lasts ``within_d`` days or fewer, and
    the vehicle has been powered down for ``least_off_h`` hours or more.

    The printed text counts t in hours and its limit in days; both sides are days here (reading Q11).
    The time that has passed is not subtracted, as printed. No value of the battery's maker, or one
    that is not above zero, NaN or negative charge: no answer.
    """
    known = (self_discharge_pct_per_d > 0) & (soc_pct >= 0) & ~np.isnan(off_h)
    # multiplied, as 2.5 / 0.5 is exact and 0.3 / 0.1 is not
    lasts = soc_pct <= within_d * self_discharge_pct_per_d
    return _answers(known, lasts & (off_h >= least_off_h))


def _answers(known: NDArray[np.bool_], holds: NDArray[np.bool_]) -> Answers:
    return np.where(known, np.where(holds, YES, NO), UNKNOWN).astype(np.int8)

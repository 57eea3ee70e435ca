"""C.11: standing over-discharge (久置过放) over a whole fleet, GB/T 45688-2025 appendix C.

Vehicles send no SOC while they sleep: this runs as a timed job on what is last known of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voltward.findings.hazards.samples import DAY_S

NO_RESULT: Final = -1
Results = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class StandingLimits:
    """``days_left``: t_T; ``off_s``: so long powered down before part a is judged.

    ``private_days``, ``other_days``: part b, for private vehicles and for all others.
    """

    days_left: float = 5.0
    off_s: float = float(DAY_S)
    private_days: float = 90.0
    other_days: float = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Arrays ``(vehicles,)``; results 0, 1, or NO_RESULT. ``days_left``: t = FSOC / SD, days.

    ``item``: ``discharge`` OR ``off_line``; where one has no result, the other.
    """

    days_left: NDArray[np.float64]
    discharge: Results
    off_line: Results
    item: Results


def standing(
    now_s: float,
    *,
    last_soc_pct: ArrayLike,
    self_discharge_pct_per_day: ArrayLike,
    last_on_s: ArrayLike,
    last_frame_s: ArrayLike,
    is_private: ArrayLike,
    limits: StandingLimits | None = None,
) -> Standing:
    """Both parts for all vehicles; NaN where nothing is known.

    Args:
        self_discharge_pct_per_day: SD from the manufacturer; NaN or <= 0: no result of part a.
        last_on_s: the last frame that was started or charging, unix s.
        last_frame_s: the last data received, unix s; of reissued data its collection time.
        is_private: bool; a vehicle of unknown use is not private.
    """
    limits = limits or StandingLimits()
    soc = np.asarray(last_soc_pct, np.float64)
    rate = np.asarray(self_discharge_pct_per_day, np.float64)
    rate = np.where(rate > 0, rate, np.nan)
    off_s = now_s - np.asarray(last_on_s, np.float64)
    discharge = over_discharged(soc, rate, off_s, limits)
    silent_s = now_s - np.asarray(last_frame_s, np.float64)
    off_line = long_off_line(silent_s, np.asarray(is_private, np.bool_), limits)
    return Standing(soc / rate, discharge, off_line, np.maximum(discharge, off_line))


def over_discharged(
    soc_pct: ArrayLike, rate: ArrayLike, off_s: ArrayLike, limits: StandingLimits
) -> Results:
    """Part a: days left <= limit, and powered down for a day.

    The text prints t in hours and t_T in days; both are days here (Q11). SOC <= SD × days is
    compared in millionths of a percent, so that 0.1 % × 5 d is 0.5 %.
    """
    soc, per_day = np.asarray(soc_pct, np.float64), np.asarray(rate, np.float64)
    off = np.asarray(off_s, np.float64)
    unknown = np.isnan(soc) | ~(per_day > 0) | np.isnan(off)
    left = np.rint(per_day * 1000) * np.rint(limits.days_left * 1000)
    beyond = (np.rint(soc * 1e6) <= left) & (off >= limits.off_s)
    return np.where(unknown, NO_RESULT, beyond).astype(np.int8)


def long_off_line(silent_s: ArrayLike, is_private: ArrayLike, limits: StandingLimits) -> Results:
    """Part b: silent for more than 60 d, private vehicles 90 d; exactly so long is allowed."""
    silent = np.asarray(silent_s, np.float64)
    days = np.where(np.asarray(is_private), limits.private_days, limits.other_days)
    return np.where(np.isnan(silent), NO_RESULT, silent > days * DAY_S).astype(np.int8)


def soc_estimated_pct(
    last_soc_pct: ArrayLike, self_discharge_pct_per_day: ArrayLike, standing_s: ArrayLike
) -> NDArray[np.float64]:
    """What is left now: FSOC - SD × days, never below 0. Not in the text: shown beside the item."""
    lost = np.asarray(self_discharge_pct_per_day, np.float64) * np.asarray(standing_s) / DAY_S
    left: NDArray[np.float64] = np.maximum(np.asarray(last_soc_pct, np.float64) - lost, 0.0)
    return left

"""What a car is doing: parked, driving, charging or charged; how long, and what comes next."""

import numpy as np
from numpy.typing import NDArray

PARKED, DRIVING, CHARGING, COMPLETE = 0, 1, 2, 3

_CHARGE_BELOW_PCT = 45.0
_STOP_BELOW_PCT = 12.0
_FAST_SHARE = 0.4
_COMPLETE_S = 240.0
_BEIJING_S = 8 * 3600
# By hour of Beijing: how much longer a car stays parked than at noon.
_PARKED_LONGER = np.array(
    [
        1.8,
        2,
        2,
        2,
        2,
        1.8,
        1.2,
        0.6,
        0.6,
        0.9,
        1,
        1,
        1,
        1,
        1,
        1,
        0.9,
        0.6,
        0.6,
        0.8,
        1,
        1.2,
        1.4,
        1.6,
    ]
)

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def next_activity(
    activity: Codes, ended: NDArray[np.bool_], soc_pct: Floats, target_pct: Floats
) -> Codes:
    """(n,) what each car does now: the same, or what follows when its time is over.

    Driving ends early on a nearly empty pack; charging ends at its target, not by time.
    """
    following = activity.copy()
    empty = (activity == DRIVING) & (soc_pct < _STOP_BELOW_PCT)
    done = ended | empty
    after_drive = np.where(soc_pct < _CHARGE_BELOW_PCT, CHARGING, PARKED)
    following = np.where((activity == DRIVING) & done, after_drive, following)
    after_parking = np.where(soc_pct < _STOP_BELOW_PCT + 8, CHARGING, DRIVING)
    following = np.where((activity == PARKED) & ended, after_parking, following)
    following = np.where((activity == CHARGING) & (soc_pct >= target_pct), COMPLETE, following)
    return np.where((activity == COMPLETE) & ended, PARKED, following)


def durations_s(activity: Codes, time_s: float, rng: np.random.Generator) -> Floats:
    """(n,) how long each car will stay at its ``activity``; charging has no time of its own."""
    size = len(activity)
    hour = int((time_s + _BEIJING_S) // 3600 % 24)
    parked = rng.gamma(1.6, 3600.0, size) * _PARKED_LONGER[hour] + 300.0
    driving = rng.gamma(3.0, 720.0, size) + 240.0
    return np.select(
        [activity == PARKED, activity == DRIVING, activity == COMPLETE],
        [parked, driving, np.full(size, _COMPLETE_S)],
        default=np.inf,
    )


def charge_plans(size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(n,) charging power in W and (n,) the state of charge in percent at which it ends."""
    fast = rng.random(size) < _FAST_SHARE
    power_w = np.where(fast, rng.uniform(35e3, 70e3, size), rng.uniform(6.2e3, 7.0e3, size))
    target_pct = np.where(fast, rng.uniform(78, 92, size), rng.uniform(92, 100, size))
    return power_w, target_pct

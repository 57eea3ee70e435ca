"""Which sign a model's total current has while discharging, judged by the trend of its SOC.

GB/T 32960.3 says discharging is positive; not every vehicle does it that way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput

Array = NDArray[np.float64]

# own defaults of the judgement, not limits of any rule: they decide when to say nothing
LONGEST_STEP_S: Final = 300.0  # what lies further apart says nothing about the current between
WINDOW_SOC_PCT: Final = 1.0  # SOC comes in steps of 1 %: a window lasts until it moved that far
LEAST_WINDOWS: Final = 6
LEAST_CORRELATION: Final = 0.6
LEAST_AGREEMENT: Final = 0.8


@dataclass(frozen=True)
class Series:
    """One vehicle's rows: ``time_s``, ``current_a`` and ``soc_pct``, each (n,), NaN: missing."""

    time_s: Array
    current_a: Array
    soc_pct: Array


@dataclass(frozen=True)
class Evidence:
    """``sign``: +1 discharging is positive, -1 charging is positive, None undecided.

    ``correlation``: of charge through the terminals with the fall of SOC, over all windows.
    ``agree``, ``against``: windows whose signs speak for and against +1. ``rows``: usable rows.
    """

    sign: int | None
    correlation: float | None
    agree: int
    against: int
    rows: int
    vehicles: int

    def as_json(self) -> dict[str, float | int | None]:
        return asdict(self)


def current_sign(series: Sequence[Series]) -> Evidence:
    """Judge all vehicles of a model together.

    Raises:
        BadInput: arrays of unequal length.
    """
    charge, fall, rows, vehicles = [], [], 0, 0
    for one in series:
        usable, moved, fell = _windows(one)
        rows += usable
        vehicles += bool(moved)
        charge += moved
        fall += fell
    charge_as, fall_pct = np.asarray(charge), np.asarray(fall)
    votes = np.sign(charge_as) * np.sign(fall_pct)
    agree, against = int((votes > 0).sum()), int((votes < 0).sum())
    correlation = _correlation(charge_as, fall_pct)
    sign = _judged(correlation, agree, against)
    return Evidence(sign, correlation, agree, against, rows, vehicles)


def _judged(correlation: float | None, agree: int, against: int) -> int | None:
    if agree + against < LEAST_WINDOWS or correlation is None:
        return None
    if abs(correlation) < LEAST_CORRELATION:
        return None
    if max(agree, against) < LEAST_AGREEMENT * (agree + against):
        return None
    sign = 1 if agree > against else -1
    # trend and votes must say the same: a few large windows can pull a correlation over
    return sign if np.sign(correlation) == sign else None


def _correlation(charge_as: Array, fall_pct: Array) -> float | None:
    """Through the origin: no charge, no fall. None where nothing moved."""
    scale = float(np.sqrt((charge_as**2).sum() * (fall_pct**2).sum()))
    return round(float((charge_as * fall_pct).sum()) / scale, 4) if scale > 0 else None


def _windows(one: Series) -> tuple[int, list[float], list[float]]:
    """Usable rows; for each stretch in which SOC moved enough: ampere seconds, and its fall."""
    if not one.time_s.shape == one.current_a.shape == one.soc_pct.shape:
        raise BadInput("series: time, current and SOC of equal length are expected")
    usable = np.isfinite(one.time_s) & np.isfinite(one.current_a) & np.isfinite(one.soc_pct)
    order = np.argsort(one.time_s[usable], kind="stable")
    time_s, current_a, soc_pct = (
        array[usable][order] for array in (one.time_s, one.current_a, one.soc_pct)
    )
    charge_as: list[float] = []
    fall_pct: list[float] = []
    moved_as, begun_pct = 0.0, soc_pct[0] if soc_pct.size else 0.0
    for i in range(1, time_s.size):
        step_s = time_s[i] - time_s[i - 1]
        if step_s > LONGEST_STEP_S:
            moved_as, begun_pct = 0.0, soc_pct[i]
            continue
        moved_as += step_s * (current_a[i] + current_a[i - 1]) / 2
        if abs(begun_pct - soc_pct[i]) >= WINDOW_SOC_PCT:
            charge_as.append(float(moved_as))
            fall_pct.append(float(begun_pct - soc_pct[i]))
            moved_as, begun_pct = 0.0, soc_pct[i]
    return int(time_s.size), charge_as, fall_pct

"""C.1, C.2, C.4 and C.5: the risk matrix (风险矩阵), GB/T 45688-2025 appendix C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from voltward.findings.hazards.samples import (
    CHARGE_STATES,
    CHARGING,
    DAY_S,
    DISCHARGING,
    LONGEST_STEP_S,
    Array,
    kept,
    known,
    steps,
)

WINDOW_S: Final = DAY_S  # "specified period" (指定时间段), without a number in the text (Q16)


class Column(NamedTuple):
    """One column of a matrix: (V_k, T_k, C_k). ``threshold`` in °C or V, as the text prints it."""

    threshold: float
    duration_s: float
    times: float


class Episode(NamedTuple):
    """Neighbouring samples beyond a threshold. ``last_s``: time of the last of them, unix s."""

    first_s: int
    last_s: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Model:
    """``per_unit``: counts of a reading in one unit of the threshold (mV: 1000)."""

    code: str
    phase: tuple[int, ...]
    below: bool
    per_unit: int


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """``longest_s``: duration of the longest single episode ("each time", 每次), 0 without one."""

    column: Column
    episodes: tuple[Episode, ...]
    longest_s: float
    over_time: bool
    over_count: bool


@dataclass(frozen=True, slots=True)
class MatrixResult:
    """``result``: 0, 1, or None without a sample of the phase."""

    result: int | None
    columns: tuple[ColumnResult, ...]


C1: Final = Model("C.1", CHARGING, below=False, per_unit=1)
C2: Final = Model("C.2", CHARGING, below=False, per_unit=1000)
C4: Final = Model("C.4", DISCHARGING, below=False, per_unit=1)
C5: Final = Model("C.5", DISCHARGING, below=True, per_unit=1000)


def judged(
    model: Model,
    time_s: ArrayLike,
    charging: ArrayLike,
    readings: ArrayLike,
    columns: Sequence[Column],
    *,
    hole_s: float = LONGEST_STEP_S,
    window_s: float | None = None,
    last_s: float | None = None,
) -> MatrixResult:
    """Abnormal if in any column an episode lasts longer than T_k, or there are more than C_k.

    Args:
        charging: charge state 1 to 4 ``(n,)``; all else is missing.
        readings: whole °C or whole mV ``(n,)``; NaN is missing.
        hole_s: a longer time without a sample ends an episode.
        window_s: count only episodes with a sample in so many seconds before the newest sample;
            None: all. Episodes are not cut at its edge.
        last_s: how long the newest sample stands; None: the median step.
    """
    time, state = np.asarray(time_s, np.int64), np.asarray(charging)
    value = np.asarray(readings, np.float64)
    rows = kept(time, np.isin(state, CHARGE_STATES), known(value))
    time, state, value = time[rows], state[rows], value[rows]
    in_phase = np.isin(state, model.phase)
    since = -np.inf if window_s is None or not time.size else time[-1] - window_s
    if not np.any(in_phase & (time > since)):
        return MatrixResult(None, ())
    stands = steps(time, last_s=last_s)
    found = []
    for column in columns:
        limit = (
            np.rint(column.threshold * model.per_unit) if model.per_unit > 1 else column.threshold
        )
        beyond = in_phase & (value < limit if model.below else value > limit)
        episodes = tuple(
            one for one in _episodes(time, beyond, stands, hole_s) if one.last_s > since
        )
        longest = max((one.duration_s for one in episodes), default=0.0)
        over = longest > column.duration_s, len(episodes) > column.times
        found.append(ColumnResult(column, episodes, longest, *over))
    abnormal = any(one.over_time or one.over_count for one in found)
    return MatrixResult(int(abnormal), tuple(found))


def _episodes(time: Array, beyond: Array, stands: Array, hole_s: float) -> list[Episode]:
    """A sample not beyond (so too one of another phase) ends an episode, and so does a hole."""
    found: list[Episode] = []
    for i in np.flatnonzero(beyond):
        going_on = bool(i > 0 and beyond[i - 1] and time[i] - time[i - 1] <= hole_s)
        if going_on:
            before = found.pop()
            found.append(
                Episode(before.first_s, int(time[i]), before.duration_s + float(stands[i]))
            )
        else:
            found.append(Episode(int(time[i]), int(time[i]), float(stands[i])))
    return found

"""C.10: voltage sampling abnormal (电压采样异常), GB/T 45688-2025 appendix C.

A broken sampling bond makes one cell read high and its neighbour as much too low.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voltward.findings.hazards.samples import Array, known

SPREAD_V: Final = 0.5
RATIO: Final = 0.8  # a: "should be above 0.7 and below 0.95"


@dataclass(frozen=True, slots=True)
class Sampling:
    """One row. ``ratio``: q, NaN where median and minimum are equal (then ``mirrored`` is False).

    ``is_apart``, ``are_neighbours``, ``mirrored``: C1, C2, C3. ``result``: 0, 1, or None without a
    valid cell.
    """

    highest_mv: float
    lowest_mv: float
    median_mv: float
    is_apart: bool
    are_neighbours: bool
    mirrored: bool
    ratio: float
    result: int | None


def sampling(
    cells_mv: ArrayLike,
    packs: ArrayLike,
    positions: ArrayLike,
    *,
    modules: ArrayLike | None = None,
    spread_v: float = SPREAD_V,
    ratio: float = RATIO,
) -> Sampling:
    """C1 × C2 × C3 of one row of cells ``(n,)``.

    ``positions``: physical places (Q10); cells of different packs, or of different ``modules``,
    are never neighbours. Of equal extremes any pair may be the neighbours. Compared in whole mV,
    the median of an even count doubled, and without dividing.
    """
    cells = np.asarray(cells_mv, np.float64)
    valid = known(cells)
    if not valid.any():
        return Sampling(math.nan, math.nan, math.nan, False, False, False, math.nan, None)
    places = [np.asarray(packs)[valid], np.asarray(positions)[valid]]
    if modules is not None:
        places.append(np.asarray(modules)[valid])
    cells = np.rint(cells[valid])
    high, low, median = float(cells.max()), float(cells.min()), float(np.median(cells))
    up, down = 2 * high - 2 * median, 2 * median - 2 * low
    a = round(ratio * 1000)
    is_apart = high - low >= round(spread_v * 1000)
    mirrored = bool(a * down < 1000 * up and a * up < 1000 * down)
    near = _any_neighbours(cells == high, cells == low, places)
    q = up / down if down else math.nan
    result = int(is_apart and near and mirrored)
    return Sampling(high, low, median, is_apart, near, mirrored, q, result)


def _any_neighbours(highest: Array, lowest: Array, places: list[Array]) -> bool:
    pack, position, *module = places
    apart = np.abs(position[highest][:, None] - position[lowest][None, :])
    near = (apart == 1) & (pack[highest][:, None] == pack[lowest][None, :])
    for one in module:
        near &= one[highest][:, None] == one[lowest][None, :]
    return bool(near.any())


def day(rows: Iterable[Sampling], *, fewest: int = 1) -> int | None:
    """Result of a day: 1 if at least ``fewest`` rows are abnormal, None without any result."""
    results = [one.result for one in rows if one.result is not None]
    return int(sum(results) >= fewest) if results else None

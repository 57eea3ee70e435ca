"""Groups of vehicles parked together: who of C.12 (GB/T 45688-2025, informative) stands with whom.

A group is what density makes of it: targets, whose neighbours reach the count, joined where they lie
within the radius of one another, and with them every vehicle within the radius of a target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import h3
import numpy as np
from numpy.typing import NDArray

from voltward.findings.distance import EARTH_M
from voltward.findings.hazards.c12 import near
from voltward.findings.kernel import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESOLUTION: Final = 8
SHORTEST_EDGE_M: Final = 380.0  # below every edge of resolution 8 on land


@dataclass(frozen=True)
class Crowds:
    """For ``(n,)`` vehicles. ``number``: neighbours within the radius, itself among them.

    ``group``: which crowd it belongs to, -1 none; ``is_target``: its own count reaches the limit.
    """

    number: Ints
    group: Ints
    is_target: NDArray[np.bool_]


def crowds(latitude_deg: Floats, longitude_deg: Floats, *, radius_m: float, count: int) -> Crowds:
    """``latitude_deg``, ``longitude_deg``: of the vehicles of set X, WGS-84, no NaN. Nearer than
    ``radius_m`` is a neighbour; a vehicle counts itself (reading Q12)."""
    number = near(latitude_deg, longitude_deg, radius_m).astype(np.int64)
    reached = number >= count
    group = np.full(number.size, -1, np.int64)
    if not reached.any():
        return Crowds(number, group, reached)
    cells, order, starts = _by_cell(latitude_deg, longitude_deg)
    around, around_starts = _near_cells(cells, radius_m)
    # as the haversine is a quarter of the squared chord, chords are compared
    chord_2 = (2 * np.sin(radius_m / EARTH_M / 2)) ** 2
    group[order] = _grouped(
        _points(latitude_deg[order], longitude_deg[order]), reached[order],
        starts, around, around_starts, chord_2,
    )  # fmt: skip
    return Crowds(number, group, reached)


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    crowds(np.zeros(2), np.zeros(2), radius_m=500.0, count=2)


def _points(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Places on the unit sphere, ``(n, 3)``."""
    a, b = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1)


def _by_cell(latitude_deg: Floats, longitude_deg: Floats) -> tuple[list[str], Ints, Ints]:
    """The cells that are not empty, the order that puts their vehicles together, and their bounds."""
    pairs = zip(latitude_deg.tolist(), longitude_deg.tolist(), strict=True)
    names = np.array([h3.latlng_to_cell(*pair, RESOLUTION) for pair in pairs])
    cells, which = np.unique(names, return_inverse=True)
    order = np.argsort(which, kind="stable").astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(np.bincount(which)))).astype(np.int64)
    return cells.tolist(), order, starts


def _near_cells(cells: list[str], radius_m: float) -> tuple[Ints, Ints]:
    """For each cell the numbers of those that may hold a neighbour, itself among them."""
    rings = 1
    while (1.5 * rings - 0.5) * SHORTEST_EDGE_M < radius_m:  # what ``rings`` cover from any corner
        rings += 1
    number = {cell: i for i, cell in enumerate(cells)}
    around = [[number[one] for one in h3.grid_disk(cell, rings) if one in number] for cell in cells]
    starts = np.concatenate(([0], np.cumsum([len(one) for one in around]))).astype(np.int64)
    return np.array([one for found in around for one in found], np.int64), starts


@kernel()
def _grouped(points, reached, starts, around, around_starts, chord_2):  # type: ignore[no-untyped-def]
    """The group of each vehicle, by the place of one of its targets; -1 none. Sorted by cell."""
    n = reached.size
    parent = np.arange(n)
    group = np.full(n, -1, np.int64)
    nearest = np.full(n, chord_2)
    by = np.full(n, -1, np.int64)
    for cell in range(starts.size - 1):
        for k in range(around_starts[cell], around_starts[cell + 1]):
            other = around[k]
            for i in range(starts[cell], starts[cell + 1]):
                for j in range(starts[other], starts[other + 1]):
                    if not reached[j] or (reached[i] and j >= i):
                        continue
                    x = points[i, 0] - points[j, 0]
                    y = points[i, 1] - points[j, 1]
                    z = points[i, 2] - points[j, 2]
                    apart_2 = x * x + y * y + z * z
                    if reached[i]:
                        if apart_2 < chord_2 and parent[i] != parent[j]:
                            parent[_root(parent, i)] = _root(parent, j)
                    elif apart_2 < nearest[i]:
                        nearest[i], by[i] = apart_2, j
    for i in range(n):
        if reached[i]:
            group[i] = _root(parent, i)
        elif by[i] >= 0:
            group[i] = _root(parent, by[i])
    return group


@kernel()
def _root(parent, i):  # type: ignore[no-untyped-def]
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i

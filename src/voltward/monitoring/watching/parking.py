"""Long mass parking, GB/T 45688-2025 C.12 (informative): who stands among too many, and in which group.

A group is what density makes of it: targets whose neighbours reach the count, joined where they lie
within the radius of one another, and with them every vehicle within the radius of a target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import h3
import numba as nb
import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.watching.places import EARTH_M

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


def in_set(
    parked_d: Floats, soc_pct: Floats, is_off: NDArray[np.bool_], *, days: float, soc: float
) -> NDArray[np.bool_]:
    """The set X: off, parked for more than ``days``, charged above ``soc``; equal is not beyond."""
    return np.asarray(is_off & (parked_d > days) & (soc_pct > soc))


def crowds(latitude_deg: Floats, longitude_deg: Floats, *, radius_m: float, count: int) -> Crowds:
    """``latitude_deg``, ``longitude_deg``: of the vehicles of X, WGS-84, no NaN. Nearer than ``radius_m``
    is a neighbour; a vehicle counts itself (reading Q12)."""
    if latitude_deg.size == 0:
        empty = np.zeros(0, np.int64)
        return Crowds(empty, empty, np.zeros(0, np.bool_))
    cells, order, starts = _by_cell(latitude_deg, longitude_deg)
    near, near_starts = _near_cells(cells, radius_m)
    number, group = _counted(
        np.radians(latitude_deg[order]), np.radians(longitude_deg[order]),
        starts, near, near_starts, float(radius_m), count,
    )  # fmt: skip
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return Crowds(number[back], group[back], (number >= count)[back])


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
    near = [
        [number[one] for one in h3.grid_disk(cell, rings) if one in number] for cell in cells
    ]
    starts = np.concatenate(([0], np.cumsum([len(one) for one in near]))).astype(np.int64)
    return np.array([one for found in near for one in found], np.int64), starts


@nb.njit(cache=True)
def _counted(latitude, longitude, starts, near, near_starts, radius_m, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Neighbours of each vehicle, and its group; vehicles sorted by cell, radians."""
    n = latitude.size
    number = np.zeros(n, np.int64)
    for cell in range(starts.size - 1):
        for i in range(starts[cell], starts[cell + 1]):
            for k in range(near_starts[cell], near_starts[cell + 1]):
                for j in range(starts[near[k]], starts[near[k] + 1]):
                    if _apart(latitude[i], longitude[i], latitude[j], longitude[j]) < radius_m:
                        number[i] += 1
    parent = np.arange(n)
    reached = number >= count
    for cell in range(starts.size - 1):
        for i in range(starts[cell], starts[cell + 1]):
            if not reached[i]:
                continue
            for k in range(near_starts[cell], near_starts[cell + 1]):
                for j in range(starts[near[k]], starts[near[k] + 1]):
                    if reached[j] and j < i:
                        if _apart(latitude[i], longitude[i], latitude[j], longitude[j]) < radius_m:
                            one, other = _root(parent, i), _root(parent, j)
                            parent[max(one, other)] = min(one, other)
    group = np.full(n, -1, np.int64)
    for cell in range(starts.size - 1):
        for i in range(starts[cell], starts[cell + 1]):
            if reached[i]:
                group[i] = _root(parent, i)
                continue
            nearest = radius_m
            for k in range(near_starts[cell], near_starts[cell + 1]):
                for j in range(starts[near[k]], starts[near[k] + 1]):
                    if reached[j]:
                        apart = _apart(latitude[i], longitude[i], latitude[j], longitude[j])
                        if apart < nearest:
                            nearest, group[i] = apart, _root(parent, j)
    return number, group


@nb.njit(cache=True)
def _apart(latitude, longitude, other_latitude, other_longitude):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Metres between two places, radians: the haversine formula."""
    half = np.sin((latitude - other_latitude) / 2) ** 2
    half += np.cos(latitude) * np.cos(other_latitude) * np.sin((longitude - other_longitude) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(min(1.0, half)))


@nb.njit(cache=True)
def _root(parent, i):  # type: ignore[no-untyped-def]  # pragma: no cover
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i

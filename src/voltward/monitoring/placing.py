"""Which hexagon each vehicle stands in, kept from look to look: H3 is asked for those alone that may have left theirs.

Hexagons are H3 cells (WGS-84) of the resolution of masked places: no map shows a vehicle more exactly
than its page does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import NDArray

from voltward.records.protection import places
from voltward.telemetry.queries.positions import Positions

FINEST: Final = places.RESOLUTION
NOWHERE: Final = -1
M_PER_DEGREE: Final = 111_195.0  # of a sphere of 6371 km
SURE: Final = 0.95

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Book:
    """Hexagons by code: ``cells`` ``(m,)``, ``middles`` latitude and longitude ``(m, 2)``.

    ``reach_m`` ``(m,)``: whoever is nearer to the middle than this is inside, whatever the direction.
    """

    cells: NDArray[np.uint64]
    middles: NDArray[np.float64]
    reach_m: NDArray[np.float64]


class Places:
    """Which hexagon each vehicle stands in: worked out only for those that moved since the last look,
    and by H3 itself only for those of them that may have left their hexagon.

    A hexagon is named by a code, its place in ``book()``; codes stay. For one thread at a time.
    """

    def __init__(self) -> None:
        self._codes: dict[int, int] = {}
        self._cells: list[int] = []
        self._book = Book(np.empty(0, np.uint64), np.empty((0, 2)), np.empty(0))
        self._last: Positions | None = None
        self._of_last: Codes = np.empty(0, np.int64)
        self.moved = 0

    def book(self) -> Book:
        """All hexagons that anybody ever stood in, by code."""
        if len(self._book.cells) != len(self._cells):
            fresh = self._cells[len(self._book.cells) :]
            middles = np.array([h3.cell_to_latlng(cell) for cell in fresh], np.float64)
            self._book = Book(
                np.concatenate((self._book.cells, np.array(fresh, np.uint64))),
                np.concatenate((self._book.middles, middles.reshape(-1, 2))),
                np.concatenate((self._book.reach_m, reaches(fresh, middles))),
            )
        return self._book

    def codes(self, positions: Positions) -> Codes:
        """The code of each vehicle's hexagon, ``(n,)``; ``NOWHERE`` for those without a place."""
        codes, same = self._kept(positions)
        placed = ~np.isnan(positions.longitude_deg)
        codes[~placed] = NOWHERE
        moved = np.flatnonzero(placed & ~same)
        self.moved = len(moved)
        longitude, latitude = positions.wgs84(moved)
        left = ~self._inside(codes[moved], longitude, latitude)
        gone, x, y = moved[left], longitude[left].tolist(), latitude[left].tolist()
        cells = map(h3.latlng_to_cell, y, x, [FINEST] * len(gone))
        codes[gone] = np.fromiter(map(self._code, cells), np.int64, len(gone))
        self._last, self._of_last = positions, codes
        return codes

    def _inside(
        self, codes: Codes, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Who is certainly still in the hexagon ``codes``, ``(m,)``; nobody is in ``NOWHERE``."""
        known = (codes >= 0) & (codes < len(self._book.cells))
        at = np.where(known, codes, 0)
        if not known.any():
            return known
        middles = self._book.middles[at]
        north_m, east_m = _metres(latitude - middles[:, 0], longitude - middles[:, 1], latitude)
        near: NDArray[np.bool_] = np.hypot(north_m, east_m) < self._book.reach_m[at]
        return known & near

    def _code(self, cell: int) -> int:
        code = self._codes.setdefault(cell, len(self._cells))
        if code == len(self._cells):
            self._cells.append(cell)
        return code

    def _kept(self, now: Positions) -> tuple[Codes, NDArray[np.bool_]]:
        """The codes that the vehicles of this look had in the one before, and who stands where it stood."""
        before = self._last
        codes = np.full(len(now), NOWHERE, np.int64)
        same = np.zeros(len(now), np.bool_)
        if before is None or not len(before):
            return codes, same
        if np.array_equal(before.vehicle_id, now.vehicle_id):
            at, known = np.arange(len(now)), np.ones(len(now), np.bool_)
        else:
            at = np.searchsorted(before.vehicle_id, now.vehicle_id).clip(0, len(before) - 1)
            known = before.vehicle_id[at] == now.vehicle_id
        same = (
            known
            & (before.longitude_deg[at] == now.longitude_deg)
            & (before.latitude_deg[at] == now.latitude_deg)
            & (before.is_gcj[at] == now.is_gcj)
        )
        codes[known] = self._of_last[at[known]]
        return codes, same


def _metres(
    north_deg: NDArray[np.float64], east_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Small differences of latitude and longitude on the plane there."""
    east_deg = (east_deg + 180) % 360 - 180
    return north_deg * M_PER_DEGREE, east_deg * M_PER_DEGREE * np.cos(np.radians(latitude_deg))


def reaches(cells: Sequence[int], middles: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far from its middle each hexagon certainly goes, metres ``(m,)``: to its nearest side, less
    what plane and sphere may differ. Hexagons of one resolution differ by half in size."""
    outlines = [h3.cell_to_boundary(cell) for cell in cells]
    sizes = np.array([len(outline) for outline in outlines], np.int64)
    if not len(sizes):
        return np.empty(0)
    corners = np.array([corner for outline in outlines for corner in outline], np.float64)
    starts = np.cumsum(sizes) - sizes
    around = np.arange(len(corners)) + 1
    around[starts + sizes - 1] = starts
    of = np.repeat(np.arange(len(sizes)), sizes)
    apart = corners - middles[of]
    y, x = _metres(apart[:, 0], apart[:, 1], corners[:, 0])
    side_m = np.abs(x * y[around] - x[around] * y) / np.hypot(x[around] - x, y[around] - y)
    found: NDArray[np.float64] = SURE * np.minimum.reduceat(side_m, starts)
    return found

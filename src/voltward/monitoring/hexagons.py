"""Vehicles counted by hexagon: which one each stands in, kept from look to look, and their sums.

Hexagons are H3 cells (WGS-84). The finest is resolution 7, that of masked places: the map shows no
vehicle more exactly than its page does. Coarser ones are sums of those that lie in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import NDArray

from voltward.base.geo import Datum, converted
from voltward.records.protection import places
from voltward.telemetry.queries.positions import Positions

FINEST: Final = places.RESOLUTION
COARSEST: Final = 2
DRIVING, CHARGING, PARKED, OFFLINE = range(4)
STATES: Final = ("driving", "charging", "parked", "offline")
NOWHERE: Final = -1
_RESOLUTION_AT, _DIGIT_BITS, _MOST_DIGITS = 52, 3, 15  # layout of an H3 index

MOST_RINGS: Final = 100_000  # about 1 KB each

Codes = NDArray[np.int64]
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Hexagons:
    """One entry per hexagon that somebody stands in, by ``cell`` ascending.

    ``counts`` ``(n, 4)``: vehicles by state, in the order of ``STATES``. ``level``: the highest level
    of the open alarms there, 0 none; ``alarmed``: vehicles with one. Middles in WGS-84, degrees.
    """

    cell: NDArray[np.uint64]
    counts: NDArray[np.int64]
    level: NDArray[np.uint8]
    alarmed: NDArray[np.int64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.cell)

    def only(self, chosen: NDArray[np.int64]) -> Hexagons:
        """The entries ``chosen`` ``(m,)``."""
        return Hexagons(
            self.cell[chosen],
            self.counts[chosen],
            self.level[chosen],
            self.alarmed[chosen],
            self.longitude_deg[chosen],
            self.latitude_deg[chosen],
        )

    def within(self, west: float, south: float, east: float, north: float) -> NDArray[np.int64]:
        """Places of the hexagons whose middle lies in the box; ``west`` > ``east`` crosses 180°."""
        x, y = self.longitude_deg, self.latitude_deg
        across = (x >= west) & (x <= east) if west <= east else (x >= west) | (x <= east)
        return np.flatnonzero(across & (y >= south) & (y <= north))


def parents(cells: NDArray[np.uint64], resolution: int) -> NDArray[np.uint64]:
    """The hexagons of a coarser resolution that H3 puts ``cells`` in."""
    unused = np.uint64((1 << (_DIGIT_BITS * (_MOST_DIGITS - resolution))) - 1)
    kept = np.uint64(~(0xF << _RESOLUTION_AT) & 0xFFFF_FFFF_FFFF_FFFF)
    found: NDArray[np.uint64] = ((cells & kept) | np.uint64(resolution << _RESOLUTION_AT)) | unused
    return found


def resolution_of(zoom: float) -> int:
    """Hexagons some 20 to 50 pixels wide at a zoom of the web's maps (512-pixel tiles)."""
    steps = (3.5, 4.5, 6.5, 7.5, 9.5)  # from there on one step finer
    return COARSEST + sum(zoom >= step for step in steps)


@dataclass(frozen=True)
class Book:
    """Hexagons by code: ``cells`` ``(m,)``, ``middles`` latitude and longitude ``(m, 2)``."""

    cells: NDArray[np.uint64]
    middles: NDArray[np.float64]


class Places:
    """Which hexagon each vehicle stands in: worked out only for those that moved since the last look.

    A hexagon is named by a code, its place in ``book()``; codes stay. For one thread at a time.
    """

    def __init__(self) -> None:
        self._codes: dict[int, int] = {}
        self._cells: list[int] = []
        self._book = Book(np.empty(0, np.uint64), np.empty((0, 2), np.float64))
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
        cells = map(h3.latlng_to_cell, latitude.tolist(), longitude.tolist(), [FINEST] * len(moved))
        codes[moved] = np.fromiter(map(self._code, cells), np.int64, len(moved))
        self._last, self._of_last = positions, codes
        return codes

    def _code(self, cell: int) -> int:
        code = self._codes.setdefault(cell, len(self._cells))
        if code == len(self._cells):
            self._cells.append(cell)
        return code

    def _kept(self, now: Positions) -> tuple[Codes, NDArray[np.bool_]]:
        """The codes of the look before for the vehicles of this one, and who stands where it stood."""
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
        codes[same] = self._of_last[at[same]]
        return codes, same


def gathered(
    codes: Codes, states: NDArray[np.uint8], levels: NDArray[np.uint8], book: Book
) -> Hexagons:
    """The finest hexagons of some vehicles: ``codes``, ``states``, ``levels`` of each, ``(n,)``."""
    placed = codes != NOWHERE
    codes, states, levels = codes[placed], states[placed], levels[placed]
    number = len(book.cells)
    counts = np.bincount(codes * 4 + states, minlength=number * 4).reshape(number, 4)
    alarmed = np.bincount(codes[levels > 0], minlength=number)
    highest = np.zeros(number, np.uint8)
    np.maximum.at(highest, codes[levels > 0], levels[levels > 0])
    used = np.flatnonzero(counts.any(axis=1))
    order = used[np.argsort(book.cells[used])]
    middles = book.middles[order]
    return Hexagons(
        book.cells[order],
        counts[order],
        highest[order],
        alarmed[order],
        middles[:, 1],
        middles[:, 0],
    )


def coarser(fine: Hexagons, resolution: int) -> Hexagons:
    """Sums by the hexagons of ``resolution``."""
    cells = parents(fine.cell, resolution)
    # ascending cells have ascending parents, so those of one hexagon lie side by side
    starts = np.flatnonzero(np.diff(cells, prepend=~cells[:1]))
    middles = np.array([middle(cell) for cell in cells[starts].tolist()], np.float64).reshape(-1, 2)
    return Hexagons(
        cells[starts],
        np.add.reduceat(fine.counts, starts, axis=0) if len(starts) else fine.counts,
        np.maximum.reduceat(fine.level, starts) if len(starts) else fine.level,
        np.add.reduceat(fine.alarmed, starts) if len(starts) else fine.alarmed,
        middles[:, 1],
        middles[:, 0],
    )


@lru_cache(maxsize=200_000)
def middle(cell: int) -> tuple[float, float]:
    """Latitude and longitude of a hexagon's middle."""
    found: tuple[float, float] = h3.cell_to_latlng(cell)
    return found


def rings(cells: Sequence[int], datum: Datum) -> list[Ring]:
    """Longitude and latitude of the corners of each hexagon in the datum of a map, closed."""
    kept = _RINGS[datum]
    missing = [cell for cell in cells if cell not in kept]
    if missing:
        made = _rings(missing, datum)
        if len(kept) + len(made) > MOST_RINGS:
            kept.clear()
            made = {**made, **_rings([cell for cell in cells if cell not in made], datum)}
        kept.update(made)
    return [kept[cell] for cell in cells]


def _rings(cells: Sequence[int], datum: Datum) -> dict[int, Ring]:
    """All corners are brought to the datum at once: one by one it would take ten times as long."""
    outlines = [h3.cell_to_boundary(cell) for cell in cells]
    flat = np.array([corner for outline in outlines for corner in outline], np.float64).reshape(
        -1, 2
    )
    x, y = converted(flat[:, 1], flat[:, 0], origin="wgs84", target=datum)
    corners = [*zip(np.round(x, 5).tolist(), np.round(y, 5).tolist(), strict=True)]
    found, at = {}, 0
    for cell, outline in zip(cells, outlines, strict=True):
        found[cell] = (*corners[at : at + len(outline)], corners[at])
        at += len(outline)
    return found


_RINGS: dict[Datum, dict[int, Ring]] = {"wgs84": {}, "gcj02": {}}

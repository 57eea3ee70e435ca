"""Vehicles counted by hexagon: the sums of those that stand in each, at six resolutions.

Hexagons are H3 cells (WGS-84). The finest is resolution 7, that of masked places: the map shows no
vehicle more exactly than its page does. Coarser ones are sums of those that lie in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import NDArray

from voltward.base.geo import Datum, converted
from voltward.monitoring.placing import FINEST, NOWHERE, Book, Codes

COARSEST: Final = 2
DRIVING, CHARGING, PARKED, OFFLINE = range(4)
STATES: Final = ("driving", "charging", "parked", "offline")
_RESOLUTION_AT, _DIGIT_BITS, _MOST_DIGITS = 52, 3, 15  # layout of an H3 index

MOST_RINGS: Final = 100_000  # about 1 KB each

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
    middles = _MIDDLES[resolution].of(cells[starts])
    return Hexagons(
        cells[starts],
        np.add.reduceat(fine.counts, starts, axis=0) if len(starts) else fine.counts,
        np.maximum.reduceat(fine.level, starts) if len(starts) else fine.level,
        np.add.reduceat(fine.alarmed, starts) if len(starts) else fine.alarmed,
        middles[:, 1],
        middles[:, 0],
    )


class Middles:
    """Middles of the coarser hexagons of one resolution, each worked out once."""

    def __init__(self) -> None:
        # replaced as a whole: maps of several makers are made at a time
        self._known = np.empty(0, np.uint64), np.empty((0, 2))

    def of(self, cells: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Latitude and longitude ``(n, 2)`` of ``cells`` ``(n,)``, which are ascending."""
        known, middles = self._known
        fresh = np.setdiff1d(cells, known, assume_unique=True)
        if len(fresh):
            added = np.array([h3.cell_to_latlng(cell) for cell in fresh.tolist()], np.float64)
            order = np.argsort(known := np.concatenate((known, fresh)))
            known, middles = known[order], np.concatenate((middles, added))[order]
            self._known = known, middles
        found: NDArray[np.float64] = middles[np.searchsorted(known, cells)]
        return found


_MIDDLES: Final = {resolution: Middles() for resolution in range(COARSEST, FINEST)}


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

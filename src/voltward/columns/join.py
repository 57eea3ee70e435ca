"""Cell lists that were split over several frames, or over several entries of one, made whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.columns.columns import Columns, Header, OddLists, spans
from voltward.columns.complements import Parts, Rows, complements, parts_of
from voltward.columns.fields import COLUMNS, FAMILIES, OCTETS, SCALARS

Array = NDArray[Any]
PACK, CELLS = "pack", "cell_voltages_mv"


def join_split_cells(columns: Columns) -> Columns:
    """One row where several rows of one VIN and time carry complementary cells of a pack.

    The row with the lowest cells stays; what it lacks and a part has is taken from the part.
    Ranges that follow one another become one entry; with a gap between them they stay two. The
    order of the rows changes nothing; overlapping ranges are left as they came.
    """
    parts = parts_of(columns)
    target, joined = complements(columns, parts)
    if not joined.any():
        return columns
    kept = np.flatnonzero(target == np.arange(len(columns)))
    added = np.flatnonzero(target != np.arange(len(columns)))
    move = _Move(columns, kept, added, target)
    values, presence, reasons = move.scalars()
    offsets: dict[str, NDArray[np.int32]] = {}
    for family in (*FAMILIES, *OCTETS):
        if family not in (PACK, CELLS):
            elements, offsets[family] = move.elements(family)
            _take(columns, family, elements, values, presence, reasons)
    packs = _packs(parts, target, joined, kept)
    offsets[PACK], offsets[CELLS] = packs.offsets, packs.cell_offsets
    _take(columns, PACK, packs.elements, values, presence, reasons)
    values["pack_cells_in_frame"] = packs.counts
    _take(columns, CELLS, packs.cells, values, presence, reasons)
    return replace(
        columns,
        size=kept.size,
        header=_header(columns.header, kept),
        values=values,
        reasons=reasons,
        presence=presence,
        list_offsets=offsets,
        odd_lists=_odd_lists(columns.odd_lists, target, kept),
    )


@dataclass(frozen=True)
class _Move:
    """From ``n`` rows to the ``kept`` ones; ``added`` rows end in ``target[added]``."""

    columns: Columns
    kept: Rows
    added: Rows
    target: Rows

    def source_of(self, has: NDArray[np.bool_]) -> Rows:
        """For each kept row the row to take from: itself, or the first part that has something."""
        source = np.arange(self.target.size)
        useful = self.added[has[self.added] & ~has[self.target[self.added]]][::-1]
        source[self.target[useful]] = useful
        return source[self.kept]

    def scalars(self) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
        """Values, presence and reasons of the kept rows."""
        values, presence, reasons = {}, {}, {}
        for name in SCALARS:
            if name in self.columns.values:
                has = self.columns.present(name)
                source = self.source_of(has)
                values[name], presence[name] = self.columns[name][source], has[source]
                if name in self.columns.reasons:
                    reasons[name] = self.columns.reasons[name][source]
        return values, presence, reasons

    def elements(self, family: str) -> tuple[Rows, NDArray[np.int32]]:
        """Old element numbers of a family in their new order, and its new offsets."""
        old = self.columns.list_offsets[family].astype(np.int64)
        source = self.source_of(np.diff(old) > 0)
        return spans(old[source], old[source + 1] - old[source])


def _take(
    columns: Columns,
    family: str,
    elements: Rows,
    values: dict[str, Array],
    presence: dict[str, Array],
    reasons: dict[str, Array],
) -> None:
    names = [name for name, column in COLUMNS.items() if column.family == family] or [family]
    for name in names:
        if name in columns.values:
            values[name] = columns.values[name][elements]
        if name in columns.presence:
            presence[name] = columns.presence[name][elements]
        if name in columns.reasons:
            reasons[name] = columns.reasons[name][elements]


@dataclass(frozen=True)
class _Packs:
    """``elements``: old number of each new pack; ``cells``: old number of each new cell."""

    elements: Rows
    offsets: NDArray[np.int32]
    counts: NDArray[np.uint16]
    cells: Rows
    cell_offsets: NDArray[np.int32]


def _packs(parts: Parts, target: Rows, joined: NDArray[np.bool_], kept: Rows) -> _Packs:
    """Packs by row; in joined rows by number and first cell, with what follows put together."""
    rows = target[np.repeat(np.arange(target.size), np.diff(parts.offsets))]
    inner = joined[rows]
    place = np.arange(rows.size)
    order = np.lexsort((place, parts.first * inner, np.where(inner, parts.number, place), rows))
    row, number = rows[order], parts.number[order]
    first, count = parts.first[order].astype(np.int64), parts.sent[order].astype(np.int64)
    follows = np.zeros(order.size, np.bool_)
    follows[1:] = (
        joined[row[1:]]
        & (row[1:] == row[:-1])
        & (number[1:] == number[:-1])
        & (first[1:] == first[:-1] + count[:-1])
        & (count[1:] > 0)
        & (first[:-1] + count[:-1] + count[1:] <= parts.total[order][1:].astype(np.int64) + 1)
    )
    heads = np.flatnonzero(~follows)
    counts = np.add.reduceat(count, heads) if heads.size else count
    cells, _ = spans(parts.cell_start[order], count)
    per_row = np.bincount(row[heads], minlength=target.size)[kept]
    cells_per_row = np.bincount(row, weights=count, minlength=target.size)[kept].astype(np.int64)
    return _Packs(
        order[heads], _offsets(per_row), counts.astype(np.uint16), cells, _offsets(cells_per_row)
    )


def _offsets(counts: Array) -> NDArray[np.int32]:
    offsets = np.zeros(counts.size + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _header(header: Header, kept: Rows) -> Header:
    return Header(
        header.frame_index[kept],
        header.edition[kept],
        header.command[kept],
        header.vin[kept],
        header.collected_at[kept],
        header.time_state[kept],
        header.verdict[kept],
    )


def _odd_lists(odd: OddLists, target: Rows, kept: Rows) -> OddLists:
    """Those of the kept rows, by their new numbers."""
    staying = target[odd.row] == odd.row
    row = np.searchsorted(kept, odd.row[staying]).astype(np.uint32)
    return OddLists(row, odd.column[staying], odd.reason[staying])

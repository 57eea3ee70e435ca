"""Which rows carry complementary parts of one pack's cells (2016: at most 200 in one frame)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltward.columns.columns import Columns
from voltward.columns.fields import SCALARS
from voltward.columns.kernel import making_kernel
from voltward.columns.reasons import TimeState

Rows = NDArray[np.int64]


class Parts(NamedTuple):
    """The packs of all rows: ``offsets`` ``(n + 1,)`` into the others, ``(packs,)``."""

    offsets: NDArray[np.int32]
    number: NDArray[np.uint8]
    first: NDArray[np.uint16]
    sent: NDArray[np.uint16]
    total: NDArray[np.uint16]
    cell_start: Rows
    cells: NDArray[np.uint16]


def parts_of(columns: Columns) -> Parts:
    count = columns["pack_cells_in_frame"]
    cell_start = np.zeros(count.size + 1, np.int64)
    np.cumsum(count, out=cell_start[1:])
    return Parts(
        columns.offsets("pack_number"),
        columns["pack_number"],
        columns["pack_first_cell"],
        count,
        columns["pack_cell_count"],
        cell_start,
        columns["cell_voltages_mv"],
    )


def complements(columns: Columns, parts: Parts) -> tuple[Rows, NDArray[np.bool_]]:
    """``target`` ``(n,)``: the row that each row is to become part of, else itself; and which
    rows have parts of one pack to put together, their own or others'.

    Rows of one VIN and time belong together when they share a pack and all their cell ranges are
    disjoint. Where two ranges overlap with other content nothing is joined; a row that only
    repeats another is left alone. Neither depends on the order of the rows.
    """
    rows = np.arange(len(columns))
    row_of = np.repeat(rows, np.diff(parts.offsets))
    partial = (parts.sent < parts.total) & (parts.sent > 0)
    timed = columns.header.time_state[row_of] == TimeState.OK
    chosen = np.unique(row_of[partial & timed])
    joined = np.zeros(len(columns), np.bool_)
    if chosen.size == 0:
        return rows, joined
    vin, time = columns.vins()[chosen], columns.header.collected_at[chosen]
    order = np.lexsort((chosen, time, vin))
    ordered, vin, time = chosen[order], vin[order], time[order]
    begins = np.ones(ordered.size + 1, np.bool_)
    begins[1:-1] = (vin[1:] != vin[:-1]) | (time[1:] != time[:-1])
    content = np.zeros(len(columns), np.uint64)
    content[ordered] = _content(columns, ordered)
    target = rows.copy()
    _decide(ordered, np.flatnonzero(begins), content, parts, target, joined)
    return target, joined


def _content(columns: Columns, rows: Rows) -> NDArray[np.uint64]:
    """A number for each row that tells rows with other scalars apart."""
    mixed = np.zeros(rows.size, np.uint64)
    for name in SCALARS:
        if name in columns.values:
            values = columns[name][rows]
            bits = values.view(f"u{values.itemsize}").astype(np.uint64)
            mixed = (mixed ^ bits) * np.uint64(0x9E37_79B9_7F4A_7C15)
            mixed ^= mixed >> np.uint64(29)
    return mixed


NOTHING_SHARED, DISJOINT, SAME, CONFLICT = range(4)
MOST_PACKS = 4096  # of one VIN and time; every pair is compared, and no vehicle has so many


@making_kernel()
def _decide(ordered, begins, content, parts, target, joined):  # type: ignore[no-untyped-def]
    """Write ``target`` and ``joined`` for every group of rows of one VIN and time."""
    for g in range(begins.size - 1):
        group = ordered[begins[g] : begins[g + 1]]
        shares = np.zeros(group.size, np.bool_)
        repeats = np.zeros(group.size, np.bool_)
        conflict = False
        if _packs_in(group, parts) > MOST_PACKS:
            continue
        for i in range(group.size):
            inner = _relation(group[i], group[i], parts)
            conflict |= inner in (CONFLICT, SAME)
            joined[group[i]] = inner == DISJOINT
            for j in range(i):
                relation = _relation(group[j], group[i], parts)
                if relation == SAME and content[group[i]] == content[group[j]]:
                    repeats[i] = True
                elif relation == DISJOINT:
                    shares[i] = shares[j] = True
                elif relation != NOTHING_SHARED:
                    conflict = True
        if conflict:
            for row in group:
                joined[row] = _relation(row, row, parts) == DISJOINT
            continue
        base = -1
        for i in range(group.size):
            if shares[i] and not repeats[i] and (base < 0 or _before(group[i], base, parts)):
                base = group[i]
        for i in range(group.size):
            if shares[i] and not repeats[i]:
                target[group[i]] = base
                joined[base] = True


@making_kernel()
def _packs_in(group, parts):  # type: ignore[no-untyped-def]
    packs = 0
    for row in group:
        packs += parts.offsets[row + 1] - parts.offsets[row]
    return packs


@making_kernel()
def _relation(one, other, parts):  # type: ignore[no-untyped-def]
    """How the cells of two rows (or of one row's own packs) stand to each other."""
    same, found = 0, NOTHING_SHARED
    for a in range(parts.offsets[one], parts.offsets[one + 1]):
        start = a + 1 if one == other else parts.offsets[other]
        for b in range(start, parts.offsets[other + 1]):
            if parts.number[a] != parts.number[b]:
                continue
            if parts.total[a] != parts.total[b]:
                return CONFLICT
            first_a, first_b = np.int64(parts.first[a]), np.int64(parts.first[b])
            if first_a + parts.sent[a] <= first_b or first_b + parts.sent[b] <= first_a:
                found = DISJOINT
            elif not _equal(a, b, parts):
                return CONFLICT
            else:
                same += 1
    if same == 0:
        return found
    whole = parts.offsets[one + 1] - parts.offsets[one]
    return SAME if same == whole and found == NOTHING_SHARED else CONFLICT


@making_kernel()
def _equal(a, b, parts):  # type: ignore[no-untyped-def]
    if parts.first[a] != parts.first[b] or parts.sent[a] != parts.sent[b]:
        return False
    for k in range(parts.sent[a]):
        if parts.cells[parts.cell_start[a] + k] != parts.cells[parts.cell_start[b] + k]:
            return False
    return True


@making_kernel()
def _before(one, other, parts):  # type: ignore[no-untyped-def]
    """Does one row begin with a lower pack and cell? Disjoint rows are never equal in this."""
    return _lowest(one, parts) < _lowest(other, parts)


@making_kernel()
def _lowest(row, parts):  # type: ignore[no-untyped-def]
    lowest = np.int64(1 << 32)
    for a in range(parts.offsets[row], parts.offsets[row + 1]):
        place = (np.int64(parts.number[a]) << 16) + np.int64(parts.first[a])
        if place < lowest:
            lowest = place
    return lowest

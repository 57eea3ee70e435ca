"""A batch of frames to columns: one row for each real-time or reissued report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch, read_only
from voltward.columns.cells import FIELD_COLUMN, FIELD_SECTION, STORES
from voltward.columns.columns import Columns, Header, Mask, OddLists
from voltward.columns.fields import COLUMNS, OCTETS, blank_of
from voltward.columns.fill import fill
from voltward.columns.layout import ALL_FAMILIES, COLUMN_NUMBER, FAMILY_NUMBER, NAMES, TABLES
from voltward.columns.notes import (
    COUNT_ODD,
    COUNT_ROWS,
    Arenas,
    Notes,
    Places,
    Rows,
    Workspace,
    new_rows,
)
from voltward.columns.reasons import Reason
from voltward.columns.scan import BLOCK, scan

LARGEST_BATCH = 1 << 28  # bytes; positions and list offsets are 32 bits wide
RAW_ROOM = 2 * BLOCK
ALIGNMENT = 64  # of columns inside an arena, in values; of arenas, in bytes

_STORE = {name: STORES.index(column.dtype) for name, column in COLUMNS.items()}
_STORE |= dict.fromkeys(OCTETS, STORES.index("u1"))
_FAMILY = {name: column.family for name, column in COLUMNS.items()}
_FAMILY |= {name: name for name in OCTETS}
_SECTIONS: dict[str, tuple[int, ...]] = {
    name: tuple(
        sorted(
            {
                int(field[FIELD_SECTION])
                for field in TABLES.fields
                if field[FIELD_COLUMN] == COLUMN_NUMBER[name]
            }
        )
    )
    for name in NAMES
}


_workspace = Workspace()


def decode(batch: FrameBatch) -> Columns:
    """Columns of all reports in the batch; every other frame is accounted for in ``verdict``.

    Any bytes at all are taken. Nothing is copied twice, and time grows with the bytes alone.

    Raises:
        ValueError: a batch of more than 256 MiB.
    """
    if batch.buffer.size > LARGEST_BATCH:
        raise ValueError(f"batch: {batch.buffer.size} bytes, at most {LARGEST_BATCH}")
    rows, notes = _scan_all(batch)
    places, sizes, stretches = _laid_out(notes)
    arenas = _arenas(sizes)
    values: dict[str, NDArray[Any]] = {
        name: arenas[_STORE[name]][start : start + size]
        for name, (start, size) in stretches.items()
    }
    presence = _presence(notes, values)
    for name in presence:
        values[name][:] = blank_of(name)
    fill(read_only(batch.buffer), TABLES, notes, arenas, places)
    return _columns(rows, notes, arenas, places, values, presence)


def kernels_alone(batch: FrameBatch) -> Callable[[], None]:
    """Both passes over one batch with all memory made before; for the benchmark."""
    rows, notes = _scan_all(batch)
    places, sizes, _ = _laid_out(notes)
    arenas = _arenas(sizes)

    def passes() -> None:
        _, again = _scan_all(batch, rows)
        fill(read_only(batch.buffer), TABLES, again, arenas, places)

    return passes


def _scan_all(batch: FrameBatch, rows: Rows | None = None) -> tuple[Rows, Notes]:
    rows = new_rows(len(batch)) if rows is None else rows
    notes = _workspace.notes(len(batch), BLOCK)
    shapes, frame = _workspace.shapes, 0
    buffer, offsets = read_only(batch.buffer), read_only(batch.offsets)
    while True:
        frame = scan(buffer, offsets, TABLES, shapes, notes, rows, frame)
        if frame == len(batch):
            break
        notes = _workspace.grown(notes)
    blocks = -(-int(notes.counts[COUNT_ROWS]) // BLOCK)
    notes.section_marks[blocks], notes.list_marks[blocks] = notes.used, notes.list_used
    return rows, notes._replace(
        section_marks=notes.section_marks[: blocks + 1], list_marks=notes.list_marks[: blocks + 1]
    )


def _laid_out(notes: Notes) -> tuple[Places, list[int], dict[str, tuple[int, int]]]:
    """Where each column that has values begins in its arena; arena sizes, the last for reasons."""
    count = len(NAMES)
    places = Places(*(np.zeros(count, np.int64) for _ in range(3)))
    sizes = [0] * (len(STORES) + 1)
    stretches: dict[str, tuple[int, int]] = {}
    totals, used = notes.totals.tolist(), notes.used.tolist()
    for number, name in enumerate(NAMES):
        family, store = _FAMILY[name], _STORE[name]
        size = totals[FAMILY_NUMBER[family]] if family else int(notes.counts[COUNT_ROWS])
        fields = sum(used[section] for section in _SECTIONS[name])
        if size == 0 or not (family or fields):
            continue
        stretches[name] = (sizes[store], size)
        places.bases[number] = sizes[store]
        sizes[store] += -(-size // ALIGNMENT) * ALIGNMENT
        if fields:
            places.reason_bases[number] = sizes[-1]
            sizes[-1] += size
    return places, sizes, stretches


def _arenas(sizes: list[int]) -> Arenas:
    """All arenas in one block: large ones come in large pages, which are made ten times faster."""
    kinds = [np.dtype(name) for name in (*STORES, "u1")]
    octets = [
        -(-size * kind.itemsize // ALIGNMENT) * ALIGNMENT
        for size, kind in zip(sizes, kinds, strict=True)
    ]
    block = np.empty(sum(octets), np.uint8)
    ends = np.cumsum(octets)
    parts: list[Any] = [
        block[end - size : end].view(kind)
        for end, size, kind in zip(ends, octets, kinds, strict=True)
    ]
    f4, f8, u1, u2, u4, i2, reasons = parts
    reasons[:] = Reason.PRESENT
    return Arenas(f4, f8, u1, u2, u4, i2, reasons, np.empty(RAW_ROOM, np.uint32))


def _presence(notes: Notes, values: Mapping[str, NDArray[Any]]) -> dict[str, Mask]:
    """For columns that some rows have no value for: which have one."""
    masks: dict[tuple[int, ...], Mask] = {}
    presence: dict[str, Mask] = {}
    used = notes.used.tolist()
    for name, array in values.items():
        sections = _SECTIONS[name]
        if sections and sum(used[section] for section in sections) < array.size:
            if sections not in masks:
                masks[sections] = np.zeros(array.size, np.bool_)
                for section in sections:
                    masks[sections][notes.places[section, : used[section], 1]] = True
            presence[name] = masks[sections]
    return presence


def _columns(
    rows: Rows,
    notes: Notes,
    arenas: Arenas,
    places: Places,
    values: Mapping[str, NDArray[Any]],
    presence: Mapping[str, Mask],
) -> Columns:
    size = int(notes.counts[COUNT_ROWS])
    header = Header(
        rows.frame_index[:size],
        rows.edition[:size],
        rows.command[:size],
        rows.vin[:size],
        rows.collected_at[:size],
        rows.time_state[:size],
        rows.row_verdict[:size],
    )
    reasons = {}
    for number in np.nonzero(places.missing)[0].tolist():
        start = places.reason_bases[number]
        reasons[NAMES[number]] = arenas.reasons[start : start + values[NAMES[number]].size]
    odd = notes.odd[: notes.counts[COUNT_ODD]]
    named = np.array(NAMES)[odd[:, 1]]
    offsets = {family: notes.offsets[i, : size + 1] for i, family in enumerate(ALL_FAMILIES)}
    lists = OddLists(odd[:, 0].copy(), named, odd[:, 2].astype(np.uint8))
    return Columns(size, header, rows.verdict, values, reasons, presence, offsets, lists)

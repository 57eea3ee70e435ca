"""A batch of frames to columns: one row for each real-time or reissued report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch, read_only
from voltward.columns.cells import FIELD_COLUMN, FIELD_SECTION, NONE, STORES
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


class _Plan(NamedTuple):
    """What is known of a column before there is a batch. ``family`` NONE: one value a row."""

    name: str
    store: int
    family: int
    sections: tuple[int, ...]
    blank: float


def _plan(name: str) -> _Plan:
    number = COLUMN_NUMBER[name]
    fields = TABLES.fields[TABLES.fields[:, FIELD_COLUMN] == number]
    sections = tuple(sorted(set(fields[:, FIELD_SECTION].tolist())))
    if name in OCTETS:
        return _Plan(name, STORES.index("u1"), FAMILY_NUMBER[name], sections, 0)
    column = COLUMNS[name]
    family = FAMILY_NUMBER[column.family] if column.is_list else NONE
    blank = blank_of(name) if sections else 0
    return _Plan(name, STORES.index(column.dtype), family, sections, blank)


_PLANS = tuple(_plan(name) for name in NAMES)
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
    laid_out = _laid_out(notes)
    arenas = _arenas(laid_out.sizes)
    values: dict[str, NDArray[Any]] = {
        plan.name: arenas[plan.store][start : start + size]
        for plan, start, size in laid_out.stretches
    }
    presence = _presence(notes, laid_out.partial, values)
    fill(read_only(batch.buffer), TABLES, notes, arenas, laid_out.places)
    return _columns(rows, notes, arenas, laid_out.places, values, presence)


def kernels_alone(batch: FrameBatch) -> Callable[[], None]:
    """Both passes over one batch with all memory made before; for the benchmark."""
    rows, notes = _scan_all(batch)
    laid_out = _laid_out(notes)
    arenas = _arenas(laid_out.sizes)

    def passes() -> None:
        _, again = _scan_all(batch, rows)
        fill(read_only(batch.buffer), TABLES, again, arenas, laid_out.places)

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


class _LaidOut(NamedTuple):
    """Where each column that has values begins in its arena, and how large the arenas must be.

    ``stretches``: column, first value, values. ``sizes``: of the arenas, that of the reasons last.
    ``partial``: columns that some rows or elements have no value for.
    """

    places: Places
    sizes: list[int]
    stretches: list[tuple[_Plan, int, int]]
    partial: list[_Plan]


def _laid_out(notes: Notes) -> _LaidOut:
    rows, totals, used = int(notes.counts[COUNT_ROWS]), notes.totals.tolist(), notes.used.tolist()
    bases, reason_bases = [0] * len(NAMES), [0] * len(NAMES)
    sizes = [0] * (len(STORES) + 1)
    stretches, partial = [], []
    for number, plan in enumerate(_PLANS):
        size = rows if plan.family == NONE else totals[plan.family]
        noted = sum([used[section] for section in plan.sections])
        if size == 0 or (plan.family == NONE and noted == 0):
            continue
        start = sizes[plan.store]
        stretches.append((plan, start, size))
        bases[number] = start
        sizes[plan.store] = start + -(-size // ALIGNMENT) * ALIGNMENT
        if plan.sections:
            reason_bases[number] = sizes[-1]
            sizes[-1] += size
            if noted < size:
                partial.append(plan)
    places = Places(
        np.array(bases, np.int64), np.array(reason_bases, np.int64), np.zeros(len(NAMES), np.int64)
    )
    return _LaidOut(places, sizes, stretches, partial)


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


def _presence(
    notes: Notes, partial: list[_Plan], values: Mapping[str, NDArray[Any]]
) -> dict[str, Mask]:
    """For each partial column, which rows or elements have a value; the others are made blank."""
    masks: dict[tuple[int, ...], Mask] = {}
    for plan in partial:
        array, sections = values[plan.name], plan.sections
        array[:] = plan.blank
        if sections not in masks:
            masks[sections] = np.zeros(array.size, np.bool_)
            for section in sections:
                masks[sections][notes.places[section, : notes.used[section], 1]] = True
    return {plan.name: masks[plan.sections] for plan in partial}


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
        rows.vin[: 17 * size].reshape(size, 17),
        rows.collected_at[:size],
        rows.time_state[:size],
        rows.row_verdict[:size],
    )
    reasons = {}
    for number in np.nonzero(places.missing)[0].tolist():
        start = places.reason_bases[number]
        reasons[NAMES[number]] = arenas.reasons[start : start + values[NAMES[number]].size]
    odd = notes.odd[: notes.counts[COUNT_ODD]]
    named = np.array([NAMES[number] for number in odd[:, 1]], np.str_)
    offsets = {family: notes.offsets[i, : size + 1] for i, family in enumerate(ALL_FAMILIES)}
    lists = OddLists(odd[:, 0].copy(), named, odd[:, 2].astype(np.uint8))
    return Columns(size, header, rows.verdict, values, reasons, presence, offsets, lists)

"""Columns as an Arrow table: the numpy arrays themselves, wrapped, not copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.columns.columns import Columns, spans
from voltward.columns.fields import (
    ARROW_SCHEMA,
    COLUMNS,
    OCTETS,
    REASONS_TYPE,
    Column,
)
from voltward.columns.kernel import making_kernel
from voltward.columns.reasons import Reason

Array = NDArray[Any]
# Looking a type up costs more than wrapping an array, so each is looked up once.
_TYPES = {name: ARROW_SCHEMA.field(name).type for name in COLUMNS}
_ENTRY = [REASONS_TYPE.key_field, REASONS_TYPE.item_field]
_PLAIN = {
    np.dtype(name): pa.from_numpy_dtype(np.dtype(name))
    for name in ("f4", "f8", "u1", "u2", "u4", "i2", "i4", "i8")
}


def table_of(columns: Columns) -> pa.Table:
    """A table of ``ARROW_SCHEMA`` with one row for each row of ``columns``."""
    header = columns.header
    arrays = [
        _plain(header.frame_index),
        _plain(header.edition),
        _plain(header.command),
        _fixed(header.vin),
        _plain(header.collected_at),
        _plain(header.time_state),
        _plain(header.verdict),
    ]
    shared = _Shared(columns)
    arrays += [shared.array(column) for column in COLUMNS.values()]
    arrays += [shared.octets(name) for name in OCTETS]
    arrays.append(_reasons(columns))
    return pa.Table.from_batches([pa.RecordBatch.from_arrays(arrays, schema=ARROW_SCHEMA)])


class _Shared:
    """Arrays of one table, which share what they can: offsets, bitmaps, columns of nothing."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._offsets = {
            family: pa.py_buffer(offsets) for family, offsets in columns.list_offsets.items()
        }
        self._bitmaps: dict[int, tuple[pa.Buffer, int]] = {}
        self._nothing: dict[str, pa.Array] = {}

    def array(self, column: Column) -> pa.Array:
        values = self._columns.values.get(column.name)
        if values is None:
            return self._missing(column)
        if column.family:
            offsets = [None, self._offsets[column.family]]
            children = [_plain(values)]
            kind = _TYPES[column.name]
            return pa.Array.from_buffers(kind, self._columns.size, offsets, 0, children=children)
        mask = self._columns.presence.get(column.name)
        if mask is None or column.dtype[0] == "f":
            return _plain(values)
        bitmap, nulls = self._bitmap(mask)
        buffers = [bitmap, pa.py_buffer(values)]
        return pa.Array.from_buffers(_TYPES[column.name], values.size, buffers, nulls)

    def octets(self, name: str) -> pa.Array:
        buffers = [None, self._offsets[name], pa.py_buffer(self._columns[name])]
        return pa.Array.from_buffers(pa.binary(), self._columns.size, buffers, 0)

    def _bitmap(self, mask: NDArray[np.bool_]) -> tuple[pa.Buffer, int]:
        """Fields of one information type come with one mask."""
        key = id(mask)
        if key not in self._bitmaps:
            packed = np.packbits(mask, bitorder="little")
            self._bitmaps[key] = (pa.py_buffer(packed), mask.size - int(mask.sum()))
        return self._bitmaps[key]

    def _missing(self, column: Column) -> pa.Array:
        """A column of no values: NaN, null or empty lists; one for all columns of its type."""
        key = f"{column.dtype}{column.family and '[]'}"
        if key not in self._nothing:
            self._nothing[key] = self._made_of_nothing(column)
        return self._nothing[key]

    def _made_of_nothing(self, column: Column) -> pa.Array:
        size, kind = self._columns.size, _TYPES[column.name]
        if column.family:
            offsets = [None, self._offsets[column.family]]
            child = _plain(np.empty(0, column.dtype))
            return pa.Array.from_buffers(kind, size, offsets, 0, children=[child])
        if column.dtype[0] == "f":
            return _plain(np.full(size, np.nan, column.dtype))
        return pa.nulls(size, kind)


def _plain(values: Array) -> pa.Array:
    return pa.Array.from_buffers(_PLAIN[values.dtype], values.size, [None, pa.py_buffer(values)], 0)


def _fixed(values: NDArray[np.uint8]) -> pa.Array:
    rows, width = values.shape
    return pa.Array.from_buffers(pa.binary(width), rows, [None, pa.py_buffer(values)], 0)


def _reasons(columns: Columns) -> pa.Array:
    """Map arrays with an entry for each value that is abnormal, invalid or out of range."""
    odd = columns.odd_lists
    if not columns.reasons and odd.row.size == 0:
        return _no_reasons(columns.size)
    names: list[str] = []
    rows: list[Array] = []
    keys: list[Array] = []
    codes: list[Array] = []
    for name, reasons in columns.reasons.items():
        where = np.nonzero((reasons != Reason.PRESENT) & (reasons != Reason.ABSENT))[0]
        row, number = _keys_of(columns, name, where, names)
        rows.append(row)
        keys.append(number)
        codes.append(reasons[where])
    found, number = np.unique(odd.column, return_inverse=True)
    rows.append(odd.row)
    keys.append(number + len(names))
    codes.append(odd.reason)
    names += found.tolist()
    return _map_of(columns.size, names, np.concatenate(rows), np.concatenate(keys), codes)


def _no_reasons(size: int) -> pa.Array:
    return _map(np.zeros(size + 1, np.int32), pa.nulls(0, pa.string()), np.empty(0, np.uint8))


def _map(offsets: NDArray[np.int32], keys: pa.Array, codes: NDArray[np.uint8]) -> pa.Array:
    """The columns ``reasons``. Made from buffers: ``pa.array`` would import all of pandas."""
    entries = pa.StructArray.from_arrays([keys, _plain(codes)], fields=_ENTRY)
    buffers = [None, pa.py_buffer(offsets)]
    return pa.Array.from_buffers(REASONS_TYPE, offsets.size - 1, buffers, 0, children=[entries])


def _keys_of(columns: Columns, name: str, where: Array, names: list[str]) -> tuple[Array, Array]:
    """Row and key number of the entries of one column; new keys are added to ``names``."""
    if not COLUMNS[name].is_list:
        names.append(name)
        return where, np.full(where.size, len(names) - 1)
    offsets = columns.offsets(name)
    row = np.searchsorted(offsets, where, "right") - 1
    found, number = np.unique(where - offsets[row], return_inverse=True)
    first = len(names)
    names += [f"{name}[{element}]" for element in found]
    return row, number + first


def _map_of(size: int, names: list[str], rows: Array, keys: Array, codes: list[Array]) -> pa.Array:
    offsets, order = _by_row(rows.astype(np.int64), size)
    return _map(offsets, _texts(names, keys[order]), np.concatenate(codes).astype(np.uint8)[order])


def _texts(names: list[str], numbers: Array) -> pa.Array:
    """``names[number]`` for each of ``numbers`` ``(k,)``, as strings."""
    octets = np.frombuffer("".join(names).encode(), np.uint8)
    starts = np.cumsum([0, *(len(name) for name in names)])
    wanted, offsets = spans(starts[numbers], np.diff(starts)[numbers])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(octets[wanted])]
    return pa.Array.from_buffers(pa.string(), numbers.size, buffers, 0)


@making_kernel()
def _by_row(rows, size):  # type: ignore[no-untyped-def]
    """Offsets of ``size`` lists, and the order that sorts entries by row, keeping their order."""
    offsets = np.zeros(size + 1, np.int32)
    for row in rows:
        offsets[row + 1] += 1
    for i in range(size):
        offsets[i + 1] += offsets[i]
    order = np.empty(rows.size, np.int64)
    fill = offsets.copy()
    for i in range(rows.size):
        order[fill[rows[i]]] = i
        fill[rows[i]] += 1
    return offsets, order

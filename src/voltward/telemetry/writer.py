"""Puts decoded rows into the store, each insert under a token so that a retry changes nothing.

A row goes where its packs say: whole rows into ``frames_rows``, rows that carry a part of their
cells into ``frame_pieces``; the newest of each vehicle also into ``latest_frames``.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from voltward.columns.fields import COLUMNS
from voltward.telemetry.cells import cell_columns
from voltward.telemetry.client import Client
from voltward.telemetry.schema.columns import (
    BY_NAME,
    POSITION_LOW_BITS,
    ROW,
    counts_name,
    is_counted,
)
from voltward.telemetry.schema.tables import LATEST, PIECES, ROWS

FUTURE_S = 300  # a frame further ahead of its receive time has a wrong clock
# Columns that the store must not have (the VIN) or does not need.
LEFT_OUT = frozenset({"vin", "frame_index"})
_CELL_LIST = "cell_voltages_mv"
_ONE_BLOCK = 1 << 40
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd: products differ, sums of a few hardly meet
_LOW = np.uint64((1 << POSITION_LOW_BITS) - 1)


@dataclass(frozen=True)
class Written:
    """Rows handed to the store. Rows it had already under the token are counted too."""

    rows: int
    pieces: int
    vehicles: int


def insert(client: Client, table: pa.Table, token: str) -> Written:
    """Insert decoded rows; on return they are on the store's disk.

    ``table``: the columns' Arrow schema plus ``vehicle_id`` u64, ``unit_hash`` u64,
    ``received_at`` timestamp or i64 ms, ``frame_position`` u64, ``stream`` u2. The same table
    under the same token may be inserted again and again: once in, it changes nothing.

    Raises:
        ValueError: a column is missing or unknown, so that nothing is dropped in silence.
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    if table.num_rows == 0:
        return Written(0, 0, 0)
    rows = store_rows(table)
    partial = partial_rows(table)
    if partial.any():
        pieces = rows.filter(pa.array(partial))
        whole = rows.filter(pa.array(~partial))
    else:
        pieces, whole = rows.slice(0, 0), rows
    latest = _latest_rows(rows, newest(table))
    for name, part in ((ROWS, whole), (PIECES, pieces), (LATEST, latest)):
        if part.num_rows:
            _send(client, name, part, f"{token}/{name}")
    return Written(whole.num_rows, pieces.num_rows, latest.num_rows)


def insert_latest(client: Client, table: pa.Table) -> int:
    """Insert into ``latest_frames`` only, for rows that lie in their own tables already; how many.

    Needs no token: the same row again has the same version. Takes and raises what ``insert`` does.
    """
    latest = _latest_rows(store_rows(table), newest(table))
    if latest.num_rows:
        _send(client, LATEST, latest)
    return int(latest.num_rows)


def _send(client: Client, name: str, rows: pa.Table, token: str = "") -> None:
    settings = {
        "insert_deduplicate": int(bool(token)),
        "insert_deduplication_token": token,
        "async_insert": 0,
        "max_insert_threads": 1,
        # One block: the token stands for all rows of a month or for none.
        "max_insert_block_size": _ONE_BLOCK,
        "min_insert_block_size_rows": _ONE_BLOCK,
        "min_insert_block_size_bytes": 0,
        "max_partitions_per_insert_block": 0,  # broken clocks may name any month
        "input_format_null_as_default": 1,
        "optimize_on_insert": 0,  # merges drop duplicates; doing it here too doubles the time
        "distributed_foreground_insert": 1,
    }
    client.insert_arrow(name, rows.combine_chunks(), settings=settings)


def store_rows(table: pa.Table) -> pa.Table:
    """``table`` in the store's columns and types.

    Raises:
        ValueError: a column is missing or unknown.
    """
    names = set(table.column_names)
    given = names - LEFT_OUT - {"received_at", "frame_position"}
    known = set(BY_NAME) | {_CELL_LIST}
    if given - known:
        raise ValueError(f"columns the store does not know: {', '.join(sorted(given - known))}")
    wanted = {"vehicle_id", "collected_at", "unit_hash", "received_at", "frame_position", "stream"}
    if wanted - names:
        raise ValueError(f"columns missing: {', '.join(sorted(wanted - names))}")
    rank, block = _rank(table)
    columns = {"rank": pa.array(rank), "frame_block": pa.array(block)}
    for name in given - {_CELL_LIST}:
        columns |= _stored(name, table[name])
    if _CELL_LIST in given:
        columns |= cell_columns(table[_CELL_LIST])
    return pa.table({column.name: columns[column.name] for column in ROW if column.name in columns})


def _stored(name: str, values: pa.ChunkedArray) -> dict[str, pa.ChunkedArray | pa.Array]:
    """A column by its name in the store: physical numbers in counts, times in 32-bit seconds.

    NaN of the decoder means missing, which the store calls NULL.
    """
    if name == "collected_at":
        return {name: values.cast(pa.uint32())}
    column = COLUMNS.get(name)
    if column is None or not is_counted(column):
        return {name: values}
    if values.null_count == len(values):
        return {}
    numbers = np.asarray(values.to_numpy(), np.float64)
    gone = np.isnan(numbers)
    counts = np.rint(np.where(gone, 0.0, numbers) * column.per_unit).astype(np.int32)
    return {counts_name(name): pa.array(counts, mask=gone if gone.any() else None)}


def _milliseconds(table: pa.Table) -> NDArray[np.uint64]:
    values = table["received_at"]
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("ms", values.type.tz), safe=False)
    return np.asarray(values.cast(pa.int64()).to_numpy(), np.int64).astype(np.uint64)


def _rank(table: pa.Table) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """``rank`` and ``frame_block`` (n,): see ``schema.columns.KEY``."""
    position = np.asarray(table["frame_position"].to_numpy(), np.uint64)
    rank = ~((_milliseconds(table) << np.uint64(POSITION_LOW_BITS)) | (position & _LOW))
    return rank, position >> np.uint64(POSITION_LOW_BITS)


def partial_rows(table: pa.Table) -> NDArray[np.bool_]:
    """Which rows ``(n,)`` carry a part of their packs' cells.

    A row without a good time has no partner that its time could name.
    """
    none = np.zeros(table.num_rows, np.bool_)
    if "pack_cells_in_frame" not in table.column_names:
        return none
    size, cells, first = (
        table[name].combine_chunks()
        for name in ("pack_cells_in_frame", "pack_cell_count", "pack_first_cell")
    )
    numbers = [np.asarray(values.flatten().to_numpy(False)) for values in (size, cells, first)]
    short = numbers[0] < numbers[1]
    if len(numbers[2]) == len(short):
        short |= numbers[2] > 1
    if not short.any():
        return none
    parent = np.asarray(pc.list_parent_indices(size).to_numpy(False))
    none[parent[short]] = True
    if "time_state" in table.column_names:
        none &= table["time_state"].to_numpy() == 0
    return none


@dataclass(frozen=True)
class Newest:
    """The newest row of each vehicle, or the newest of each of its pieces, by vehicle and piece.

    ``places`` ``(m,)``: their numbers in the table. ``vehicle_ids``, ``pieces`` ``(m,)``: the key
    in ``latest_frames``. ``versions`` ``(m, 2)``: low half first, 128 bits as they lie on disk.
    """

    places: NDArray[np.int64]
    vehicle_ids: NDArray[np.uint64]
    pieces: NDArray[np.uint64]
    versions: NDArray[np.uint64]


def newest(table: pa.Table) -> Newest:
    """Of rows as ``insert`` takes them; sane clocks win."""
    vehicle = np.asarray(table["vehicle_id"].to_numpy(), np.uint64)
    collected = table["collected_at"].cast(pa.uint32()).to_numpy().astype(np.uint64)
    rank, _ = _rank(table)
    sane = collected <= _milliseconds(table) // np.uint64(1000) + np.uint64(FUTURE_S)
    sane &= collected > 0
    piece = _piece_numbers(table, partial_rows(table))
    upper = (sane.astype(np.uint64) << np.uint64(63)) | (collected << np.uint64(31))
    upper |= np.asarray(table["unit_hash"].to_numpy(), np.uint64) >> np.uint64(33)
    order = np.lexsort((rank, upper, piece, vehicle))
    last = np.ones(len(order), np.bool_)
    last[:-1] = (np.diff(vehicle[order]) != 0) | (np.diff(piece[order]) != 0)
    chosen = order[last]
    versions = np.stack([rank[chosen], upper[chosen]], axis=1)
    return Newest(chosen, vehicle[chosen], piece[chosen], versions)


def _latest_rows(rows: pa.Table, chosen: Newest) -> pa.Table:
    """Rows of ``latest_frames`` out of the store's rows of the same table."""
    packed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16),
        len(chosen.places),
        [None, pa.py_buffer(chosen.versions.astype("<u8").tobytes())],
    )
    latest = rows.take(pa.array(chosen.places))
    latest = latest.append_column("piece", pa.array(chosen.pieces))
    return latest.append_column("version", packed)


def _piece_numbers(table: pa.Table, partial: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """0 for a whole row; else a number of the cell ranges it begins, ``(n,)``."""
    numbers = np.zeros(table.num_rows, np.uint64)
    if not partial.any():
        return numbers
    packs, firsts = (table[name].combine_chunks() for name in ("pack_number", "pack_first_cell"))
    parent = np.asarray(pc.list_parent_indices(packs).to_numpy(False))
    begin = np.asarray(firsts.flatten().to_numpy(False)).astype(np.uint64)
    begin |= np.asarray(packs.flatten().to_numpy(False)).astype(np.uint64) << np.uint64(16)
    np.add.at(numbers, parent, (begin + np.uint64(1)) * _SPREAD)
    return np.where(partial, np.maximum(numbers, np.uint64(1)), np.uint64(0))

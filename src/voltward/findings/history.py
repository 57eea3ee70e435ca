"""Rows that are stored, as the engine takes them: for judging again, or by other limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.columns.columns import Columns, Header, OddLists
from voltward.columns.fields import COLUMNS, blank_of
from voltward.findings.incoming import Incoming
from voltward.findings.rows import values_of
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import OF_VEHICLE, asked, asked_of_rows, span
from voltward.telemetry.schema.tables import PIECES, ROWS

Array = NDArray[Any]

# bounds the memory of one question: a day of a car that sends every second is 86,400 rows
PIECE: Final = timedelta(days=1)
_PIECE_S: Final = int(PIECE.total_seconds())
AT_ONCE: Final = 500  # vehicles of one question which days they have rows of
_ONE: Final = "vehicle_id = {vehicle_id:UInt64}"
_KEY: Final = ("collected_at", "received_at", "unit_hash", "frame_position", "edition", "command")
# what ``rows.values_of`` reads of a frame
_SCALARS: Final = (
    "vehicle_state", "charging", "speed_kmh", "odometer_km", "total_voltage_v", "total_current_a",
    "soc_pct", "insulation_kohm", "alarm_level", "alarm_flags", "position_status", "longitude_deg",
    "latitude_deg", "datum", "highest_temp_c", "lowest_temp_c", "highest_voltage_v",
    "lowest_voltage_v", "hv_dcdc_temp_c",
)  # fmt: skip
_LISTS: Final = (
    "cell_voltages_mv", "pack_number", "pack_first_cell", "pack_cells_in_frame", "pack_cell_count",
    "probe_temps_c", "motor_temp_c", "motor_controller_temp_c", "storage_fault_codes",
    "motor_fault_codes", "engine_fault_codes", "other_fault_codes",
)  # fmt: skip


def rows_of_history(
    client: Client, vehicle_ids: Iterable[int], start: datetime, stop: datetime
) -> Iterator[Incoming]:
    """The rows from ``start`` up to ``stop``, one vehicle after the other, each by collection time.

    A piece of at most a day at a time; ``stream`` is empty, as a name is not kept in the store.

    Raises:
        BadInput: an empty span.
    """
    span(0, start, stop)
    waiting = iter(vehicle_ids)
    while some := list(islice(waiting, AT_ONCE)):
        held = _pieces(client, some, start, stop)
        for vehicle_id in some:
            for number in sorted(held.get(vehicle_id, ())):
                begin = start + number * PIECE
                table = _asked(client, vehicle_id, begin, min(begin + PIECE, stop))
                if table.num_rows:
                    yield _incoming(table, vehicle_id)


def _pieces(
    client: Client, vehicle_ids: list[int], start: datetime, stop: datetime
) -> dict[int, list[int]]:
    """By vehicle: the numbers of the pieces that hold rows, in one question for many vehicles."""
    of_them = "vehicle_id IN {vehicle_ids:Array(UInt64)}" + OF_VEHICLE.removeprefix(_ONE)
    number = (
        f"intDiv(toInt64(toUnixTimestamp(collected_at)) - {int(start.timestamp())}, {_PIECE_S})"
    )
    asked_of = (f"SELECT vehicle_id, {number} AS piece FROM {name} WHERE {of_them}"
                for name in (ROWS, PIECES))  # fmt: skip
    table = asked(
        client,
        f"SELECT DISTINCT vehicle_id, piece FROM ({' UNION ALL '.join(asked_of)})",
        {**span(0, start, stop), "vehicle_ids": vehicle_ids},
    )
    found: dict[int, list[int]] = {}
    for vehicle_id, piece in zip(
        table["vehicle_id"].to_pylist(), table["piece"].to_pylist(), strict=True
    ):
        found.setdefault(int(vehicle_id), []).append(int(piece))
    return found


def _asked(client: Client, vehicle_id: int, start: datetime, stop: datetime) -> pa.Table:
    names = (*_KEY, *_SCALARS, *_LISTS)
    wanted = ", ".join(f"`{name}`" for name in names)
    table, _ = asked_of_rows(
        client,
        names,
        span(vehicle_id, start, stop),
        lambda source: (
            f"{source.select} {wanted} FROM {source.rows} ORDER BY collected_at, unit_hash"
        ),
    )
    return table


def _incoming(table: pa.Table, vehicle_id: int) -> Incoming:
    size = table.num_rows
    return Incoming(
        np.full(size, vehicle_id & 0xFFFF_FFFF_FFFF_FFFF, np.uint64),
        _seconds(table["collected_at"]),
        _milliseconds(table["received_at"]),
        _plain(table["unit_hash"]),
        _plain(table["frame_position"]),
        np.zeros(size, np.int32),
        ("",),
        values_of(_columns(table)),
    )


def _columns(table: pa.Table) -> Columns:
    """The stored row as the decoder gives it, with those columns that are read here."""
    size = table.num_rows
    values: dict[str, Array] = {}
    presence: dict[str, NDArray[np.bool_]] = {}
    offsets: dict[str, NDArray[np.int32]] = {}
    for name in _SCALARS:
        column = _whole(table[name])
        dtype = np.dtype(COLUMNS[name].dtype)
        presence[name] = column.is_valid().to_numpy(zero_copy_only=False)
        if dtype.kind == "f":
            values[name] = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(dtype)
        else:
            values[name] = column.fill_null(int(blank_of(name))).to_numpy().astype(dtype)
    for name in _LISTS:
        column = _whole(table[name])
        family = COLUMNS[name].family
        offsets[family] = (column.offsets.to_numpy() - column.offsets[0].as_py()).astype(np.int32)
        values[name] = column.flatten().to_numpy().astype(COLUMNS[name].dtype)
    nothing = np.zeros(0, np.uint32)
    return Columns(
        size=size,
        header=_header(table, size),
        verdict=np.zeros(size, np.uint8),
        values=values,
        reasons={},
        presence=presence,
        list_offsets=offsets,
        odd_lists=OddLists(nothing, np.zeros(0, np.str_), np.zeros(0, np.uint8)),
    )


def _header(table: pa.Table, size: int) -> Header:
    none = np.zeros(size, np.uint8)
    return Header(
        frame_index=np.arange(size, dtype=np.int32),
        edition=_plain(table["edition"]),
        command=_plain(table["command"]),
        vin=np.zeros((size, 17), np.uint8),  # the store holds none
        collected_at=_seconds(table["collected_at"]),
        time_state=none,
        verdict=none,
    )


def _whole(column: pa.ChunkedArray) -> Any:
    found = column.combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found


def _plain(column: pa.ChunkedArray) -> Array:
    found: Array = _whole(column).to_numpy(zero_copy_only=False)
    return found


def _seconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return _milliseconds(column) // 1000


def _milliseconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    found = _whole(column)
    if pa.types.is_integer(found.type):  # DateTime comes as unix seconds
        return np.asarray(found.to_numpy(), np.int64) * 1000
    return np.asarray(found.cast(pa.timestamp("ms", "UTC")).cast(pa.int64()).to_numpy(), np.int64)

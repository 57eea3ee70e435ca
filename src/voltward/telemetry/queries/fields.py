"""Which fields may be asked for, and how a request for rows of one vehicle is worded."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.schema.columns import BY_NAME, CELL_ABNORMAL_MV, select
from voltward.telemetry.schema.tables import PIECES, ROWS, rows_select

PROBE_ABNORMAL_C = 32_766  # in lists of temperatures; 32767 is invalid

_CELLS = f"arrayFilter(cell -> cell < {CELL_ABNORMAL_MV}, cell_voltages_mv)"
_PROBES = f"arrayFilter(probe -> probe < {PROBE_ABNORMAL_C}, probe_temps_c)"
# Computed from what a row has, for curves that both editions should show alike: SQL, columns.
DERIVED = {
    "cell_spread_mv": (
        "if(cells_missing = 0 AND notEmpty(cell_deviations_mv), toInt32(arrayMax("
        "cell_deviations_mv)) - arrayMin(cell_deviations_mv), NULL)",
        ("cells_missing", "cell_deviations_mv"),
    ),
    # The 2025 edition sends no extremes of the cells: they are found in the list.
    "cell_highest_v": (
        f"if(notEmpty({_CELLS}), arrayMax({_CELLS}), NULL) / 1000",
        ("cell_voltages_mv",),
    ),
    "cell_lowest_v": (
        f"if(notEmpty({_CELLS}), arrayMin({_CELLS}), NULL) / 1000",
        ("cell_voltages_mv",),
    ),
    "probe_highest_c": (
        f"if(notEmpty({_PROBES}), arrayMax({_PROBES}), NULL)",
        ("probe_temps_c",),
    ),
    "probe_lowest_c": (
        f"if(notEmpty({_PROBES}), arrayMin({_PROBES}), NULL)",
        ("probe_temps_c",),
    ),
}
SCALAR_FIELDS = (
    *(name for name, column in BY_NAME.items() if column.type.startswith("Nullable(")),
    "cell_median_mv",
    "cells_missing",
)
OF_VEHICLE = (
    "vehicle_id = {vehicle_id:UInt64}"
    " AND collected_at >= {start:DateTime('UTC')} AND collected_at < {stop:DateTime('UTC')}"
)


def checked_fields(fields: Iterable[str]) -> tuple[str, ...]:
    """``fields`` without repetitions.

    Raises:
        BadInput: one is no scalar field of the store.
    """
    chosen = tuple(dict.fromkeys(fields))
    for name in chosen:
        if name not in SCALAR_FIELDS and name not in DERIVED:
            raise BadInput(f"field {name[:80]!r}: not a single value of a row")
    return chosen


def expression(field: str) -> str:
    """The SQL of a field that ``checked_fields`` let through, as float64 or NULL."""
    return f"toFloat64({DERIVED[field][0] if field in DERIVED else f'`{field}`'})"


def read_by(fields: Iterable[str]) -> tuple[str, ...]:
    """The columns that the expressions of ``fields`` read."""
    chosen: list[str] = []
    for field in fields:
        chosen += DERIVED[field][1] if field in DERIVED else (field,)
    return tuple(dict.fromkeys(chosen))


_SPLIT = f"SELECT count() FROM {PIECES} WHERE {OF_VEHICLE}"


@dataclass(frozen=True)
class Source:
    """A vehicle's rows in a span: ``f"{source.select} … FROM {source.rows}"``; AND may follow."""

    select: str
    rows: str
    joined: bool


def vehicle_rows(client: Client, columns: Iterable[str], parameters: dict[str, Any]) -> Source:
    """A vehicle's rows in a span (``OF_VEHICLE``), to be read for their ``columns``.

    Joining is worded only for vehicles that split their cells in the span: for all others the
    mere wording, even a subquery's, would take longer than the answer.
    """
    chosen = tuple(dict.fromkeys(columns))
    if int(str(client.command(_SPLIT, parameters))):
        return Source("SELECT", f"({rows_select(chosen, OF_VEHICLE)}) WHERE 1", joined=True)
    return _whole(chosen)


def _whole(columns: Iterable[str], where: str = OF_VEHICLE) -> Source:
    return Source(select(columns), f"{ROWS} FINAL WHERE {where}", joined=False)


def asked_of_rows(
    client: Client,
    columns: Iterable[str],
    parameters: dict[str, Any],
    wording: Callable[[Source], str],
) -> tuple[pa.Table, Source]:
    """The rows of ``wording(source)``, and ``source``, as ``vehicle_rows``, for further questions.

    ``wording`` must give no row where its source has none. Then one question does for a vehicle
    whose frames are whole: it gives nothing if there are split ones, and only nothing is doubted.
    """
    chosen = tuple(dict.fromkeys(columns))
    unless_split = _whole(chosen, f"{OF_VEHICLE} AND ({_SPLIT}) = 0")
    table = asked(client, wording(unless_split), parameters)
    if table.num_rows:
        return table, _whole(chosen)
    source = vehicle_rows(client, chosen, parameters)
    return (asked(client, wording(source), parameters) if source.joined else table), source


def span(vehicle_id: int, start: datetime, stop: datetime) -> dict[str, Any]:
    """Parameters of ``OF_VEHICLE``: from ``start`` up to, not including, ``stop``.

    Raises:
        BadInput: an instant without zone, or an empty span.
    """
    for instant in (start, stop):
        if instant.tzinfo is None:
            raise BadInput(f"{instant.isoformat()}: an instant needs a time zone")
    if start >= stop:
        raise BadInput(f"span from {start.isoformat()} to {stop.isoformat()} is empty")
    return {"vehicle_id": vehicle_id, "start": start, "stop": stop}


def asked(client: Client, query: str, parameters: dict[str, Any]) -> pa.Table:
    """The answer as an Arrow table of plain, contiguous columns."""
    return client.query_arrow(query, parameters=parameters).combine_chunks()


def numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    """A column as float64, NULL as NaN, ``(n,)``."""
    return np.asarray(table[name].to_numpy(), np.float64)


def plain(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python values; flat and listed numbers by way of numpy, as it is far faster."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_list(values.type) and _is_number(values.type.value_type):
        flat = values.flatten().to_numpy(zero_copy_only=False).tolist()
        bounds = (np.asarray(values.offsets.to_numpy()) - values.offsets[0].as_py()).tolist()
        return [flat[first:last] for first, last in itertools.pairwise(bounds)]
    if _is_number(values.type) and not values.null_count:
        return list(values.to_numpy(zero_copy_only=False).tolist())
    return list(values.to_pylist())


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))

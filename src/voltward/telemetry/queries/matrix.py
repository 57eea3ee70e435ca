"""Cells and probes of one vehicle over time, as a matrix for tables and heat maps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import (
    PROBE_ABNORMAL_C,
    Source,
    asked,
    asked_of_rows,
    span,
)
from voltward.telemetry.schema.columns import CELL_ABNORMAL_MV

READ_WHOLE = 20_000  # rows up to which a span is read whole and thinned out here
Values = NDArray[np.float32]


@dataclass(frozen=True)
class Matrix:
    """``values`` ``(t, n)``: mV or degC, NaN where a cell or probe gave none.

    ``at`` ``(t,)``: unix seconds of the rows, or of the first row of each bucket. ``median``
    ``(t,)``: of the row, of the bucket's first row. In a bucket every cell keeps the value that
    lay farthest from the median of its own row; ``deviations`` ``(t, n)`` is that distance.
    ``pack`` and ``number`` ``(n,)``: which cell or probe a column is, both counted from 1.
    """

    at: NDArray[np.int64]
    values: Values
    deviations: Values
    median: Values
    pack: NDArray[np.int64]
    number: NDArray[np.int64]
    rows: int
    bucket_s: int


@dataclass(frozen=True)
class _Kind:
    """How a kind of list is asked for. ``medians``: SQL of the row's median."""

    values: str
    medians: str
    sizes: str
    packs: str
    firsts: str
    missing_from: int
    columns: tuple[str, ...]


_CELLS = _Kind(
    values="cell_voltages_mv",
    medians="cell_median_mv",
    sizes="pack_cells_in_frame",
    packs="pack_number",
    firsts="pack_first_cell",
    missing_from=CELL_ABNORMAL_MV,
    columns=(
        "cell_voltages_mv",
        "cell_median_mv",
        "pack_cells_in_frame",
        "pack_number",
        "pack_first_cell",
    ),
)
_MEASURED_PROBES = f"arraySort(arrayFilter(probe -> probe < {PROBE_ABNORMAL_C}, probe_temps_c))"
_PROBES = _Kind(
    values="probe_temps_c",
    medians=f"arrayElement({_MEASURED_PROBES}, intDiv(length({_MEASURED_PROBES}) + 1, 2))",
    sizes="probe_pack_count",
    packs="probe_pack_number",
    firsts="emptyArrayUInt16()",
    missing_from=PROBE_ABNORMAL_C,
    columns=("probe_temps_c", "probe_pack_count", "probe_pack_number"),
)


def cell_matrix(
    client: Client,
    vehicle_id: int,
    start: datetime,
    stop: datetime,
    points: int = 600,
    *,
    read_whole: int = READ_WHOLE,
) -> Matrix:
    """Cell voltages in mV of every row, or of about ``points`` buckets that keep the extremes.

    Raises:
        BadInput: an empty span, or no points.
    """
    return _matrix(client, _CELLS, span(vehicle_id, start, stop), points, read_whole)


def probe_matrix(
    client: Client,
    vehicle_id: int,
    start: datetime,
    stop: datetime,
    points: int = 600,
    *,
    read_whole: int = READ_WHOLE,
) -> Matrix:
    """Probe temperatures in degC, as ``cell_matrix``.

    Raises:
        BadInput: an empty span, or no points.
    """
    return _matrix(client, _PROBES, span(vehicle_id, start, stop), points, read_whole)


def _matrix(
    client: Client, kind: _Kind, parameters: dict[str, Any], points: int, read_whole: int
) -> Matrix:
    if points < 1:
        raise BadInput(f"points {points}: at least 1")
    bucket_s = max(1, -(-int((parameters["stop"] - parameters["start"]).total_seconds()) // points))
    table, source = asked_of_rows(
        client,
        ("collected_at", "unit_hash", *kind.columns),
        parameters,
        lambda source: _whole(kind, source, read_whole + 1),
    )
    first = int(parameters["start"].timestamp())
    if table.num_rows > read_whole:
        table = asked(client, _thinned(kind, source), {**parameters, "bucket": bucket_s})
        at, values, median, rows = *_read(table, kind), int(np.sum(table["n"].to_numpy()))
        chosen = median.copy()
        deviations = _lists(table["far"], values.shape[1]).astype(np.float32)
        deviations[np.isnan(values)] = np.nan
    else:
        at, values, median = _read(table, kind)
        deviations, chosen, rows = values - median[:, None], median, len(at)
        if rows > points:
            at, values, deviations, chosen = _kept(at, values, deviations, median, first, bucket_s)
        else:
            bucket_s = 0
    pack, number = _labels(table, values.shape[1])
    return Matrix(at, values, deviations, chosen, pack, number, rows, bucket_s)


def _whole(kind: _Kind, source: Source, limit: int) -> str:
    return (
        f"{source.select} toUInt32(collected_at) AS at, {kind.values} AS items, {kind.medians} AS middle,"
        f" {kind.sizes} AS sizes, {kind.packs} AS packs, {kind.firsts} AS firsts"
        f" FROM {source.rows} AND notEmpty({kind.values})"
        f" ORDER BY collected_at, unit_hash LIMIT {limit}"
    )


def _thinned(kind: _Kind, source: Source) -> str:
    """Of each bucket and column the value farthest from its row's median; measured ones first."""
    far = f"if(item >= {kind.missing_from}, -1, abs(toInt32(item) - middle))"
    return (
        "SELECT min(a) AS at, argMin(middle, a) AS middle, count() AS n,"
        " argMaxForEach(items, away) AS items, argMaxForEach(signed, away) AS far,"
        " argMax(sizes, a) AS sizes, argMax(packs, a) AS packs, argMax(firsts, a) AS firsts FROM ("
        f"{source.select} toUInt32(collected_at) AS a, {kind.values} AS items, {kind.medians} AS middle,"
        f" arrayMap(item -> toInt32({far}), items) AS away,"
        " arrayMap(item -> toInt32(item) - toInt32(middle), items) AS signed,"
        f" {kind.sizes} AS sizes, {kind.packs} AS packs, {kind.firsts} AS firsts"
        f" FROM {source.rows} AND notEmpty({kind.values}))"
        " GROUP BY intDiv(a - toUInt32({start:DateTime('UTC')}), {bucket:UInt32}) ORDER BY at"
    )


def _read(table: pa.Table, kind: _Kind) -> tuple[NDArray[np.int64], Values, Values]:
    """Times, values (NaN: none) and medians."""
    raw = _lists(table["items"], None)
    values = raw.astype(np.float32)
    values[(raw >= kind.missing_from) | (raw < _NONE + 1)] = np.nan
    at = np.asarray(table["at"].to_numpy(), np.int64)
    return at, values, np.asarray(table["middle"].to_numpy(), np.float32)


_NONE = -100_000  # fills rows that are shorter than the longest


def _lists(column: pa.ChunkedArray, width: int | None) -> NDArray[np.int32]:
    """Lists as ``(t, longest)``, short rows filled up with ``_NONE``."""
    lists = column.combine_chunks()
    sizes = np.diff(np.asarray(lists.offsets.to_numpy()).astype(np.int64))
    flat = np.asarray(lists.flatten().to_numpy(zero_copy_only=False)).astype(np.int32)
    longest = width if width is not None else int(sizes.max(initial=0))
    if len(sizes) and np.all(sizes == longest):
        return flat.reshape(-1, longest)
    whole = np.full((len(sizes), longest), _NONE, np.int32)
    whole[np.arange(longest)[None, :] < sizes[:, None]] = flat
    return whole


def _kept(
    at: NDArray[np.int64],
    values: Values,
    deviations: Values,
    median: Values,
    first: int,
    bucket_s: int,
) -> tuple[NDArray[np.int64], Values, Values, Values]:
    """Of each bucket and column the value farthest from its row's median, the earliest one."""
    bucket = (at - first) // bucket_s
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    stops = np.append(starts[1:], len(at))
    away = np.where(np.isnan(deviations), np.float32(-1), np.abs(deviations))
    rows = np.stack(
        [begin + away[begin:end].argmax(axis=0) for begin, end in zip(starts, stops, strict=True)]
    )
    columns = np.arange(values.shape[1])
    return at[starts], values[rows, columns], deviations[rows, columns], median[starts]


def _labels(table: pa.Table, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pack and number of each column, from the last row that has them all."""
    pack, number = np.zeros(width, np.int64), np.arange(1, width + 1)
    for row in range(table.num_rows - 1, -1, -1):
        sizes = np.asarray(table["sizes"][row].as_py(), np.int64)
        packs = np.asarray(table["packs"][row].as_py(), np.int64)
        if sizes.sum() != width or len(packs) != len(sizes):
            continue
        firsts = np.asarray(table["firsts"][row].as_py() or [1] * len(sizes), np.int64)
        pack = np.repeat(packs, sizes)
        begin = np.repeat(np.cumsum(sizes) - sizes, sizes)
        number = np.arange(width) - begin + np.repeat(firsts, sizes)
        break
    return pack, number

"""Curves of one vehicle: every row where there are few, the extremes of each bucket where many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import (
    Source,
    asked,
    asked_of_rows,
    checked_fields,
    expression,
    numbers,
    read_by,
    span,
    vehicle_rows,
)

Seconds = NDArray[np.int64]
_KEY = ("collected_at", "unit_hash")
GAP_S = 120  # four reporting periods of 30 s (GB/T 32960.3 Annex B)
READ_WHOLE = 200_000  # rows up to which a span is read whole and thinned out here


@dataclass(frozen=True)
class Series:
    """One field over time: ``at`` unix seconds ascending, ``values`` float64, both ``(n,)``."""

    at: Seconds
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Gaps:
    """Silences: the last row before each and the first after it, unix seconds, ``(n,)``."""

    start: Seconds
    stop: Seconds

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class History:
    """``bucket_s`` 0: every row is there. Else each bucket of so many seconds keeps of each field
    its first, last, smallest and largest value, at their own times.

    ``repeated_at``: times for which the vehicle sent more than one content; each is a row.
    """

    vehicle_id: int
    start: datetime
    stop: datetime
    rows: int
    bucket_s: int
    series: dict[str, Series]
    gaps: Gaps
    repeated_at: Seconds

    def with_breaks(self, field: str) -> Series:
        """The series with a NaN in every gap, so that a drawn line breaks there."""
        series = self.series[field]
        if not len(self.gaps) or not len(series.at):
            return series
        middle = (self.gaps.start + self.gaps.stop) // 2
        at = np.concatenate((series.at, middle))
        values = np.concatenate((series.values, np.full(len(middle), np.nan)))
        order = np.argsort(at, kind="stable")
        return Series(at[order], values[order])


def history(
    client: Client,
    vehicle_id: int,
    start: datetime,
    stop: datetime,
    fields: Iterable[str],
    points: int = 1000,
    *,
    gap_s: int = GAP_S,
    read_whole: int = READ_WHOLE,
) -> History:
    """Curves of ``fields`` from ``start`` up to ``stop``.

    Up to ``points`` rows come as they are; of more, about ``points`` buckets of equal length keep
    their extremes (so up to four points each). NaN where a row lacks the value.

    Raises:
        BadInput: an unknown field, an empty span or fewer than two points.
    """
    chosen = checked_fields(fields)
    parameters = span(vehicle_id, start, stop)
    if points < 2:
        raise BadInput(f"points {points}: at least 2")
    table, source = asked_of_rows(
        client,
        (*_KEY, *read_by(chosen)),
        parameters,
        lambda source: _rows(source, chosen, read_whole + 1),
    )
    table = table.rename_columns(["at", *chosen])
    whole = table.num_rows <= read_whole
    bucket_s = max(1, -(-int((stop - start).total_seconds()) // points))
    if whole:
        at = np.asarray(table["at"].to_numpy(), np.int64)
        values = {field: numbers(table, field) for field in chosen}
        count, found, repeated = len(at), _gaps_of(at, gap_s), _repeated(at)
        bucket_s = bucket_s if count > points else 0
        series = {field: _thinned(at, values[field], start, bucket_s) for field in chosen}
    else:
        series = _bucketed(client, source, parameters, chosen, bucket_s)
        count, found = _times(client, source, parameters, gap_s)
        repeated = _repeated_times(client, source, parameters)
    return History(vehicle_id, start, stop, count, bucket_s, series, found, repeated)


def gaps(
    client: Client, vehicle_id: int, start: datetime, stop: datetime, *, longer_than_s: int = GAP_S
) -> Gaps:
    """Silences of a vehicle longer than ``longer_than_s`` between two of its rows.

    Raises:
        BadInput: an empty span.
    """
    parameters = span(vehicle_id, start, stop)
    source = vehicle_rows(client, _KEY, parameters)
    return _times(client, source, parameters, longer_than_s)[1]


def _rows(source: Source, fields: tuple[str, ...], limit: int) -> str:
    wanted = "".join(f", {expression(field)} AS `{field}_`" for field in fields)
    return (
        f"{source.select} toUInt32(collected_at) AS at{wanted} FROM {source.rows}"
        f" ORDER BY collected_at, unit_hash LIMIT {limit}"
    )


def _thinned(at: Seconds, values: NDArray[np.float64], start: datetime, bucket_s: int) -> Series:
    """First, last, smallest and largest of each bucket; where nothing was measured, one NaN."""
    if not bucket_s:
        return Series(at, values)
    bucket = (at - int(start.timestamp())) // bucket_s
    known = np.flatnonzero(~np.isnan(values))
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    empty = starts[~np.isin(bucket[starts], bucket[known])]
    if not len(known):
        return Series(at[empty], values[empty])
    groups = bucket[known]
    first = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    last = np.append(first[1:], len(groups)) - 1
    # Sorted by value inside each bucket, earliest first among equals: its ends are the extremes.
    rising = np.lexsort((values[known], groups))
    falling = np.lexsort((-values[known], groups))
    kept = known[np.concatenate((first, last, rising[first], falling[first]))]
    kept = np.unique(np.concatenate((kept, empty)))
    return Series(at[kept], values[kept])


def _bucketed(
    client: Client,
    source: Source,
    parameters: dict[str, Any],
    fields: tuple[str, ...],
    bucket_s: int,
) -> dict[str, Series]:
    """As ``_thinned``, computed by the store."""
    if not fields:
        return {}
    inner = ", ".join(f"{expression(field)} AS v{n}" for n, field in enumerate(fields))
    wanted = ", ".join(_extremes(f"v{n}") for n in range(len(fields)))
    table = asked(
        client,
        "SELECT min(a) AS first_at,"
        f" {wanted} FROM ({source.select} toUInt32(collected_at) AS a, unit_hash AS h, {inner}"
        f" FROM {source.rows})"
        " GROUP BY intDiv(a - toUInt32({start:DateTime('UTC')}), {bucket:UInt32})"
        " ORDER BY first_at",
        {**parameters, "bucket": bucket_s},
    )
    first_at = np.asarray(table["first_at"].to_numpy(), np.int64)
    return {field: _unfolded(first_at, table[f"v{n}_kept"]) for n, field in enumerate(fields)}


def _extremes(value: str) -> str:
    """First, last, smallest and largest (earliest among equals) with their times."""
    known = f"isNotNull({value})"
    return (
        f"[argMinIf((a, {value}), (a, h), {known}), argMaxIf((a, {value}), (a, h), {known}),"
        f" argMinIf((a, {value}), ({value}, a, h), {known}),"
        f" argMinIf((a, {value}), (-{value}, a, h), {known})] AS {value}_kept"
    )


def _unfolded(first_at: Seconds, kept: pa.ChunkedArray) -> Series:
    """The four (time, value) of each bucket in one series; NaN for a bucket without a value."""
    pairs = kept.combine_chunks().flatten()
    at = np.asarray(pairs.field(0).to_numpy(zero_copy_only=False), np.int64).reshape(-1, 4)
    values = np.asarray(pairs.field(1).to_numpy(zero_copy_only=False), np.float64).reshape(-1, 4)
    empty = at[:, 0] == 0  # what argMin gives for no rows
    known = np.stack((at[~empty].ravel().astype(np.float64), values[~empty].ravel()), axis=1)
    holes = np.stack((first_at[empty].astype(np.float64), np.full(empty.sum(), np.nan)), axis=1)
    rows = np.concatenate((np.unique(known, axis=0), holes))
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return Series(rows[:, 0].astype(np.int64), rows[:, 1])


def _times(
    client: Client, source: Source, parameters: dict[str, Any], gap_s: int
) -> tuple[int, Gaps]:
    """How many rows the span has, and its gaps."""
    table = asked(
        client,
        "SELECT count() AS n, arraySort(groupArrayIf((before, a), a - before > {gap:UInt32})) AS g"
        " FROM (SELECT toUInt32(collected_at) AS a, lagInFrame(a, 1, a) OVER (ORDER BY a"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before"
        f" FROM {source.rows})",
        {**parameters, "gap": gap_s},
    )
    pairs = table["g"].combine_chunks().flatten()
    start, stop = (
        np.asarray(pairs.field(n).to_numpy(zero_copy_only=False), np.int64) for n in (0, 1)
    )
    return int(table["n"][0].as_py()), Gaps(start, stop)


def _repeated_times(client: Client, source: Source, parameters: dict[str, Any]) -> Seconds:
    table = asked(
        client,
        f"SELECT toUInt32(collected_at) AS a FROM {source.rows}"
        " GROUP BY a HAVING count() > 1 ORDER BY a",
        parameters,
    )
    return np.asarray(table["a"].to_numpy(), np.int64)


def _gaps_of(at: Seconds, gap_s: int) -> Gaps:
    wide = np.flatnonzero(np.diff(at) > gap_s)
    return Gaps(at[wide], at[wide + 1])


def _repeated(at: Seconds) -> Seconds:
    return np.unique(at[1:][np.diff(at) == 0])

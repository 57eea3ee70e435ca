"""How far the cells of each vehicle lay apart, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import CELL_ABNORMAL_MV
from voltward.telemetry.schema.join import joined_select
from voltward.telemetry.schema.tables import PIECES, ROWS

_TIME = "collected_at >= {start:DateTime('UTC')} AND collected_at < {stop:DateTime('UTC')}"
_DAY = "toUInt16(toDate(collected_at, 'Asia/Shanghai'))"
# Rows whose cells all lie near their median, as nearly every row: nothing is done cell by cell
# but the sum. A row of nothing but missing cells has the median 0 and counts nowhere.
_NEAR = f"""
SELECT vehicle_id, {_DAY} AS day, length(cell_near_mv) AS cells, count() AS n,
    max(spread) AS spread_max, sum(spread) AS spread_sum, sumForEach(cell_near_mv) AS total
FROM (
    SELECT vehicle_id, collected_at, cell_near_mv,
        toInt32(arrayMax(cell_near_mv)) - arrayMin(cell_near_mv) AS spread
    FROM {ROWS} FINAL WHERE {{where}} AND cells_missing = 0
)
GROUP BY vehicle_id, day, cells HAVING cells > 0
ORDER BY vehicle_id, day, cells
"""
# The others: a cell far away, or one that gave no voltage and must not count.
_FAR = f"""
SELECT vehicle_id, {_DAY} AS day, length(far) AS cells, count() AS n,
    max(spread) AS spread_max, sum(spread) AS spread_sum,
    sumForEach(known) AS total, sumForEach(is_known) AS counts
FROM (
    SELECT vehicle_id, collected_at, far,
        arrayMap(cell -> toUInt16(cell_median_mv + cell) < {CELL_ABNORMAL_MV}, far) AS is_known,
        arrayMap((cell, known) -> if(known, cell, toInt16(0)), far, is_known) AS known,
        toInt32(arrayMax(known)) - arrayMin(known) AS spread
    FROM ({{source}})
)
GROUP BY vehicle_id, day, cells
"""


@dataclass(frozen=True)
class DailyCellSpread:
    """One entry per vehicle and Beijing day (and number of cells, should that change), ``(g,)``.

    ``spread_max_mv``, ``spread_mean_mv``: highest minus lowest cell of a row, over the day's rows.
    ``deviation_mv``: mean distance of each cell from the median of its row, entry ``i`` at
    ``offsets[i]:offsets[i + 1]``; NaN for a cell that was never measured.
    """

    vehicle_id: NDArray[np.uint64]
    day: NDArray[np.datetime64]
    rows: NDArray[np.int64]
    spread_max_mv: NDArray[np.float32]
    spread_mean_mv: NDArray[np.float32]
    deviation_mv: NDArray[np.float32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.vehicle_id)

    def deviations(self, entry: int) -> NDArray[np.float32]:
        """Mean deviation of each cell of one entry, mV, ``(cells,)``."""
        return self.deviation_mv[self.offsets[entry] : self.offsets[entry + 1]]


def daily_cell_spread(
    client: Client,
    start: datetime,
    stop: datetime,
    vehicle_ids: Iterable[int] | None = None,
) -> DailyCellSpread:
    """Spread and deviation of all cells per vehicle and day from ``start`` up to ``stop``.

    Raises:
        BadInput: an instant without zone, or an empty span.
    """
    if start.tzinfo is None or stop.tzinfo is None or start >= stop:
        raise BadInput(f"span from {start.isoformat()} to {stop.isoformat()}")
    parameters: dict[str, Any] = {"start": start, "stop": stop}
    where = _TIME
    if vehicle_ids is not None:
        where += " AND vehicle_id IN {vehicles:Array(UInt64)}"
        parameters["vehicles"] = [*vehicle_ids]
    near = asked(client, _NEAR.format(where=where), parameters)
    wanted = "vehicle_id, collected_at, cell_median_mv"
    names = ("vehicle_id", "collected_at", "cell_median_mv", "cell_deviations_mv")
    source = (
        f"SELECT {wanted}, cell_far_mv AS far FROM {ROWS} FINAL"
        f" WHERE {where} AND notEmpty(cell_far_mv) UNION ALL"
        f" SELECT {wanted}, cell_deviations_mv AS far FROM ("
        f"{joined_select(f'{PIECES} FINAL WHERE {where}', names)}) WHERE cell_median_mv != 0"
    )
    far = asked(client, _FAR.format(source=source), parameters)
    return _together([_Part.of(near), _Part.of(far)] if far.num_rows else [_Part.of(near)])


@dataclass(frozen=True)
class _Part:
    """Entries of one query. ``total``, ``counts``: flat over all cells of all entries."""

    keys: NDArray[np.uint64]  # (g, 3): vehicle, day, cells
    rows: NDArray[np.int64]
    spread_max: NDArray[np.float64]
    spread_sum: NDArray[np.float64]
    total: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, table: pa.Table) -> "_Part":
        keys = np.stack(
            [table[name].to_numpy().astype(np.uint64) for name in ("vehicle_id", "day", "cells")],
            axis=1,
        )
        rows = table["n"].to_numpy().astype(np.int64)
        if "counts" in table.column_names:
            counts = _flat(table["counts"])
        else:
            counts = np.repeat(rows, keys[:, 2].astype(np.int64))
        return cls(
            keys,
            rows,
            table["spread_max"].to_numpy().astype(np.float64),
            table["spread_sum"].to_numpy().astype(np.float64),
            _flat(table["total"]),
            counts,
        )


def _flat(lists: pa.ChunkedArray) -> NDArray[np.int64]:
    values = lists.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(values, np.int64)


def _together(parts: list[_Part]) -> DailyCellSpread:
    """Entries with the same key become one."""
    keys, entry = np.unique(
        np.concatenate([part.keys for part in parts]), axis=0, return_inverse=True
    )
    entry = entry.ravel()
    sizes = keys[:, 2].astype(np.int64)
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    lengths = sizes[entry]
    place = np.repeat(offsets[entry] - (np.cumsum(lengths) - lengths), lengths)
    place += np.arange(place.size)
    total, counts = (
        np.bincount(place, np.concatenate(values), int(offsets[-1]))
        for values in ([part.total for part in parts], [part.counts for part in parts])
    )
    rows, spread = (
        np.bincount(entry, np.concatenate(values), len(keys))
        for values in ([part.rows for part in parts], [part.spread_sum for part in parts])
    )
    highest = np.zeros(len(keys))
    np.maximum.at(highest, entry, np.concatenate([part.spread_max for part in parts]))
    with np.errstate(invalid="ignore"):
        deviation = np.where(counts > 0, total / counts, np.nan)
    return DailyCellSpread(
        vehicle_id=keys[:, 0],
        day=keys[:, 1].astype("datetime64[D]"),
        rows=rows.astype(np.int64),
        spread_max_mv=highest.astype(np.float32),
        spread_mean_mv=(spread / rows).astype(np.float32),
        deviation_mv=deviation.astype(np.float32),
        offsets=offsets,
    )

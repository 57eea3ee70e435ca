"""How far the cells of each vehicle lay apart, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import CELL_ABNORMAL_MV
from voltward.telemetry.schema.join import joined_select
from voltward.telemetry.schema.tables import PIECES, ROWS

_TIME = "collected_at >= {start:DateTime('UTC')} AND collected_at < {stop:DateTime('UTC')}"
_MISSING = f"toUInt16(cell_median_mv + far) >= {CELL_ABNORMAL_MV}"
# Rows whose cells are all near have none missing; the far ones are looked at cell by cell.
_QUERY = """
SELECT vehicle_id, toUInt16(toDate(collected_at, 'Asia/Shanghai')) AS day,
    count() AS n, countIf(empty(cell_far_mv)) AS near_rows,
    max(spread) AS spread_max, avg(spread) AS spread_mean,
    sumForEach(cell_near_mv) AS near_sum,
    sumForEach(arrayMap(far -> if({missing}, toInt16(0), far), cell_far_mv)) AS far_sum,
    sumForEach(arrayMap(far -> NOT ({missing}), cell_far_mv)) AS far_count
FROM (
    SELECT vehicle_id, collected_at, cell_near_mv, cell_far_mv, cell_median_mv,
        arrayMap(far -> if({missing}, toInt16(0), far), cell_far_mv) AS known,
        toInt32(arrayMax(cell_near_mv)) - arrayMin(cell_near_mv)
            + arrayMax(known) - arrayMin(known) AS spread
    FROM ({source})
    WHERE notEmpty(cell_far_mv) OR (cells_missing = 0 AND notEmpty(cell_near_mv))
)
GROUP BY vehicle_id, day, length(cell_near_mv) + length(cell_far_mv)
ORDER BY vehicle_id, day
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
    wanted = "vehicle_id, collected_at, cell_median_mv, cells_missing"
    source = (
        f"SELECT {wanted}, cell_near_mv, cell_far_mv FROM {ROWS} FINAL WHERE {where} UNION ALL"
        f" SELECT {wanted}, emptyArrayInt8(), cell_deviations_mv FROM ("
        f"{joined_select(f'{PIECES} FINAL WHERE {where}')})"
    )
    query = _QUERY.format(source=source, missing=_MISSING)
    return _answer(asked(client, query, parameters))


def _answer(table: Any) -> DailyCellSpread:
    def column(name: str) -> NDArray[Any]:
        return np.asarray(table[name].to_numpy())

    near, far, known = (_ragged(table, name) for name in ("near_sum", "far_sum", "far_count"))
    sizes = np.maximum(near[1], far[1])
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    total = _spread_out(near, sizes) + _spread_out(far, sizes)
    has_near = np.where(near[1] > 0, column("near_rows"), 0)
    count = np.repeat(has_near, sizes) + _spread_out(known, sizes)
    with np.errstate(invalid="ignore"):
        deviation = np.where(count > 0, total / count, np.nan).astype(np.float32)
    return DailyCellSpread(
        vehicle_id=column("vehicle_id"),
        day=column("day").astype("datetime64[D]"),
        rows=column("n").astype(np.int64),
        spread_max_mv=column("spread_max").astype(np.float32),
        spread_mean_mv=column("spread_mean").astype(np.float32),
        deviation_mv=deviation,
        offsets=offsets,
    )


def _ragged(table: Any, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flat values and size of each list."""
    lists = table[name].combine_chunks()
    bounds: NDArray[np.int64] = np.asarray(lists.offsets.to_numpy()).astype(np.int64)
    sizes = bounds[1:] - bounds[:-1]
    return np.asarray(lists.flatten().to_numpy(zero_copy_only=False)).astype(np.int64), sizes


def _spread_out(
    lists: tuple[NDArray[np.int64], NDArray[np.int64]], sizes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The values at the places of lists of ``sizes``; 0 where a list is empty."""
    values, own = lists
    if np.array_equal(own, sizes):
        return values
    whole = np.zeros(int(sizes.sum()), np.int64)
    whole[np.repeat(own > 0, sizes)] = values
    return whole

"""Hazard C.10: a voltage sampling fault, GB/T 45688-2025 appendix C.

Each row is judged as ``hazards.c10.sampling`` does; the result is that of the calendar day in Beijing
so far: abnormal from the row on with which it has enough of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows
from voltward.findings.hazards import items
from voltward.findings.hazards.c10 import RATIO, SPREAD_V
from voltward.findings.hazards.samples import BEIJING_S, DAY_S
from voltward.findings.kernel import kernel

LIMITS: Final = (
    Limit("spread_v", SPREAD_V, "V", "GB/T 45688-2025 附录 C C.10（推荐值）", "A", 0.001, 15),
    Limit("ratio", RATIO, "", "GB/T 45688-2025 附录 C C.10（推荐大于 0.7、小于 0.95），取 0.8", "M",
          0.701, 0.949),
    Limit("fewest_rows", 1, "帧", "工程默认值：标准未规定最少帧数", "M", 1, 100_000),
)  # fmt: skip
# cell_map 0: the numbers of the cells do not follow their places, so neighbours are unknown.
FACTS: Final = ("facts.cells_per_module", "facts.cell_map")
MEMORY: Final = np.dtype([("row_s", "u4"), ("day", "i4"), ("bad", "u4")])


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``. The value is the spread of the row in mV.

    Beside it: q, the numbers of both cells (from 1), and the abnormal rows of the day. Neighbours
    are cells of one pack with consecutive numbers, and of one module where its size is known. Of
    equal extremes a row names the first. A frame without a list of cells has no median: no result.
    """
    size = len(rows)
    level, limit = np.full(size, -1, np.int8), np.full(size, -1, np.int8)
    value = np.full(size, np.nan, np.float32)
    beside = np.full((4, size), np.nan, np.float32)
    table = limits.table.copy()
    table[:, :2] = np.rint(table[:, :2] * 1000)  # mV, and a in thousandths
    _scan(
        rows.slot, rows.time_s, rows["highest_cell_mv"], rows["lowest_cell_mv"],
        rows["median_cell_mv"], rows["highest_cell_at"], rows["lowest_cell_at"],
        rows["pack_of_highest"], rows["pack_of_lowest"], memory, table, limits.of_row,
        level, limit, value, beside,
    )  # fmt: skip
    names = ("mirror_ratio", "highest_cell", "lowest_cell", "abnormal_rows")
    by_name = dict(zip(names, beside, strict=True))
    return (Judged(items.C10.code, level, value, limit, beside=by_name),)


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, highest, lowest, median, highest_at, lowest_at, pack_high, pack_low,
    memory, table, of_row, level, limit, value, beside,
):  # fmt: skip
    for i in range(slot.size):
        high, low = np.float64(highest[i]), np.float64(lowest[i])
        middle = np.float64(median[i])
        bounds = table[of_row[i]]
        if not (high >= 0 and low >= 0 and middle >= 0) or bounds[4] == 0:
            continue
        m = memory[slot[i]]
        if time_s[i] <= m.row_s or highest_at[i] < 0 or lowest_at[i] < 0:
            continue
        day = (time_s[i] + BEIJING_S) // DAY_S
        if day != m.day:
            m.day, m.bad = day, 0
        m.row_s = time_s[i]
        value[i] = high - low
        if high - low >= bounds[0]:
            near = abs(highest_at[i] - lowest_at[i]) == 1 and pack_high[i] == pack_low[i]
            if near and bounds[3] >= 1:
                near = highest_at[i] // bounds[3] == lowest_at[i] // bounds[3]
            up, down = 2 * (high - middle), 2 * (middle - low)  # an even count halves a mV
            if near and bounds[1] * down < 1000 * up and bounds[1] * up < 1000 * down:
                m.bad += 1
                beside[0, i] = up / down
                beside[1, i], beside[2, i] = highest_at[i] + 1, lowest_at[i] + 1
        level[i] = 0
        if m.bad >= bounds[2]:
            level[i], limit[i], beside[3, i] = 1, 0, m.bad


DETECTOR: Final = Detector(
    name=items.C10.code,
    rules=(items.C10,),
    reads=(
        "highest_cell_mv",
        "lowest_cell_mv",
        "median_cell_mv",
        "highest_cell_at",
        "lowest_cell_at",
        "pack_of_highest",
        "pack_of_lowest",
    ),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
    facts=FACTS,
)

"""Hazard C.3: cell voltage spread of a charging session, GB/T 45688-2025 appendix C.

Judged at each sample over the session so far, as ``hazards.c3.sessions`` does over a whole one: the
alarm does not wait for the end of a charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows
from voltward.findings.hazards import items
from voltward.findings.hazards.c3 import HOLE_S, LIMIT_V
from voltward.findings.kernel import kernel

LIMITS: Final = (
    Limit("spread_v", LIMIT_V, "V", "GB/T 45688-2025 附录 C C.3（推荐值）", "A", 0.001, 15),
    Limit("hole_s", HOLE_S, "s", "工程默认值：无数据超过此时长即为另一次充电", "M", 60, 86_400),
    Limit("fewest_samples", 1, "个", "工程默认值：标准未规定最少样本数", "M", 1, 100_000),
)
MEMORY: Final = np.dtype(
    [
        ("squares", "i8"),  # sum of d² of the session, mV²
        ("row_s", "u4"),  # the newest row with a charge state
        ("samples", "u4"),
        ("is_charging", "?"),
    ]
)


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``. The value is r_V in volts; beside it the samples of the session so far."""
    size = len(rows)
    level, limit = np.full(size, -1, np.int8), np.full(size, -1, np.int8)
    value = np.full(size, np.nan, np.float32)
    samples = np.full(size, np.nan, np.float32)
    table = limits.table.copy()
    table[:, 0] = np.rint(table[:, 0] * 1000)  # whole mV
    _scan(
        rows.slot, rows.time_s, rows["charging"], rows["highest_cell_mv"], rows["lowest_cell_mv"],
        memory, table, limits.of_row, level, limit, value, samples,
    )  # fmt: skip
    return (Judged(items.C3.code, level, value, limit, beside={"samples": samples}),)


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, charging, highest, lowest, memory, table, of_row, level, limit, value, samples
):
    for i in range(slot.size):
        m = memory[slot[i]]
        if charging[i] < 1 or charging[i] > 4 or time_s[i] <= m.row_s:
            continue
        bounds = table[of_row[i]]
        cut = time_s[i] - m.row_s > bounds[1]
        m.row_s = time_s[i]
        if charging[i] != 1:
            m.is_charging = False
            continue
        if cut or not m.is_charging:
            m.is_charging, m.samples, m.squares = True, 0, 0
        apart = highest[i] - lowest[i]
        if apart != apart:
            continue
        d = np.int64(np.rint(apart))
        m.samples += 1
        m.squares += d * d
        if m.samples < bounds[2]:
            continue
        value[i] = np.sqrt(m.squares / m.samples) / 1000
        samples[i] = m.samples
        level[i] = 0
        if m.squares >= m.samples * bounds[0] * bounds[0]:
            level[i], limit[i] = 1, 0


DETECTOR: Final = Detector(
    name=items.C3.code,
    rules=(items.C3,),
    reads=("charging", "highest_cell_mv", "lowest_cell_mv"),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
)

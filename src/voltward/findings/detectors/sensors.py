"""Data that cannot be true: marks of quality, and an alarm only when they last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import (
    NO_DATA,
    QUALITY_MARK,
    Detector,
    Judged,
    Limit,
    Limits,
    Rows,
    Rule,
)
from voltward.findings.kernel import kernel

_OWN = "平台规则（待企业确认）"
LIMITS: Final = (
    Limit("sum_gap_pct", 3.0, "%", _OWN, "M", 0.1, 100),
    Limit("frozen_s", 300.0, "s", _OWN, "M", 10, 86_400),
    Limit("lasting_s", 1800.0, "s", _OWN, "M", 60, 86_400 * 30),
)
SUM_GAP, FROZEN_S, LASTING_S = range(3)
MOVING_KMH: Final = 20.0  # above it neither current nor voltage stands still
HOLE_S: Final = 600  # what was before a silence does not last through it
MEMORY: Final = np.dtype(
    [
        ("since_s", "i8", (3,)), ("last_s", "i8", (3,)),
        ("total_v", "f4"), ("current_a", "f4"), ("same_since_s", "i8"), ("time_s", "i8"),
    ]
)  # fmt: skip
_NOT: Final = -1
RULES: Final = ("sensor.sum", "sensor.frozen", "sensor.zero_cell")


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``: the sum of the cells against the total voltage, values that stand still while
    the vehicle moves, cells of exactly 0 V."""
    size = len(rows)
    state = np.full((3, size), NO_DATA, np.int8)
    value = np.full((3, size), np.nan, np.float32)
    _scan(
        rows.slot, rows.time_s, rows["cell_sum_mv"], rows["total_voltage_v"],
        rows["total_current_a"], rows["speed_kmh"], rows["cell_count"], rows["zero_cells"],
        memory, limits.table, limits.of_row, state, value,
    )  # fmt: skip
    limit = (SUM_GAP, FROZEN_S, -1)
    return tuple(
        Judged(rule, state[k], value[k], np.where(state[k] > 0, limit[k], -1).astype(np.int8))
        for k, rule in enumerate(RULES)
    )


@kernel()
def _lasting(m, k, t, is_so, lasting_s):  # type: ignore[no-untyped-def]
    """NORMAL, QUALITY_MARK, or level 1 when it has lasted."""
    if not is_so:
        m.since_s[k] = _NOT
        return 0
    if m.since_s[k] == _NOT or t - m.last_s[k] > HOLE_S:
        m.since_s[k] = t
    m.last_s[k] = t
    return 1 if t - m.since_s[k] >= lasting_s else QUALITY_MARK


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, sum_mv, total_v, current_a, speed, cells, zeros, memory, table, of_row, state, value
):  # fmt: skip
    for i in range(slot.size):
        m, limit, t = memory[slot[i]], table[of_row[i]], time_s[i]
        lasting = limit[LASTING_S]
        if sum_mv[i] == sum_mv[i] and total_v[i] > 0:
            gap = abs(sum_mv[i] / 1000 - total_v[i]) / total_v[i] * 100
            value[0, i] = gap
            state[0, i] = _lasting(m, 0, t, gap >= limit[SUM_GAP], lasting)
        if total_v[i] == total_v[i] and current_a[i] == current_a[i]:
            same = total_v[i] == m.total_v and current_a[i] == m.current_a
            if not same or t - m.time_s > HOLE_S:
                m.same_since_s = t
            if speed[i] == speed[i]:
                stood = t - m.same_since_s
                frozen = speed[i] >= MOVING_KMH and stood >= limit[FROZEN_S]
                if not same or frozen:
                    value[1, i] = stood
                    state[1, i] = _lasting(m, 1, t, frozen, lasting)
            m.total_v, m.current_a, m.time_s = total_v[i], current_a[i], t
        if cells[i] > 0 or zeros[i] > 0:
            value[2, i] = zeros[i]
            state[2, i] = _lasting(m, 2, t, zeros[i] > 0, lasting)


DETECTOR = Detector(
    name="sensor",
    rules=(
        Rule("sensor.sum", "单体电压之和与总电压不符", "Sum of the cells against total voltage",
             "quality", "平台规则", "gap_pct", "%"),
        Rule("sensor.frozen", "行驶中电压电流不变", "Voltage and current stand still while driving",
             "quality", "平台规则", "stood_s", "s"),
        Rule("sensor.zero_cell", "单体电压为 0", "Cells of 0 V", "quality", "平台规则",
             "cells", ""),
    ),
    reads=("cell_sum_mv", "total_voltage_v", "total_current_a", "speed_kmh", "cell_count", "zero_cells"),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
    fresh=((_NOT,) * 3, (0,) * 3, np.nan, np.nan, 0, 0),
)  # fmt: skip

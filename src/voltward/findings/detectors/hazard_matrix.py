"""Hazards C.1, C.2, C.4 and C.5: risk matrices over the last 24 h, GB/T 45688-2025 appendix C.

A row with charge state and reading is a sample; all others are as if they had not come. At each
sample the matrix is judged over the episodes that have a sample in the window before it, as
``hazards.matrix.judged`` does with ``window_s`` and with ``last_s`` 0: how long the newest sample
stands is known when the next one comes, and is never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.hazards import items
from voltward.findings.hazards.matrix import C1, C2, C4, C5, WINDOW_S, Model
from voltward.findings.hazards.samples import CHARGING, LONGEST_STEP_S
from voltward.findings.kernel import kernel

COLUMNS: Final = 4
ENDS: Final = 8  # episodes remembered for each column, so C_k is at most 7
_WINDOW, _HOLE, _STEP = 3 * COLUMNS, 3 * COLUMNS + 1, 3 * COLUMNS + 2
MEMORY: Final = np.dtype(
    [
        ("sample_s", "u4"),  # the newest sample, 0 none: unix seconds end in 2106
        ("in_phase_s", "u4"),
        ("beyond", "u1", (COLUMNS,)),  # whether the newest sample is
        ("too_long_s", "u4", (COLUMNS,)),  # last sample of the newest episode longer than T_k
        ("stands_s", "f8", (COLUMNS,)),  # the newest episode so far
        ("worst", "f4", (COLUMNS,)),  # its worst reading
        ("ends_s", "u4", (COLUMNS, ENDS)),  # last sample of each episode, the newest first
    ]
)
_PRINTED: Final = "GB/T 45688-2025 附录 C {}（推荐值）"
_FREE: Final = "企业风险矩阵（GB/T 45688-2025 附录 C {}），默认不启用"


def _limits(
    code: str, unit: str, other: float, lfp: float, lowest: float, highest: float
) -> tuple[Limit, ...]:
    found = [
        Limit("v_1", other, unit, _PRINTED.format(code), "A", lowest, highest, {"01": lfp}),
        Limit("t_1", 0.0, "s", _PRINTED.format(code), "A", 0, WINDOW_S),
        Limit("c_1", 0.0, "次", _PRINTED.format(code), "A", 0, ENDS - 1),
    ]
    for k in range(2, COLUMNS + 1):
        source = _FREE.format(code)
        found += [
            Limit(f"v_{k}", np.nan, unit, source, "M", lowest, highest),
            Limit(f"t_{k}", np.nan, "s", source, "M", 0, WINDOW_S),
            Limit(f"c_{k}", np.nan, "次", source, "M", 0, ENDS - 1),
        ]
    return (
        *found,
        Limit("window_s", WINDOW_S, "s", "“指定时间段”无数值，取 24 h（Q16，与表 D.2 一致）", "M",
              3600, 7 * WINDOW_S),
        Limit("hole_s", LONGEST_STEP_S, "s", "工程默认值：无样本超过此时长即断开", "M", 1, 3600),
        Limit("step_s", LONGEST_STEP_S, "s", "工程默认值：一个样本最多代表的时长", "M", 1, 3600),
    )  # fmt: skip


def judge(
    rows: Rows,
    memory: NDArray[Any],
    limits: Limits,
    *,
    model: Model,
    rule: str,
    reading: str,
) -> Sequence[Judged]:
    """See ``Detector``. The value is the worst reading of the newest episode of the deciding column.

    Beside it: that column (from 1), its episodes in the window (8 means 8 or more), and how long
    its newest one lasts. A column with a missing number is not used.
    """
    size = len(rows)
    level, limit = np.full(size, -1, np.int8), np.full(size, -1, np.int8)
    value = np.full(size, np.nan, np.float32)
    beside = np.full((3, size), np.nan, np.float32)
    table = limits.table.copy()
    if model.per_unit > 1:  # whole mV against whole mV
        table[:, : 3 * COLUMNS : 3] = np.rint(table[:, : 3 * COLUMNS : 3] * model.per_unit)
    _scan(
        rows.slot, rows.time_s, rows["charging"], rows[reading], memory, table, limits.of_row,
        model.phase == CHARGING, model.below, level, limit, value, beside,
    )  # fmt: skip
    names = ("matrix_column", "episodes", "episode_s")
    by_name = dict(zip(names, beside, strict=True))
    return (Judged(rule, level, value, limit, not model.below, by_name),)


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, charging, reading, memory, table, of_row, is_charging_phase, below,
    level, limit, value, beside,
):  # fmt: skip
    for i in range(slot.size):
        state, now = charging[i], reading[i]
        m = memory[slot[i]]
        if state < 1 or state > 4 or now != now or time_s[i] <= m.sample_s:
            continue
        bounds = table[of_row[i]]
        in_phase = (state == 1 or state == 4) == is_charging_phase
        apart = time_s[i] - m.sample_s
        for k in range(4):
            bound = bounds[3 * k]
            beyond = in_phase and (now < bound if below else now > bound)
            if m.beyond[k] or beyond:
                _step(m, k, time_s[i], apart, now, beyond, below, bounds)
        m.sample_s = time_s[i]
        if in_phase:
            m.in_phase_s = time_s[i]
        since = time_s[i] - bounds[12]
        if m.in_phase_s == 0 or m.in_phase_s <= since:
            continue
        level[i] = 0
        value[i] = now if in_phase else np.nan
        for k in range(4):
            times = bounds[3 * k + 2]
            if m.ends_s[k, 0] == 0 or not (bounds[3 * k + 1] >= 0 and 0 <= times < 8):
                continue
            too_long = m.too_long_s[k] > 0 and m.too_long_s[k] > since
            at = np.int64(times)
            if bounds[3 * k] == bounds[3 * k] and (
                too_long or (m.ends_s[k, at] > 0 and m.ends_s[k, at] > since)
            ):
                number = 0
                while number < 8 and m.ends_s[k, number] > 0 and m.ends_s[k, number] > since:
                    number += 1
                level[i], limit[i], value[i] = 1, 3 * k, m.worst[k]
                beside[0, i], beside[1, i], beside[2, i] = k + 1, number, m.stands_s[k]
                break


@kernel()
def _step(m, k, now_s, apart, reading, beyond, below, bounds):  # type: ignore[no-untyped-def]
    """One column at one sample: the sample before it has stood until now; go on, begin, or end."""
    went_on = m.beyond[k] != 0
    if went_on:
        m.stands_s[k] += min(apart, bounds[14])
        if m.stands_s[k] > bounds[3 * k + 1]:
            m.too_long_s[k] = m.ends_s[k, 0]
    if beyond and went_on and apart <= bounds[13]:
        m.ends_s[k, 0] = now_s
        if m.stands_s[k] > bounds[3 * k + 1]:
            m.too_long_s[k] = now_s
        if (reading < m.worst[k]) if below else (reading > m.worst[k]):
            m.worst[k] = reading
    elif beyond:
        for j in range(7, 0, -1):
            m.ends_s[k, j] = m.ends_s[k, j - 1]
        m.ends_s[k, 0] = now_s
        m.stands_s[k] = 0.0
        m.worst[k] = reading
    m.beyond[k] = beyond


def _detector(
    rule: Rule, model: Model, reading: str, unit: str, other: float, lfp: float,
    lowest: float, highest: float,
) -> Detector:  # fmt: skip
    return Detector(
        name=rule.code,
        rules=(rule,),
        reads=("charging", reading),
        judge=partial(judge, model=model, rule=rule.code, reading=reading),
        limits=_limits(model.code, unit, other, lfp, lowest, highest),
        memory=MEMORY,
    )


# Thresholds of the text for LFP (01) and ternary cells; other chemistries take those of ternary.
DETECTORS: Final = (
    _detector(items.C1, C1, "highest_temp_c", "℃", 60.0, 65.0, -40.0, 210.0),
    _detector(items.C2, C2, "highest_cell_mv", "V", 4.4, 3.7, 0.0, 15.0),
    _detector(items.C4, C4, "highest_temp_c", "℃", 60.0, 65.0, -40.0, 210.0),
    _detector(items.C5, C5, "lowest_cell_mv", "V", 1.8, 1.5, 0.0, 15.0),
)

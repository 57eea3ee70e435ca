"""Thermal runaway: signs that are judged together, as no single one tells.

On the real car the step from 29 to 109 °C came in one row and the temperature then fell: a rule that
asks for a rise alone never fires. So each sign is remembered for a while, and two of them of different
kinds, or the vehicle's own thermal event (flag 23), make the finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.kernel import kernel

_OWN = "平台规则（依真实热失控车辆数据，待企业确认）"
_NAMES: Final = (
    "step_c", "rise_c_per_s", "rise_s", "hot_c", "cell_below_median_mv", "cell_fall_mv",
    "insulation_ohm_per_v", "insulation_fall_share", "voltage_fall_pct", "sum_gap_pct", "together_s",
    "silent_s",
)  # fmt: skip
LIMITS: Final = (
    Limit("step_c", 20.0, "℃", _OWN, "M", 1, 250),
    Limit("rise_c_per_s", 1.0, "℃/s", "GB 38031 热失控判据；工程默认值", "M", 0.1, 100),
    Limit("rise_s", 3.0, "s", "GB 38031 热失控判据；工程默认值", "M", 1, 60),
    Limit("hot_c", 60.0, "℃", _OWN, "M", 40, 210),
    Limit("cell_below_median_mv", 500.0, "mV", _OWN, "M", 50, 15_000),
    Limit("cell_fall_mv", 300.0, "mV", _OWN, "M", 50, 15_000),
    Limit("insulation_ohm_per_v", 100.0, "Ω/V", "GB/T 45688-2025 C.9", "A", 1, 1000),
    Limit("insulation_fall_share", 0.2, "", _OWN, "M", 0.01, 1),
    Limit("voltage_fall_pct", 3.0, "%", _OWN, "M", 0.5, 100),
    Limit("sum_gap_pct", 5.0, "%", _OWN, "M", 0.5, 100),
    Limit("together_s", 60.0, "s", _OWN, "M", 1, 3600),
    Limit("silent_s", 600.0, "s", _OWN, "M", 60, 1_000_000),
)
(
    STEP_C, RISE, RISE_S, HOT_C, CELL_MV, CELL_FALL_MV, INSULATION, INSULATION_SHARE, FALL_PCT,
    GAP_PCT, TOGETHER_S, SILENT_S, WORKING_V,
) = range(13)  # fmt: skip
STEADY_A: Final = 20.0  # a current that changes by more explains a fall of the voltage
THERMAL_FLAG: Final = 1 << 23
# Kinds of signs, and what one alone means with the vehicle's own flag.
TEMPERATURE, CELL, ELECTRIC, ISOLATION, OWN_FLAG = 1, 2, 4, 8, 16

MEMORY: Final = np.dtype(
    [
        ("time_s", "i8"), ("temp_c", "f4"), ("rise_from_c", "f4"), ("rise_from_s", "i8"),
        ("cell_mv", "f4"), ("insulation_kohm", "f4"), ("insulation_s", "i8"), ("total_v", "f4"),
        ("current_a", "f4"), ("seen_s", "i8", (4,)), ("is_on", "?"),
    ]
)  # fmt: skip
_NEVER: Final = -(1 << 40)
FRESH: Final = (
    _NEVER, np.nan, np.nan, 0, np.nan, np.nan, _NEVER, np.nan, np.nan, (_NEVER,) * 4, False,
)  # fmt: skip


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``. The value is how many kinds of signs stand together; ``signs`` says which
    (bits: 1 temperature, 2 cell, 4 voltages, 8 insulation, 16 the vehicle's own flag)."""
    size = len(rows)
    level, signs = np.zeros(size, np.int8), np.zeros(size, np.int32)
    count, rise = np.zeros(size, np.float32), np.full(size, np.nan, np.float32)
    _scan(
        rows.slot, rows.time_s, rows["highest_temp_c"], rows["highest_probe_c"],
        rows["lowest_cell_mv"], rows["median_cell_mv"], rows["cell_sum_mv"],
        rows["insulation_kohm"], rows["total_voltage_v"], rows["total_current_a"],
        rows["alarm_flags"], rows["has_flags"], memory, limits.table, limits.of_row,
        level, signs, count, rise,
    )  # fmt: skip
    limit = np.where(level > 0, STEP_C, -1).astype(np.int8)
    beside = {
        "signs": signs,
        "temperature_rise_c": rise,
        "highest_temp_c": rows["highest_temp_c"],
        "lowest_cell_mv": rows["lowest_cell_mv"],
        "lowest_cell": rows["lowest_cell_at"] + 1,
        "median_cell_mv": rows["median_cell_mv"],
        "insulation_kohm": rows["insulation_kohm"],
        "total_voltage_v": rows["total_voltage_v"],
    }
    return (Judged("thermal.runaway", level, count, limit, beside=beside),)


@kernel()
def _temperature(m, t, temp, limit):  # type: ignore[no-untyped-def]
    """A step between two rows, a steady rise, or hot after a silence. Keeps where a rise began."""
    apart = t - m.time_s
    if m.temp_c != m.temp_c:
        m.rise_from_c, m.rise_from_s = temp, t
        return False
    if temp <= m.temp_c or apart > 60:
        m.rise_from_c, m.rise_from_s = m.temp_c, m.time_s
        if temp <= m.temp_c:
            m.rise_from_c, m.rise_from_s = temp, t
    grown, since = temp - m.rise_from_c, t - m.rise_from_s
    if apart >= limit[SILENT_S]:
        return temp >= limit[HOT_C] and temp - m.temp_c >= limit[STEP_C]
    if temp - m.temp_c >= limit[STEP_C]:
        return True
    return since >= limit[RISE_S] and grown >= limit[RISE] * since


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, temp_c, probe_c, low_mv, median_mv, sum_mv, insulation, total_v, current_a,
    flags, has_flags, memory, table, of_row, level, signs, count, rise,
):  # fmt: skip
    for i in range(slot.size):
        m, limit, t = memory[slot[i]], table[of_row[i]], time_s[i]
        # the frame's own extreme and its probes disagree on some vehicles: the hotter one counts
        temp = temp_c[i]
        if probe_c[i] > temp or temp != temp:
            temp = probe_c[i]
        is_hot = temp >= limit[HOT_C]
        if temp == temp:
            rise[i] = temp - m.temp_c
            if _temperature(m, t, temp, limit):
                m.seen_s[0] = t
        below = median_mv[i] - low_mv[i]
        is_down = below >= limit[CELL_MV]
        if is_down and m.cell_mv - low_mv[i] >= limit[CELL_FALL_MV]:
            m.seen_s[1] = t
        total = total_v[i]
        steady = abs(current_a[i] - m.current_a) <= STEADY_A
        fall = (m.total_v - total) / m.total_v * 100
        gap = abs(sum_mv[i] / 1000 - total) / total * 100
        has_fallen = steady and fall >= limit[FALL_PCT]
        if total > 0 and (has_fallen or (is_down and gap >= limit[GAP_PCT])):
            m.seen_s[2] = t
        ohm = insulation[i]
        if ohm == ohm:
            voltage = limit[WORKING_V] if limit[WORKING_V] == limit[WORKING_V] else total
            is_low = ohm * 1000 <= limit[INSULATION] * voltage
            if is_low and ohm <= m.insulation_kohm * limit[INSULATION_SHARE]:
                m.seen_s[3] = t
        found, kinds = 0, 0
        for k in range(4):
            if t - m.seen_s[k] <= limit[TOGETHER_S]:
                found |= 1 << k
                kinds += 1
        own = has_flags[i] and flags[i] & THERMAL_FLAG
        if own:
            found |= OWN_FLAG
            kinds += 1
        begins = own or (kinds >= 2 and found & (TEMPERATURE | CELL))
        if begins:
            m.is_on = True
        elif m.is_on and not (is_hot or is_down):
            m.is_on = False
        signs[i], count[i] = found, kinds
        if m.is_on:
            level[i] = 4
        elif temp != temp and low_mv[i] != low_mv[i] and not has_flags[i]:
            level[i] = -1
        _remember(m, t, temp, low_mv[i], ohm, total, current_a[i])


@kernel()
def _remember(m, t, temp, low, ohm, total, current):  # type: ignore[no-untyped-def]
    """Of each signal the last value there was."""
    if temp == temp:
        m.temp_c = temp
    if low == low:
        m.cell_mv = low
    # what insulation fell from is the highest of the last minute: a collapse may take some rows
    is_new = m.insulation_kohm != m.insulation_kohm or t - m.insulation_s > 60
    if ohm == ohm and (is_new or ohm >= m.insulation_kohm):
        m.insulation_kohm, m.insulation_s = ohm, t
    if total == total:
        m.total_v = total
    if current == current:
        m.current_a = current
    m.time_s = t


DETECTOR = Detector(
    name="thermal.runaway",
    rules=(
        Rule("thermal.runaway", "热失控征兆（综合研判）", "Signs of thermal runaway, judged together",
             "own", "平台规则；GB 38031", "kinds_of_signs", "", clear_after_s=1800.0),
    ),
    reads=("highest_temp_c", "highest_probe_c", "lowest_cell_mv", "median_cell_mv", "cell_sum_mv",
           "insulation_kohm", "total_voltage_v", "total_current_a", "alarm_flags", "has_flags"),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
    fresh=FRESH,
    facts=("facts.max_working_voltage_v",),
)  # fmt: skip

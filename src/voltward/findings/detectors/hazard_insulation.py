"""Hazard C.9: low insulation in several frames of a day, GB/T 45688-2025 appendix C.

Judged at each frame of the discharge condition over the calendar day in Beijing so far, as
``hazards.c9.days`` does over a whole one; any five frames of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows
from voltward.findings.hazards import items
from voltward.findings.hazards.c9 import OHM_PER_V, TIMES
from voltward.findings.hazards.samples import BEIJING_S, DAY_S
from voltward.findings.kernel import kernel

LIMITS: Final = (
    Limit("ohm_per_v", OHM_PER_V, "Ω/V", "GB/T 45688-2025 附录 C C.9（推荐值，单位见 Q9）", "A",
          1, 10_000),
    Limit("times", TIMES, "次", "GB/T 45688-2025 附录 C C.9（推荐值）", "A", 1, 100_000),
    Limit("spacing_s", 0.0, "s", "工程默认值：0 为逐帧计数；10 为每 10 s 至多计一帧", "M", 0, 3600),
)  # fmt: skip
FACTS: Final = ("facts.max_working_voltage_v", "facts.rated_voltage_v")
MEMORY: Final = np.dtype(
    [
        ("frame_s", "u4"),  # the newest frame judged
        ("counted_s", "u4"),  # the newest that was counted, 0 none of the day
        ("day", "i4"),
        ("low", "u4"),
    ]
)


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``. The value is the number of low frames of the day.

    Beside it: resistance, the voltage it is compared with (highest working voltage of the battery
    type, else its rated voltage, else total voltage of the row), and Ω/V.
    """
    size = len(rows)
    level, limit = np.full(size, -1, np.int8), np.full(size, -1, np.int8)
    value = np.full(size, np.nan, np.float32)
    voltage = np.full(size, np.nan, np.float32)
    ohm = rows["insulation_kohm"]
    _scan(
        rows.slot, rows.time_s, rows["vehicle_state"], rows["charging"], ohm,
        rows["total_voltage_v"], memory, limits.table, limits.of_row, level, limit, value, voltage,
    )  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        per_volt = (ohm * np.float32(1000) / voltage).astype(np.float32)
    beside = {"insulation_kohm": ohm, "voltage_v": voltage, "ohm_per_v": per_volt}
    return (Judged(items.C9.code, level, value, limit, beside=beside),)


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, vehicle_state, charging, ohm, total, memory, table, of_row,
    level, limit, value, voltage,
):  # fmt: skip
    for i in range(slot.size):
        if vehicle_state[i] != 1 or not 2 <= charging[i] <= 3 or ohm[i] != ohm[i]:
            continue
        bounds = table[of_row[i]]
        volts = bounds[3]
        if volts != volts:
            volts = bounds[4] if bounds[4] == bounds[4] else np.float64(total[i])
        m = memory[slot[i]]
        if volts != volts or time_s[i] <= m.frame_s:
            continue
        day = (time_s[i] + BEIJING_S) // DAY_S
        if day != m.day:
            m.day, m.low, m.counted_s = day, 0, 0
        m.frame_s = time_s[i]
        # whole kΩ against tenths of a volt, in Ω·V/V: both sides are exact
        is_low = np.rint(np.float64(ohm[i])) * 10_000 <= bounds[0] * np.rint(volts * 10)
        if is_low and (m.counted_s == 0 or time_s[i] - m.counted_s >= bounds[2]):
            m.low += 1
            m.counted_s = time_s[i]
        level[i], value[i], voltage[i] = 0, m.low, volts
        if m.low >= bounds[1]:
            level[i], limit[i] = 1, 0


DETECTOR: Final = Detector(
    name=items.C9.code,
    rules=(items.C9,),
    reads=("vehicle_state", "charging", "insulation_kohm", "total_voltage_v"),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
    facts=FACTS,
)

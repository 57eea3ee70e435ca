"""Low insulation: the pack's resistance to chassis is too small for its voltage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.levels import stepped

LIMITS = (
    Limit("low_1_ohm_per_v", 500.0, "Ω/V", "工程默认值；交流电路 500 Ω/V（GB 18384）", "M"),
    Limit("low_2_ohm_per_v", 300.0, "Ω/V", "工程默认值（待企业确认）", "M"),
    Limit("low_3_ohm_per_v", 100.0, "Ω/V", "GB/T 45688-2025 C.9；GB 18384", "A"),
)
LEAST_V = 60.0  # below it a frame's total voltage says nothing about the pack's


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``; needs no memory.

    The voltage is the highest working voltage of the battery type, where that is not known the total
    voltage of the row (GB/T 45688 C.9 names none).
    """
    del memory
    of_type = limits.table[limits.of_row, len(LIMITS)]
    total = rows["total_voltage_v"]
    voltage = np.where(np.isnan(of_type), np.where(total >= LEAST_V, total, np.nan), of_type)
    ohm_per_v = rows["insulation_kohm"] * 1000.0 / voltage
    beside = {"insulation_kohm": rows["insulation_kohm"], "voltage_v": voltage.astype(np.float32)}
    return (stepped("insulation.low", ohm_per_v, limits, rises=False, beside=beside),)


DETECTOR = Detector(
    name="insulation",
    rules=(
        Rule("insulation.low", "绝缘电阻偏低", "Insulation resistance low", "own",
             "GB/T 45688-2025 C.9", "ohm_per_v", "Ω/V"),
    ),
    reads=("insulation_kohm", "total_voltage_v"),
    judge=judge,
    limits=LIMITS,
    facts=("facts.max_working_voltage_v",),
)  # fmt: skip

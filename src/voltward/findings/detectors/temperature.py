"""Battery temperature: too high, too uneven, too high to charge on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.levels import stepped

_OWN = "工程默认值（待企业确认）"
LIMITS = (
    Limit("high_1_c", 50.0, "℃", _OWN, "M", -40, 210),
    Limit("high_2_c", 55.0, "℃", _OWN, "M", -40, 210),
    Limit("high_3_c", 60.0, "℃", _OWN, "M", -40, 210),
    Limit("difference_1_c", 8.0, "℃", _OWN, "M", 0, 250),
    Limit("difference_2_c", 12.0, "℃", _OWN, "M", 0, 250),
    Limit("difference_3_c", 15.0, "℃", _OWN, "M", 0, 250),
    Limit("charging_1_c", 48.0, "℃", _OWN, "M", -40, 210),
    Limit("charging_2_c", 52.0, "℃", _OWN, "M", -40, 210),
    Limit("charging_3_c", 58.0, "℃", _OWN, "M", -40, 210),
)
CHARGING = (1, 2)  # parked, driving: GB/T 32960.3-2016 table 9


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``; needs no memory."""
    del memory
    high, low = rows["highest_temp_c"], rows["lowest_temp_c"]
    return (
        stepped("temperature.high", high, limits, first=0, beside={"lowest_temp_c": low}),
        stepped(
            "temperature.difference", high - low, limits, first=3,
            beside={"highest_temp_c": high, "lowest_temp_c": low},
        ),
        stepped(
            "temperature.charging", high, limits, first=6,
            applies=np.isin(rows["charging"], CHARGING),
            beside={"total_current_a": rows["total_current_a"]},
        ),
    )  # fmt: skip


DETECTOR = Detector(
    name="temperature",
    rules=(
        Rule("temperature.high", "电池温度过高", "Battery temperature high", "own",
             "平台规则（工程默认值）", "highest_temp_c", "℃"),
        Rule("temperature.difference", "电池温差过大", "Battery temperature uneven", "own",
             "平台规则（工程默认值）", "difference_c", "℃"),
        Rule("temperature.charging", "高温充电", "Charging while hot", "own",
             "平台规则（工程默认值）", "highest_temp_c", "℃"),
    ),
    reads=("highest_temp_c", "lowest_temp_c", "charging", "total_current_a"),
    judge=judge,
    limits=LIMITS,
)  # fmt: skip

"""What the vehicle itself reports: the general alarm flags of GB/T 32960.3, and its alarm level.

The 12 items of GB/T 45688-2025 table 1 are bits of these flags. The standard fixes the bit, the maker
the trigger; which level a fault is judged at is the maker's map (6.2.1): the limits ``level_<bit>``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.kernel import kernel

BITS: Final = 28
# bit: words, default judged level [M]; titles as GB/T 32960.3-2025 table 21 and 2016 table 18
_FLAGS: Final = (
    (0, "温度差异报警", "Temperature difference", 1),
    (1, "电池高温报警", "Battery over-temperature", 3),
    (2, "车载储能装置类型过压报警", "Pack over-voltage", 2),
    (3, "车载储能装置类型欠压报警", "Pack under-voltage", 1),
    (4, "SOC 低报警", "SOC low", 1),
    (5, "单体电池过压报警", "Cell over-voltage", 3),
    (6, "单体电池欠压报警", "Cell under-voltage", 2),
    (7, "SOC 过高报警", "SOC high", 1),
    (8, "SOC 跳变报警", "SOC jump", 1),
    (9, "可充电储能系统不匹配报警", "Pack mismatch", 2),
    (10, "电池单体一致性差报警", "Poor cell consistency", 1),
    (11, "绝缘报警", "Insulation", 3),
    (12, "DC/DC 温度报警", "DC/DC temperature", 1),
    (13, "制动系统报警", "Brake system", 3),
    (14, "DC/DC 状态报警", "DC/DC state", 1),
    (15, "驱动电机控制器温度报警", "Motor controller temperature", 2),
    (16, "高压互锁状态报警", "High-voltage interlock", 2),
    (17, "驱动电机温度报警", "Motor temperature", 2),
    (18, "车载储能装置类型过充", "Overcharge", 3),
    (19, "驱动电机超速报警", "Motor over-speed", 2),
    (20, "驱动电机过流报警", "Motor over-current", 2),
    (21, "超级电容过温报警", "Super-capacitor over-temperature", 2),
    (22, "超级电容过压报警", "Super-capacitor over-pressure", 2),
    (23, "动力蓄电池热事件报警", "Battery thermal event", 4),
    (24, "氢气泄漏异常报警", "Hydrogen leak", 3),
    (25, "氢系统压力异常报警", "Hydrogen pressure", 3),
    (26, "氢系统温度异常报警", "Hydrogen temperature", 3),
    (27, "燃料电池电堆超温报警", "Fuel-cell stack over-temperature", 3),
)
# Items of GB/T 45688-2025 table 1 in its order, by bit.
ITEMS_45688: Final = (1, 0, 5, 6, 10, 8, 17, 15, 12, 14, 11, 16)
LIMITS: Final = tuple(
    Limit(f"level_{bit}", level, "级", "企业故障等级对照（GB/T 45688-2025 6.2.1）；默认值待企业确认",
          "M", 1, 4)
    for bit, _zh, _en, level in _FLAGS
)  # fmt: skip


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``; needs no memory. A frame without an alarm item neither opens nor clears."""
    del memory
    size = len(rows)
    levels = np.empty((BITS, size), np.int8)
    rest = np.empty(size, np.int8)
    _scan(
        rows["alarm_flags"], rows["has_flags"], rows["alarm_level"], limits.table, limits.of_row,
        levels, rest,
    )  # fmt: skip
    reported = rows["alarm_level"].astype(np.float32)
    reported[rows["alarm_level"] > 4] = np.nan
    found = []
    for bit in range(BITS):
        level = levels[bit]
        limit = np.where(level > 0, bit, -1).astype(np.int8)
        found.append(Judged(f"fault.{bit}", level, reported, limit))
    none = np.full(size, -1, np.int8)
    return (*found, Judged("reported.level", rest, reported, none))


@kernel()
def _scan(flags, has_flags, reported, table, of_row, levels, rest):  # type: ignore[no-untyped-def]
    for i in range(flags.size):
        if not has_flags[i]:
            for bit in range(BITS):
                levels[bit, i] = -1
            rest[i] = -1
            continue
        for bit in range(BITS):
            levels[bit, i] = 0
        if flags[i]:
            for bit in range(BITS):
                if flags[i] >> bit & 1:
                    levels[bit, i] = np.int8(table[of_row[i], bit])
        # a level without a flag that explains it: the vehicle says that something is wrong, not what
        if reported[i] > 4:
            rest[i] = -1
        else:
            rest[i] = 0 if flags[i] else reported[i]


DETECTOR = Detector(
    name="fault",
    rules=(
        *(
            Rule(
                f"fault.{bit}", zh, en, "fault" if bit in ITEMS_45688 else "flag",
                "GB/T 45688-2025 表 1、表 A.6" if bit in ITEMS_45688 else "GB/T 32960.3 通用报警标志",
                "reported_level", "级", clear_after_s=30.0,
            )
            for bit, zh, en, _level in _FLAGS
        ),
        Rule("reported.level", "车辆上报报警等级（未标明项目）", "Alarm level reported, no flag set",
             "flag", "GB/T 32960.3 报警数据", "reported_level", "级", clear_after_s=30.0),
    ),
    reads=("alarm_flags", "has_flags", "alarm_level"),
    judge=judge,
    limits=LIMITS,
)  # fmt: skip

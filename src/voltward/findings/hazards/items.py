"""The 12 hazard items of GB/T 45688-2025 table 2, as rules."""

from __future__ import annotations

from typing import Final

from voltward.findings.detector import Rule


def _rule(
    number: int,
    title_zh: str,
    title_en: str,
    value_name: str,
    value_unit: str,
    *,
    is_event: bool = False,
) -> Rule:
    source = f"GB/T 45688-2025 表 2 第 {number} 项、附录 C C.{number}"
    return Rule(
        f"hazard.c{number}", title_zh, title_en, "hazard", source, value_name, value_unit,
        is_event=is_event,
    )  # fmt: skip


C1: Final = _rule(
    1, "动力蓄电池最高温度(充电)", "Maximum battery temperature, charging", "highest_temp_c", "℃"
)
C2: Final = _rule(
    2, "单体蓄电池最高电压(充电)", "Maximum cell voltage, charging", "highest_cell_mv", "mV"
)
C3: Final = _rule(3, "单体蓄电池电压极差(充电)", "Cell voltage spread, charging", "spread_v", "V")
C4: Final = _rule(
    4, "动力蓄电池最高温度(放电)", "Maximum battery temperature, discharging", "highest_temp_c", "℃"
)
C5: Final = _rule(
    5, "单体蓄电池最低电压(放电)", "Minimum cell voltage, discharging", "lowest_cell_mv", "mV"
)
# A trip is judged when it is over: it happens, and has no end.
C6: Final = _rule(6, "驱动电机温度", "Motor temperature", "share_pct", "%", is_event=True)
C7: Final = _rule(
    7, "驱动电机控制器温度", "Motor controller temperature", "share_pct", "%", is_event=True
)
C8: Final = _rule(8, "DC/DC温度", "DC/DC temperature", "share_pct", "%", is_event=True)
C9: Final = _rule(9, "绝缘电阻", "Insulation resistance", "low_frames", "")
C10: Final = _rule(10, "电压采样异常", "Voltage sampling abnormal", "cell_spread_mv", "mV")
# Not out of rows as they come, but of what is last known of a fleet: hazards/c11.py, hazards/c12.py.
C11: Final = _rule(11, "久置过放", "Over-discharge while standing", "days_left", "d")
C12: Final = _rule(12, "长时间聚集停放", "Long mass parking", "vehicles", "")

HAZARDS: Final = (C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12)

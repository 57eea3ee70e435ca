"""What people call a limit; one without words here goes by its key."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext_lazy

from voltward.findings.catalogue import rule_of
from voltward.monitoring.limit_keys import LEVEL_OF_FLAG
from voltward.monitoring.limit_words import rule_title
from voltward.pages.room import Text

TITLES: Final[dict[str, Text]] = {
    "thermal.runaway.step_c": gettext_lazy("相邻两帧温升"),
    "thermal.runaway.rise_c_per_s": gettext_lazy("温升速率"),
    "thermal.runaway.rise_s": gettext_lazy("温升持续时间"),
    "thermal.runaway.hot_c": gettext_lazy("高温门槛"),
    "thermal.runaway.cell_below_median_mv": gettext_lazy("单体低于中位数"),
    "thermal.runaway.cell_fall_mv": gettext_lazy("单体电压骤降"),
    "thermal.runaway.insulation_ohm_per_v": gettext_lazy("绝缘电阻下限"),
    "thermal.runaway.insulation_fall_share": gettext_lazy("绝缘电阻降至原值之比"),
    "thermal.runaway.voltage_fall_pct": gettext_lazy("总电压骤降"),
    "thermal.runaway.sum_gap_pct": gettext_lazy("单体之和与总电压之差"),
    "thermal.runaway.together_s": gettext_lazy("迹象同时出现的时间窗"),
    "thermal.runaway.silent_s": gettext_lazy("迹象后静默时间"),
    "cells.spread_1_mv": gettext_lazy("单体压差，1 级"),
    "cells.spread_2_mv": gettext_lazy("单体压差，2 级"),
    "cells.spread_3_mv": gettext_lazy("单体压差，3 级"),
    "cells.deviation_1_mv": gettext_lazy("单体偏离中位数，1 级"),
    "cells.deviation_2_mv": gettext_lazy("单体偏离中位数，2 级"),
    "cells.deviation_3_mv": gettext_lazy("单体偏离中位数，3 级"),
    "insulation.low_1_ohm_per_v": gettext_lazy("绝缘电阻，1 级"),
    "insulation.low_2_ohm_per_v": gettext_lazy("绝缘电阻，2 级"),
    "insulation.low_3_ohm_per_v": gettext_lazy("绝缘电阻，3 级"),
    "temperature.high_1_c": gettext_lazy("最高温度，1 级"),
    "temperature.high_2_c": gettext_lazy("最高温度，2 级"),
    "temperature.high_3_c": gettext_lazy("最高温度，3 级"),
    "temperature.difference_1_c": gettext_lazy("温差，1 级"),
    "temperature.difference_2_c": gettext_lazy("温差，2 级"),
    "temperature.difference_3_c": gettext_lazy("温差，3 级"),
    "temperature.charging_1_c": gettext_lazy("充电时最高温度，1 级"),
    "temperature.charging_2_c": gettext_lazy("充电时最高温度，2 级"),
    "temperature.charging_3_c": gettext_lazy("充电时最高温度，3 级"),
    "soc.jump_pct": gettext_lazy("SOC 跳变幅度"),
    "soc.within_s": gettext_lazy("SOC 跳变时间窗"),
    "sensor.sum_gap_pct": gettext_lazy("单体之和与总电压之差"),
    "sensor.frozen_s": gettext_lazy("读数不变时间"),
    "sensor.lasting_s": gettext_lazy("缺值持续时间"),
    "terminal.odometer_back_km": gettext_lazy("里程倒退"),
    "terminal.odometer_ahead_km": gettext_lazy("里程跳增"),
    "terminal.place_kmh": gettext_lazy("位置跳变折算车速"),
}
# of hazards, by the last part of the key: the same of several models
_ENDINGS: Final[dict[str, Text]] = {
    "window_s": gettext_lazy("指定时间段"),
    "hole_s": gettext_lazy("断开时长"),
    "step_s": gettext_lazy("单个样本最长代表时间"),
    "shortest_s": gettext_lazy("片段最短时长"),
    "threshold_c": gettext_lazy("温度阈值"),
    "share_pct": gettext_lazy("超温时间占比"),
    "chosen": gettext_lazy("限值方案已选定"),
}
_CELL = re.compile(r"\.([vtc])_(\d)$")
_PARTS: Final[dict[str, Text]] = {
    "v": gettext_lazy("阈值，第 %(column)s 列"),
    "t": gettext_lazy("允许持续时间，第 %(column)s 列"),
    "c": gettext_lazy("允许次数，第 %(column)s 列"),
}


def limit_title(key: str) -> str:
    """The words of a limit, else its key."""
    if key.startswith(LEVEL_OF_FLAG):
        rule = rule_of(f"fault.{key.removeprefix(LEVEL_OF_FLAG)}")
        return rule_title(rule) if rule else key
    if match := _CELL.search(key):
        return str(_PARTS[match[1]]) % {"column": match[2]}
    ending = key.rsplit(".", 1)[-1]
    return str(TITLES.get(key) or _ENDINGS.get(ending) or key)

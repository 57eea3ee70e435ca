"""Rules and the numbers they judged, as people at the desk read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voltward.columns.fields import COLUMNS
from voltward.findings.catalogue import rule_of
from voltward.monitoring.texts import DASH, title_of
from voltward.pages.templatetags.voltward import THIN_SPACE

# What a rule's code begins with, and what people call all such rules.
RISKS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("thermal", _("热失控")),
    ("temperature", _("温度")),
    ("insulation", _("绝缘")),
    ("cell", _("单体电压")),
    ("soc", _("SOC")),
    ("fault", _("故障与报警标志")),
    ("reported", _("上报等级")),
    ("hazard", _("安全隐患")),
    ("sensor", _("数据质量")),
    ("terminal", _("终端异常")),
)
# Signs of thermal runaway, by their bits (findings/detectors/thermal_runaway.py).
_SIGNS: Final[tuple[tuple[int, str | Promise], ...]] = (
    (1, _("温度")),
    (2, _("单体")),
    (4, _("总压")),
    (8, _("绝缘")),
    (16, _("车辆上报热事件")),
)
_TITLES: Final[dict[str, str | Promise]] = {
    "temperature_rise_c": _("温升"),
    "highest_temp_c": _("最高温度"),
    "lowest_temp_c": _("最低温度"),
    "difference_c": _("温差"),
    "highest_cell_mv": _("最高单体"),
    "lowest_cell_mv": _("最低单体"),
    "lowest_cell": _("最低单体编号"),
    "median_cell_mv": _("单体中位数"),
    "cell": _("单体编号"),
    "cells": _("单体数"),
    "spread_mv": _("极差"),
    "deviation_mv": _("偏差"),
    "ohm_per_v": _("绝缘电阻（每伏）"),
    "voltage_v": _("总电压"),
    "kinds_of_signs": _("征兆种类"),
    "reported_level": _("上报等级"),
    "jump_pct": _("跳变"),
    "soc_before_pct": _("此前 SOC"),
    "gap_pct": _("差值"),
    "stood_s": _("持续"),
    "moved_km": _("里程变化"),
    "kmh": _("推算车速"),
    "edition": _("协议版本"),
    "codes": _("故障码个数"),
}
_ENDINGS: Final = {
    "ohm_per_v": "Ω/V",
    "kohm": "kΩ",
    "mv": "mV",
    "kmh": "km/h",
    "km": "km",
    "pct": "%",
    "min": "min",
    "v": "V",
    "a": "A",
    "c": "℃",
    "s": "s",
}
SHOWN_NUMBERS: Final = 8
# said in words
_NO_NUMBERS: Final = frozenset({"signs", "kinds_of_signs", "code_1", "code_2", "code_3", "changed"})


def risk_of(code: str) -> str:
    """``thermal`` of ``thermal.runaway``."""
    return code.partition(".")[0]


def rule_source(code: str) -> str:
    rule = rule_of(code)
    return rule.source if rule else ""


def judged_value(code: str, values: Mapping[str, Any]) -> tuple[str, float] | None:
    """Name and number that the rule compared; of a rule not known here the first number there is."""
    rule = rule_of(code)
    if rule is not None and isinstance(values.get(rule.value_name), int | float):
        return rule.value_name, values[rule.value_name]
    return next(((name, one) for name, one in values.items() if isinstance(one, int | float)), None)


def judged_text(code: str, values: Mapping[str, Any]) -> str:
    """``80 ℃``: the number that the rule compared, with its unit; of signs judged together which."""
    if isinstance(values.get("signs"), int | float):
        return "＋".join(str(word) for bit, word in _SIGNS if int(values["signs"]) & bit) or DASH
    found = judged_value(code, values)
    return DASH if found is None else with_unit(found[1], judged_unit(code, found[0]))


def judged_unit(code: str, name: str) -> str:
    rule = rule_of(code)
    return rule.value_unit if rule and rule.value_name == name else unit_of_name(name)


def limit_text(code: str, values: Mapping[str, Any], limit: Mapping[str, Any]) -> str:
    """``20 ℃``; a dash where the rule compares with none, or one sign of several with its own."""
    found, number = judged_value(code, values), limit.get("value")
    if found is None or not isinstance(number, int | float):
        return DASH
    unit = str(limit.get("unit", ""))
    return with_unit(number, unit) if unit == judged_unit(code, found[0]) else DASH


def numbers_of(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was judged, as names and numbers with units."""
    known = [(name, one) for name, one in values.items() if name not in _NO_NUMBERS]
    return [
        (value_title(name), with_unit(number, unit_of_name(name)))
        for name, number in known[:SHOWN_NUMBERS]
        if isinstance(number, int | float)
    ]


def value_title(name: str) -> str:
    """What a number is called; that of its column where it is one."""
    if name in _TITLES:
        return str(_TITLES[name])
    return title_of(name) if name in COLUMNS else name


def unit_of_name(name: str) -> str:
    """The unit a name ends in, ``℃`` of ``temperature_rise_c``; empty: it has none."""
    return next((unit for end, unit in _ENDINGS.items() if f"_{name}".endswith(f"_{end}")), "")


def with_unit(number: float, unit: str) -> str:
    text = f"{number:,.3f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"
    return f"{text}{THIN_SPACE}{unit}" if unit else text


def numbers_text(values: Mapping[str, Any]) -> str:
    """``lowest_cell_v 1.995，temperature_rise_c 80``: the numbers judged on, by name."""
    return "，".join(f"{name} {_number(value)}" for name, value in sorted(values.items()))


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)

"""The watch queues in words: what each rests on, its numbers, and how a case stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.monitoring.models import WatchCase, WatchLimit
from voltward.monitoring.models.watch import (
    DENSE_PARKING,
    FREQUENT_ALARMS,
    LONG_OFFLINE,
    MODEL_SHARE,
    OVER_DISCHARGE,
    SUDDENLY_SILENT,
)
from voltward.pages.room import Cell, Text
from voltward.pages.templatetags.voltward import THIN_SPACE


@dataclass(frozen=True)
class QueueWords:
    """``rule``: by what a vehicle comes in, in a sentence or two. ``measure``: what it is ordered by."""

    slug: str
    rule: Text
    measure: Text
    prefix: str  # of the codes of its limits
    empty: Text


QUEUE_WORDS: Final[dict[str, QueueWords]] = {
    LONG_OFFLINE: QueueWords(
        "long-offline",
        gettext_lazy(
            "GB/T 45688-2025 附录 C.11 b：在用车辆离线天数超过限值（等于不算）。离线天数自最近一次收到数据起算，"
            "补发数据按采集时间计；从未上传数据的在用车辆自投入使用日起算。私人车辆与其他车辆的限值不同，用途未知按较短者。"
        ),
        gettext_lazy("离线时长"),
        "offline.",
        gettext_lazy("在用车辆的离线时长均未超过限值。超过后会自动列入，请逐辆联系并给出结论。"),
    ),
    SUDDENLY_SILENT: QueueWords(
        "suddenly-silent",
        gettext_lazy(
            "企业自有模型：已售在用车辆静默天数 > max(最短天数, 倍数 × 该车习惯间隔)。习惯间隔为静默开始前统计期内，"
            "相邻两个有数据日之间间隔的规定百分位（最近秩法）；有数据日不足时不判。"
        ),
        gettext_lazy("静默时长 / 习惯上限"),
        "silent.",
        gettext_lazy("没有车辆的静默超出其自身习惯。超出后会自动列入，比长期离线更早提醒。"),
    ),
    OVER_DISCHARGE: QueueWords(
        "over-discharge",
        gettext_lazy(
            "GB/T 45688-2025 附录 C.11 a：最后 SOC ÷ 每日自放电率 ≤ 限值天数，且下电达到规定时长。"
            "不扣除已停放的天数，与原文一致；自放电率由制造商按电池类型提供，未提供时不判。"
        ),
        gettext_lazy("剩余电量可维持"),
        "standing.",
        gettext_lazy("没有久置过放风险的车辆。若电池类型尚未提供自放电率，请先在关注限值中补充。"),
    ),
    DENSE_PARKING: QueueWords(
        "dense-parking",
        gettext_lazy(
            "GB/T 45688-2025 附录 C.12：熄火、停放天数与 SOC 均超过限值的车辆，半径内同类车辆数（含自身）达到限值。"
            "距离按半正矢公式，坐标统一为 WGS-84；达到限值且相距在半径内的车辆并为一处。"
        ),
        gettext_lazy("车辆数"),
        "parking.",
        gettext_lazy("没有高电量车辆长期聚集停放。达到限值后每一处会自动列为一项。"),
    ),
    FREQUENT_ALARMS: QueueWords(
        "frequent-alarms",
        gettext_lazy(
            "企业自有模型：与同车型、同使用性质的其他在用车辆比较统计期内的告警次数（不含数据质量）。"
            "同类车的告警率按 Gamma 分布拟合（不含本车），以负二项分布的精确上尾概率检验，"
            "按 Benjamini-Hochberg 法控制误判比例；次数、同类车数量与倍数均须达到限值。"
        ),
        gettext_lazy("相对同类车"),
        "frequent.",
        gettext_lazy("没有车辆的告警明显多于同类车。出现后会自动列入。"),
    ),
    MODEL_SHARE: QueueWords(
        "model-share",
        gettext_lazy(
            "GB/T 45688-2025 附录 D 表 D.1 第 4 项、表 D.2 第 3 项：统计期内发生 3 级及以上故障（或安全隐患）的车辆数"
            "达到该车型在用车辆的规定比例（含本数），且在用车辆不少于下限。按车计数，每车一次；"
            "结论为误报或测试的告警不计，统计期内发生后已不在用的车辆仍计。"
        ),
        gettext_lazy("占在用车辆 / 限值"),
        "share.",
        gettext_lazy(
            "没有车型的故障或隐患达到批次核查的比例。达到后会自动列入，并通知质量工程师。"
        ),
    ),
}
# key of a number: its name and unit, in the order in which a page shows them
NUMBERS: Final[dict[str, tuple[Text, str]]] = {
    "offline_d": (gettext_lazy("离线时长"), "d"),
    "limit_d": (gettext_lazy("适用限值"), "d"),
    "silent_d": (gettext_lazy("静默时长"), "d"),
    "usual_d": (gettext_lazy("习惯上限"), "d"),
    "gap_d": (gettext_lazy("习惯间隔"), "d"),
    "days": (gettext_lazy("统计期内有数据日"), "d"),
    "soc_pct": (gettext_lazy("最后 SOC"), "%"),
    "self_discharge_pct_per_d": (gettext_lazy("自放电率"), "%/d"),
    "lasts_d": (gettext_lazy("剩余电量可维持"), "d"),
    "off_h": (gettext_lazy("下电时长（至少）"), "h"),
    "vehicles": (gettext_lazy("车辆数"), ""),
    "targets": (gettext_lazy("达到阈值的车辆"), ""),
    "most": (gettext_lazy("单车半径内最多"), ""),
    "longest_d": (gettext_lazy("最长停放"), "d"),
    "episodes": (gettext_lazy("告警次数"), ""),
    "used_d": (gettext_lazy("统计期内在用天数"), "d"),
    "peers": (gettext_lazy("同类车数量"), ""),
    "expected": (gettext_lazy("同类车期望次数"), ""),
    "per_1000_km": (gettext_lazy("每千公里告警次数"), ""),
    "driven_km": (gettext_lazy("统计期内行驶里程"), "km"),
    "ratio": (gettext_lazy("相对同类车（观测 / 期望）"), "×"),
    "tail": (gettext_lazy("上尾概率"), ""),
    "affected": (gettext_lazy("发生的车辆"), ""),
    "in_use": (gettext_lazy("该车型在用车辆"), ""),
    "share_pct": (gettext_lazy("占在用车辆"), "%"),
    "share_limit_pct": (gettext_lazy("核查比例"), "%"),
    "period_d": (gettext_lazy("统计期"), "d"),
    "since": (gettext_lazy("起算时间"), ""),
    "last_at": (gettext_lazy("最近数据"), ""),
}


def number_text(key: str, value: Any) -> str:
    """One number of a case with its unit; an instant as local time."""
    if value is None:
        return _("无")
    if isinstance(value, str):
        return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M")
    unit = NUMBERS[key][1]
    unit = {"d": _("天"), "h": _("小时"), "%/d": _("%/天")}.get(unit, unit)
    text = f"{value:.2e}" if key == "tail" else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{text}{THIN_SPACE}{unit}" if unit else text


def number_rows(case: WatchCase) -> list[tuple[Text, str, str]]:
    """Name, value when the case opened, value of the last round."""
    first, last = case.why.get("numbers", {}), case.now
    return [
        (title, number_text(key, first.get(key)), number_text(key, last.get(key)))
        for key, (title, _unit) in NUMBERS.items()
        if key in first or key in last
    ]


def limit_rows(case: WatchCase, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The limits that a case was judged by, as they stood then."""
    words = dict(WatchLimit.CONFIDENCES)
    return [
        {
            "title": titles.get(code, code),
            "value": _("未提供") if kept["value"] is None else f"{kept['value']:g}",
            "unit": unit_text(kept["unit"]),
            "source": kept["source"],
            "confidence": words.get(kept["confidence"], kept["confidence"]),
            "revision": kept["revision"],
        }
        for code, kept in case.why.get("limits", {}).items()
    ]


def unit_text(unit: str) -> str:
    """A unit of a limit in the reader's language; ones that are the same everywhere as they are."""
    named = {
        "天": _("天"),
        "倍": _("倍"),
        "辆": _("辆"),
        "次": _("次"),
        "小时": _("小时"),
        "%/天": _("%/天"),
    }
    return named.get(unit, unit)


def measure_text(case: WatchCase) -> str:
    """What the queue is ordered by, of the last round."""
    now = case.now
    match case.queue:
        case "long_offline":
            return number_text("offline_d", now.get("offline_d"))
        case "suddenly_silent":
            pair = (number_text(key, now.get(key)) for key in ("silent_d", "usual_d"))
            return " / ".join(pair)
        case "over_discharge":
            return number_text("lasts_d", now.get("lasts_d"))
        case "dense_parking":
            return str(case.vehicles_number)
        case "model_share":
            pair = (number_text(key, now.get(key)) for key in ("share_pct", "share_limit_pct"))
            return " / ".join(pair)
        case _:
            return number_text("ratio", now.get("ratio"))


def condition(case: WatchCase) -> Cell:
    """Whether what was found still holds."""
    if case.ended_at is None:
        return Cell(_("仍成立"), "due")
    since = timezone.localtime(case.ended_at).strftime("%Y-%m-%d %H:%M")
    return Cell(_("已消失"), "offline", since)

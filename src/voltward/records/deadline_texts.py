"""Deadline rules in words: duration, warning points, confidence; and warning points read back from text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.errors import BadInput
from voltward.records.models import DeadlineRule
from voltward.records.reckoning import Duration

_DURATIONS: Final = {
    "second": gettext_lazy("%(number)d 秒"),
    "minute": gettext_lazy("%(number)d 分钟"),
    "hour": gettext_lazy("%(number)d 小时"),
    "day": gettext_lazy("%(number)d 日"),
    "workday": gettext_lazy("%(number)d 个工作日"),
    "workday_before": gettext_lazy("之前 %(number)d 个工作日"),
    "month": gettext_lazy("%(number)d 个月"),
}
_MINUTES: Final = {"m": 1, "h": 60, "d": 1440}
_POINT: Final = re.compile(
    r"(?:(?P<share>\d{1,2})\s*%|(?P<number>\d{1,4})\s*(?P<unit>[mhd]))", re.IGNORECASE
)


def duration_text(rule: Duration) -> str:
    if rule.unit == "at_once":
        return _("立即（无数字期限）")
    if rule.unit == "yearly":
        return _("每年 %(day)s 前") % {"day": rule.month_day}
    return str(_DURATIONS[rule.unit]) % {"number": rule.amount}


def confidence_text(rule: DeadlineRule) -> str:
    return f"{rule.confidence} · {rule.get_confidence_display()}"


def point_name_text(name: str) -> str:
    """Of ``share_75``, ``before_60`` or ``late``."""
    kind, _bar, number = name.partition("_")
    if kind == "late":
        return _("到期")
    return _share(int(number)) if kind == "share" else _before(int(number))


def warnings_text(warnings: Iterable[Mapping[str, int]]) -> str:
    shown = [
        _share(one["share_pct"]) if "share_pct" in one else _before(one["before_min"])
        for one in warnings
    ]
    return "、".join(shown) or "—"


def warnings_written(warnings: Iterable[Mapping[str, int]]) -> str:
    """As ``warnings_read`` takes it: ``50%, 75%, 60m``."""
    return ", ".join(
        f"{one['share_pct']}%" if "share_pct" in one else _shortest(one["before_min"])
        for one in warnings
    )


def warnings_read(text: str) -> tuple[dict[str, int], ...]:
    """
    Raises:
        BadInput: something that is neither a share (75%) nor a time before the end (30m, 2h, 1d).
    """
    read = []
    for part in re.split(r"[,，、;；\s]+", text.strip()):
        if not part:
            continue
        match = _POINT.fullmatch(part)
        if match is None:
            raise BadInput(f"warnings: {part!r}; e.g. 50%, 75%, 60m, 2h, 1d")
        if match["share"]:
            read.append({"share_pct": int(match["share"])})
        else:
            read.append({"before_min": int(match["number"]) * _MINUTES[match["unit"].lower()]})
    return tuple(read)


def _share(share_pct: int) -> str:
    return _("时间过 %(share)d%%") % {"share": share_pct}


def _before(minutes: int) -> str:
    if minutes % 1440 == 0:
        return _("到期前 %(number)d 天") % {"number": minutes // 1440}
    if minutes % 60 == 0:
        return _("到期前 %(number)d 小时") % {"number": minutes // 60}
    return _("到期前 %(number)d 分钟") % {"number": minutes}


def _shortest(minutes: int) -> str:
    for unit in ("d", "h"):
        if minutes % _MINUTES[unit] == 0:
            return f"{minutes // _MINUTES[unit]}{unit}"
    return f"{minutes}m"

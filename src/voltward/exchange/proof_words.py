"""Outcomes of uploads, flags of answers and reasons without an outcome, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.frames import words
from voltward.frames.editions import answer_name
from voltward.frames.grammar import Edition
from voltward.monitoring.texts import here
from voltward.pages.room import Text
from voltward.uplink import why as reasons
from voltward.uplink.proof_queries import CODES
from voltward.uplink.why import Why

OUTCOME_TITLES: Final[dict[str, Text]] = {
    "accepted": gettext_lazy("已接受"),
    "refused": gettext_lazy("被拒绝"),
    "unanswered": gettext_lazy("无应答"),
    "not_expressible": gettext_lazy("对方版本无法表达"),
    "left_out": gettext_lazy("按策略不传"),
    "expired": gettext_lazy("超过补发期限"),
    "unreadable": gettext_lazy("无法读取"),
    "open": gettext_lazy("未完成"),
}
_DOTS: Final = {"accepted": "proved", "open": "due", "left_out": "offline", "unanswered": "stale"}
_NAMES: Final = {code: name for name, code in CODES.items()}


ANSWERED_IN: Final = 2025  # messages of GB/T 45688 are answered with the flags of this edition


def outcome_name(code: int) -> str:
    return _NAMES.get(code, "open")


def outcome_title(code: int) -> str:
    return str(OUTCOME_TITLES[outcome_name(code)])


def outcome_dot(code: int) -> str:
    """The shape and colour of an outcome: ``vw-dot-<name>``."""
    return _DOTS.get(outcome_name(code), "late")


def flag_text(edition: int, flag: int) -> str:
    """The flag of an answer as its platform's edition names it; empty: none came."""
    if not flag:
        return ""
    name = answer_name(Edition(edition), flag)
    return f"0x{flag:02X} {here(words.answer(name))}"


def why_text(why: Why) -> str:
    """Why a frame has no outcome, as a sentence."""
    since = _local(why.since_s)
    said = _("（%(text)s）") % {"text": why.text} if why.text else ""
    values: dict[str, object] = {"since": since, "count": why.count, "said": said}
    return _SENTENCES[why.code](values)


def _local(seconds: float | None) -> str:
    if not seconds:
        return "—"
    return timezone.localtime(datetime.fromtimestamp(seconds, UTC)).strftime("%Y-%m-%d %H:%M:%S")


_SENTENCES: Final[dict[str, Callable[[dict[str, object]], str]]] = {
    reasons.NOT_ON_LINK: lambda _values: _("该车不在此链路的车辆范围内。"),
    reasons.BEFORE_LINK: lambda v: _("此帧在链路启用（%(since)s）之前收到，不在上传范围内。") % v,
    reasons.NO_WORD: lambda v: _("上传进程没有报告此链路的状态，最近一次报告：%(since)s。") % v,
    reasons.PAUSED: lambda v: _("链路自 %(since)s 起暂停%(said)s，恢复后补发。") % v,
    reasons.OFF: lambda v: _("链路自 %(since)s 起关闭%(said)s。") % v,
    reasons.DOWN: lambda v: (
        _("链路自 %(since)s 起未登入对方平台%(said)s，恢复后补发；等待补发 %(count)d 帧。") % v
    ),
    reasons.DUE: lambda v: (
        _("等待补发：共 %(count)d 帧，最早的采集于 %(since)s，空闲时按采集顺序发送。") % v
    ),
    reasons.HELD: lambda v: (
        _("对方平台持续拒绝 %(count)d 辆车的数据，这些车的帧保留待补发；此车可能是其中之一。") % v
    ),
    reasons.IN_FLIGHT: lambda v: _("已发送或即将发送，等待应答（在途 %(count)d 帧）。") % v,
    reasons.NEXT: lambda _values: _("链路正常，尚未轮到此帧或结果尚未入库；请稍后刷新。"),
}

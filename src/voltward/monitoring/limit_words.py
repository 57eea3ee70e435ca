"""What pages and approvals say of limits: complaints, advice on matrices, values, stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from voltward.findings.detector import Rule
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_checks import Complaint
from voltward.monitoring.limit_keys import known_limits
from voltward.monitoring.limit_matrix import Advice
from voltward.pages.room import Text

COMPLAINTS: Final[dict[str, Text]] = {
    "unknown_key": gettext_lazy("没有这个限值。"),
    "wrong_unit": gettext_lazy("单位是 %(found)s，应为 %(expected)s。"),
    "no_number": gettext_lazy("应填写数值（%(expected)s）。"),
    "out_of_range": gettext_lazy("%(found)s 超出允许范围 %(expected)s。"),
    "no_whole_number": gettext_lazy("%(found)s 不是整数。"),
    "no_confidence": gettext_lazy("可信度应为 %(expected)s 之一。"),
    "no_source": gettext_lazy("请写明来源。"),
    "too_long": gettext_lazy("过长，最多 %(expected)s 个字符。"),
    "no_yaml": gettext_lazy("不是有效的 YAML：%(found)s"),
    "no_mapping": gettext_lazy("这里应为“名称: 值”的列表。"),
    "wrong_version": gettext_lazy("文件版本 %(found)s，应为 %(expected)s。"),
    "twice": gettext_lazy("重复出现。"),
    "of_a_model": gettext_lazy("限值方案只能按车型选定。"),
    "unknown_field": gettext_lazy("不认识的字段，应为 %(expected)s 之一。"),
}
ADVICE: Final[dict[str, Text]] = {
    "incomplete": gettext_lazy("第 %(column)d 列：有阈值，但缺少持续时间或次数。"),
    "times_win": gettext_lazy(
        "第 %(column)d 列：允许持续时间大于 0 时，允许次数至少为 1，否则出现一次即判为异常。"
    ),
    "past_boundary": gettext_lazy("第 %(column)d 列：阈值超出该电池类型的安全使用边界。"),
    "same_threshold": gettext_lazy("第 %(column)d 列与第 %(other)d 列阈值相同。"),
    "time_not_shorter": gettext_lazy(
        "第 %(column)d 列比第 %(other)d 列阈值更严重，允许持续时间应更短。"
    ),
    "times_not_fewer": gettext_lazy(
        "第 %(column)d 列比第 %(other)d 列阈值更严重，允许次数应更少。"
    ),
}
STAGES: Final[dict[str, Text]] = {
    states.DRAFT: gettext_lazy("草稿"),
    states.PROPOSED: gettext_lazy("待审批"),
    states.REFUSED: gettext_lazy("未通过"),
    states.DROPPED: gettext_lazy("已作废"),
    states.PENDING: gettext_lazy("待生效"),
    states.IN_FORCE: gettext_lazy("生效中"),
    states.SUPERSEDED: gettext_lazy("已被取代"),
    states.ROLLED_BACK: gettext_lazy("已回退"),
}
DOTS: Final = {
    states.DRAFT: "stale", states.PROPOSED: "due", states.REFUSED: "refused",
    states.DROPPED: "offline", states.PENDING: "due", states.IN_FORCE: "online",
    states.SUPERSEDED: "offline", states.ROLLED_BACK: "offline",
}  # fmt: skip
KINDS: Final[dict[str, Text]] = {
    "own": gettext_lazy("平台规则"),
    "fault": gettext_lazy("故障（GB/T 45688 表 1）"),
    "flag": gettext_lazy("其他报警标志"),
    "hazard": gettext_lazy("隐患（GB/T 45688 表 2）"),
    "quality": gettext_lazy("数据质量"),
}


def complaint_said(one: Complaint) -> str:
    """What was found and what was expected, for a reader who sees where."""
    return str(COMPLAINTS[one.code]) % {"found": one.found, "expected": one.expected}


def complaint_text(one: Complaint) -> str:
    """Where, what was found, what was expected."""
    text = complaint_said(one)
    if one.line and one.key:
        where = _("第 %(line)d 行 %(key)s：%(text)s")
    elif one.line:
        where = _("第 %(line)d 行：%(text)s")
    else:
        where = _("%(key)s：%(text)s")
    return where % {"line": one.line, "key": one.key, "text": text}


def advice_text(one: Advice) -> str:
    return str(ADVICE[one.code]) % {"column": one.column, "other": one.other}


def rule_title(rule: Rule) -> str:
    return rule.title_en if get_language() == "en" else rule.title_zh


def number_text(value: float | None, unit: str = "") -> str:
    """A value as people read it; None is an unused column."""
    if value is None:
        return _("不用")
    text = f"{value:.10g}"
    return f"{text}\u2009{unit}" if unit else text


def entry_text(key: str, entry: Mapping[str, Any] | None) -> str:
    """A value of a revision with its unit; None: the wider scopes say."""
    known = known_limits().get(key)
    unit = known.limit.unit if known else ""
    return "—" if entry is None else number_text(entry["value"], unit)


def changes_shown(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Text, str]]:
    """Each key whose value or grounds differ, as it is and as it would be."""
    parts: list[tuple[Text, str]] = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        text = f"{entry_text(key, before)} → {entry_text(key, after)}"
        source = (after or {}).get("source", "")
        parts.append((key, f"{text} · {source}" if source else text))
    return parts

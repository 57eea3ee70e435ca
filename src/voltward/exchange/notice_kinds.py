"""The kinds of notices of this room: links down or behind, hazards a platform found, reports by hand."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from voltward.records.notice_kinds import NoticeKind, Value, register

_AT = Value("2026-03-15T00:30:05+00:00", True)
_PLATFORM = Value("国家平台", True)

LINK_DOWN = register(
    NoticeKind(
        "link_down",
        _("平台对接中断"),
        {"platform": _PLATFORM, "since_at": _AT, "error": Value("connection refused", True)},
        severity=2,
        window=timedelta(0),
    )
)
LINK_BACKLOG = register(
    NoticeKind(
        "link_backlog",
        _("平台对接积压"),
        {"platform": _PLATFORM, "span": Value("24 h", True), "due": Value("120000", True),
         "oldest_at": _AT},
        severity=2,
        window=timedelta(0),
    )
)  # fmt: skip
MANUAL_REPORT = register(
    NoticeKind(
        "manual_report",
        _("热事件须人工报告"),
        {"platform": _PLATFORM, "vehicle": Value("LVWLINK0000000001", True), "told_at": _AT},
        severity=3,
        window=timedelta(0),
    )
)
FEEDBACK = register(
    NoticeKind(
        "hazard_feedback",
        _("平台反馈隐患"),
        {"platform": _PLATFORM, "items": Value("长时间聚集停放", True)},
        severity=2,
        window=timedelta(0),
    )
)

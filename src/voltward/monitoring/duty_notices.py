"""What the duty roster tells people: their words come with migration 0051."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from voltward.records.notice_kinds import NoticeKind, Value, register

_AT = Value("2026-03-15T00:30:05+00:00", True)
_SHIFT = Value("早班", True)
_WHO = Value("张三")

PRESENCE_CHECK = register(
    NoticeKind(
        "presence_check",
        _("查岗"),
        {"shift": _SHIFT, "answer_by_at": _AT},
        severity=2,
        window=timedelta(0),
    )
)
PRESENCE_MISSED = register(
    NoticeKind(
        "presence_missed",
        _("查岗无应答"),
        {"shift": _SHIFT, "person": _WHO, "answer_by_at": _AT},
        severity=3,
        window=timedelta(0),
    )
)
SWAP_ASKED = register(
    NoticeKind(
        "shift_swap_asked",
        _("请求换班"),
        {"shift": _SHIFT, "begins_at": _AT, "giver": _WHO, "reason": Value("家中有事")},
        severity=1,
        window=timedelta(0),
    )
)
SWAP_DECIDED = register(
    NoticeKind(
        "shift_swap_decided",
        _("换班答复"),
        {"shift": _SHIFT, "begins_at": _AT, "taker": _WHO, "decision": Value("已换班", True)},
        severity=1,
        window=timedelta(0),
    )
)
WATCHDOG_SILENT = register(
    NoticeKind(
        "watchdog_silent",
        _("看门狗停止"),
        {"since_at": _AT},
        severity=3,
        window=timedelta(minutes=30),
    )
)

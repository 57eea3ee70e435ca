"""The kinds of notices of this room: to the incident desk, and to owners (GB/T 45688-2025 Appendix D)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from voltward.records.notice_kinds import NoticeKind, Value, register

_AT: Final = Value("2026-03-15T00:30:05+00:00", True)
_RULE: Final = Value("绝缘报警", True)

ALARM_INCIDENT = register(
    NoticeKind(
        "alarm_incident",
        _("告警转事故"),
        {"rule": _RULE, "level": Value("3", True), "vehicle": Value("LVVDB11B0RE000001")},
        severity=3,
        window=timedelta(minutes=30),
    )
)
# what owners are told carries nothing that says whose vehicle it is: it leaves the house as it is
_TO_OWNERS: Final = {"rule": _RULE, "since_at": _AT}
OWNER_KINDS: Final = {
    kind.code: register(kind)
    for kind in (
        NoticeKind("owner_fault_1", _("车主：1 级故障"), _TO_OWNERS, severity=1),
        NoticeKind("owner_fault_2", _("车主：2 级故障"), _TO_OWNERS, severity=2),
        NoticeKind("owner_fault_3", _("车主：3 级故障"), _TO_OWNERS, severity=3),
        NoticeKind("owner_thermal", _("车主：热事件"), _TO_OWNERS, severity=3),
        NoticeKind("owner_hazard_1", _("车主：1 项安全隐患"), _TO_OWNERS, severity=1),
        NoticeKind("owner_hazard_2", _("车主：多项安全隐患"), _TO_OWNERS, severity=2),
    )
}

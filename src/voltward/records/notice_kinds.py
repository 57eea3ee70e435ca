"""The kinds of notices: which values each carries, and which of them may leave the house open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.pages.room import Text


@dataclass(frozen=True)
class Value:
    """``sample``: for the preview. ``is_open``: leaves the house as it is; all others are masked."""

    sample: str
    is_open: bool = False


@dataclass(frozen=True)
class NoticeKind:
    """``values``: all names, each of which a notice must bring and a template may use.

    ``adds``: the value that adds up when the same is told again within ``window``. ``is_security``:
    about the reader's own account: quiet hours do not hold it, nobody can switch it off, no group hears it.
    """

    code: str
    title: Text
    values: Mapping[str, Value]
    severity: int = 1
    window: timedelta = timedelta(minutes=10)
    adds: str = ""
    is_security: bool = False


KINDS: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> NoticeKind:
    """Make a kind known; its templates in both languages come by a migration of its room."""
    KINDS[kind.code] = kind
    return kind


def kind_of(code: str) -> NoticeKind:
    """
    Raises:
        BadInput: nobody registered that kind.
    """
    if code not in KINDS:
        raise BadInput(f"kind: {code}; known are {', '.join(KINDS)}")
    return KINDS[code]


def is_security(code: str) -> bool:
    """Whether notices of this kind are about the reader's own account."""
    return code in KINDS and KINDS[code].is_security


def values_checked(kind: NoticeKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as they are kept.

    Raises:
        BadInput: a name is missing or not of this kind.
    """
    if set(values) != set(kind.values):
        found, expected = ", ".join(sorted(values)), ", ".join(sorted(kind.values))
        raise BadInput(f"values of {kind.code}: {found or 'none'}; expected {expected}")
    return dict(values)


_INSTANT: Final = "2026-03-15T00:30:05+00:00"
_SUBJECT: Final = Value("LVVDB11B0RE000001")
_AT: Final = Value(_INSTANT, True)
_LOGIN: Final = Value("operator")
_FILE: Final = Value("vehicles.xlsx")  # people name their files, also after people
_LIST: Final = Value("车辆列表", True)
_ROWS: Final = Value("1200", True)

CLOCK_WARNING = register(
    NoticeKind(
        "clock_warning",
        _("时限将到"),
        {"clock": Value("向省级主管部门报告", True), "subject": _SUBJECT,
         "due_at": Value(_INSTANT, True)},
        severity=2,
    )
)  # fmt: skip
CLOCK_LATE = register(
    NoticeKind(
        "clock_late",
        _("时限已超"),
        {"clock": Value("向省级主管部门报告", True), "subject": _SUBJECT,
         "due_at": Value(_INSTANT, True)},
        severity=3,
    )
)  # fmt: skip
APPROVAL_WAITING = register(
    NoticeKind(
        "approval_waiting",
        _("待审批"),
        {"matter": Value("保存期限修改", True), "title": Value("报警记录保存 10 年"),
         "asked_by": Value("王小明")},
    )
)  # fmt: skip
APPROVAL_DECIDED = register(
    NoticeKind(
        "approval_decided",
        _("审批结果"),
        {"matter": Value("保存期限修改", True), "title": Value("报警记录保存 10 年"),
         "decision": Value("已同意", True), "decided_by": Value("李小红")},
    )
)  # fmt: skip
ALARM = register(
    NoticeKind(
        "alarm",
        _("告警"),
        {"rule": Value("单体电压突降", True), "level": Value("3", True), "vehicle": _SUBJECT,
         "since_at": Value(_INSTANT, True)},
        severity=3,
        window=timedelta(minutes=30),
    )
)  # fmt: skip
PASSWORD_CHANGED = register(
    NoticeKind(
        "password_changed",
        _("密码已修改"),
        {"login": _LOGIN, "at": _AT},
        severity=2,
        window=timedelta(0),
        is_security=True,
    )
)
FACTOR_ADDED = register(
    NoticeKind(
        "factor_added",
        _("第二因素已添加"),
        {"login": _LOGIN, "factor": Value("动态口令", True), "at": _AT},
        severity=2,
        window=timedelta(0),
        is_security=True,
    )
)
FACTOR_REMOVED = register(
    NoticeKind(
        "factor_removed",
        _("第二因素已移除"),
        {"login": _LOGIN, "factor": Value("动态口令", True), "at": _AT},
        severity=2,
        window=timedelta(0),
        is_security=True,
    )
)
NEW_LOGIN_PLACE = register(
    NoticeKind(
        "new_login_place",
        _("新的登录地点或设备"),
        {"login": _LOGIN, "what": Value("新的地点", True), "address": Value("192.0.2.7"),
         "device": Value("Mozilla/5.0 (X11; Linux x86_64)"), "at": _AT},
        severity=2,
        window=timedelta(hours=1),
        is_security=True,
    )
)  # fmt: skip
IMPORT_FINISHED = register(
    NoticeKind(
        "import_finished",
        _("导入完成"),
        {"file": _FILE, "rows": _ROWS, "failed": Value("3", True)},
        severity=0,
    )
)
IMPORT_FAILED = register(
    NoticeKind(
        "import_failed",
        _("导入失败"),
        {"file": _FILE, "step": Value("检查", True), "reason": Value("文件为空。")},
    )
)
IMPORT_UNDONE = register(
    NoticeKind(
        "import_undone",
        _("导入已撤销"),
        {"file": _FILE, "rows": _ROWS, "kept": Value("3", True)},
        severity=0,
    )
)
EXPORT_READY = register(
    NoticeKind(
        "export_ready",
        _("导出就绪"),
        {"list": _LIST, "rows": _ROWS, "until_at": _AT},
        severity=0,
    )
)
EXPORT_FAILED = register(
    NoticeKind("export_failed", _("导出未完成"), {"list": _LIST, "reason": Value("生成失败", True)})
)
EXPORT_EXPIRED = register(
    NoticeKind("export_expired", _("导出已过期"), {"list": _LIST, "until_at": _AT}, severity=0)
)
LIST_NEWS = register(
    NoticeKind(
        "list_news",
        _("订阅的列表有更新"),
        {"filter": Value("三级告警未处置"), "list": _LIST, "count": Value("5", True)},
        severity=0,
        window=timedelta(hours=1),
        adds="count",
    )
)
ROW_FORGED = register(
    NoticeKind(
        "row_forged",
        _("权限数据被改动"),
        {"row": Value("Assignment:17", True), "login": Value("operator"),
         "at": Value(_INSTANT, True)},
        severity=3,
        window=timedelta(days=1),
    )
)  # fmt: skip
CHANNEL_TEST = register(
    NoticeKind(
        "channel_test",
        _("渠道测试"),
        {"channel": Value("值班群", True), "at": Value(_INSTANT, True)},
        window=timedelta(0),
    )
)

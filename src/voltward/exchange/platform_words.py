"""What pages and approvals say of platforms: settings, revisions, how a link stands, spans of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from voltward.exchange import platform_states as states
from voltward.exchange.link_status import UP, LinkStatus
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.models.platforms import VEHICLE
from voltward.exchange.platform_cover_words import cover_lines
from voltward.exchange.platform_links import SETTINGS, fingerprints
from voltward.frames import y2016, y2025
from voltward.frames.words.codes import INFO_TYPES, UNKNOWN
from voltward.pages.room import Cell, Text

STAGES: Final[dict[str, Text]] = {
    states.DRAFT: gettext_lazy("草稿"),
    states.PROPOSED: gettext_lazy("待审批"),
    states.REFUSED: gettext_lazy("未通过"),
    states.DROPPED: gettext_lazy("已作废"),
    states.IN_FORCE: gettext_lazy("生效中"),
    states.SUPERSEDED: gettext_lazy("已被取代"),
}
DOTS: Final = {
    states.DRAFT: "stale", states.PROPOSED: "due", states.REFUSED: "refused",
    states.DROPPED: "offline", states.IN_FORCE: "online", states.SUPERSEDED: "offline",
}  # fmt: skip
_LINK: Final[dict[str, Text]] = {
    "off": gettext_lazy("未启动"),
    "paused": gettext_lazy("正在恢复"),
    "connecting": gettext_lazy("正在连接"),
    "logging_in": gettext_lazy("正在登入"),
    UP: gettext_lazy("正常"),
    "waiting": gettext_lazy("等待重试"),
}
_TYPES: Final = {2016: y2016.TYPES, 2025: y2025.TYPES}


def link_cell(platform: PublicPlatform, status: LinkStatus | None, now_s: float) -> Cell:
    """How a link stands, in a word."""
    if platform.state == states.DRAFT:
        return Cell(_("草稿，未启用"), "stale")
    if platform.state == states.RETIRED:
        return Cell(_("已停用"), "offline")
    if platform.is_paused:
        is_out = status is None or status.is_silent(now_s) or status.state == "paused"
        return Cell(_("已暂停") if is_out else _("正在暂停"), "due")
    if status is None or status.is_silent(now_s):
        return Cell(_("上传进程未运行"), "late")
    text = _LINK.get(status.state, status.state)
    return Cell(text, "online" if status.state == UP else "late")


def span_text(span_s: float) -> str:
    """A span in its largest two units, as people say it."""
    whole = int(span_s)
    if whole < 60:
        return _("%(number)d 秒") % {"number": whole}
    if whole < 3600:
        return _("%(number)d 分钟") % {"number": whole // 60}
    if whole < 86_400:
        return _("%(hours)d 小时 %(minutes)d 分钟") % {
            "hours": whole // 3600, "minutes": whole % 3600 // 60,
        }  # fmt: skip
    return _("%(days)d 天 %(hours)d 小时") % {
        "days": whole // 86_400, "hours": whole % 86_400 // 3600,
    }  # fmt: skip


def instant(unix_s: float) -> datetime | None:
    """None for 0, which says that there is none."""
    return datetime.fromtimestamp(unix_s, UTC) if unix_s else None


def type_title(edition: int, code: int) -> str:
    """An information type of an edition by name."""
    name = next((one.name for one in _TYPES[edition] if one.code == code), "custom")
    phrase = INFO_TYPES.get(name) or INFO_TYPES.get(f"{edition}.{name}", UNKNOWN)
    return f"{code:02X} {phrase.text(get_language() or 'zh-hans')}"


def type_choices(edition: int) -> list[tuple[int, str]]:
    return [(one.code, type_title(edition, one.code)) for one in _TYPES[edition]]


def setting_title(name: str) -> str:
    return str(PlatformRevision._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def setting_text(revision: PlatformRevision, name: str) -> str:
    """A value as people read it; of certificates the beginnings of their fingerprints."""
    value: Any = getattr(revision, name)
    if name == "ca_pem":
        return "、".join(one[:16] for one in fingerprints(value)) or "—"
    if name == "edition":
        return str(revision.get_edition_display())
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)


def password_text(revision: PlatformRevision) -> str:
    """When it was set; the password itself is shown to nobody."""
    at = revision.password_set_at
    if at is None:
        return _("未设置")
    day = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    return _("已设置（%(day)s）") % {"day": day}


def vehicles_text(revision: PlatformRevision) -> str:
    """Which vehicles go, in one sentence."""
    if revision.all_vehicles:
        return _("本企业全部车辆")
    rows = list(revision.choices.exclude(kind=VEHICLE).select_related("model"))
    parts = [f"{one.get_kind_display()}：{one}" for one in rows]
    if listed := revision.choices.filter(kind=VEHICLE).count():
        parts.append(_("指定车辆 %(number)d 辆") % {"number": listed})
    return "；".join(sorted(parts)) or _("未选择车辆")


def items_text(revision: PlatformRevision) -> str:
    """Which information types are left out, in one sentence."""
    parts = [
        " ".join(
            str(part)
            for part in (
                type_title(revision.edition, one.information_type),
                one.get_usage_class_display() if one.usage_class else _("全部使用性质"),
                f"{one.effective_from}–{one.effective_to or ''}",
            )
        )
        for one in revision.left_out.order_by("information_type", "usage_class", "effective_from")
    ]
    return "；".join(parts) or _("无")


def lines_of(revision: PlatformRevision) -> list[tuple[str, str]]:
    """Everything a revision says, as pairs of title and text."""
    settings = [(setting_title(name), setting_text(revision, name)) for name in SETTINGS]
    return [
        *settings,
        (setting_title("encryption"), str(revision.get_encryption_display())),
        *cover_lines(revision),
        (_("平台登入密码"), password_text(revision)),
        (_("车辆范围"), vehicles_text(revision)),
        (_("不报送的信息类型"), items_text(revision)),
    ]


def changes_shown(old: PlatformRevision | None, new: PlatformRevision) -> list[tuple[Text, str]]:
    """What differs, as it is and as it would be; all of it where nothing is in force yet."""
    now = lines_of(new)
    if old is None:
        return [(title, text) for title, text in now]
    was = dict(lines_of(old))
    return [
        (title, f"{was.get(title, '—')} → {text}") for title, text in now if was.get(title) != text
    ]

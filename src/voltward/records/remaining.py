"""How long is left, in words: ``剩 3 小时 12 分``, ``超时 2 天``."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from voltward.records.models import Clock


def remaining_text(due_at: datetime | None, now: datetime) -> str:
    """Never more than is left and never more than it is late: units are cut, not rounded."""
    if due_at is None:
        return _("立即办理")
    return _late(now - due_at) if now >= due_at else _left(due_at - now)


def ended_text(clock: Clock) -> str:
    """How a clock ended."""
    if clock.state == "stopped":
        return _("已终止")
    if clock.was_late and clock.due_at and clock.ended_at:
        return _("已完成，%(late)s") % {"late": _late(clock.ended_at - clock.due_at)}
    return _("按时完成")


def _left(span: timedelta) -> str:
    days, hours, minutes = _parts(span)
    values = {"days": days, "hours": hours, "minutes": minutes}
    if days:
        return _("剩 %(days)d 天 %(hours)d 小时") % values
    if hours:
        return _("剩 %(hours)d 小时 %(minutes)d 分") % values
    return _("剩 %(minutes)d 分") % values if minutes else _("剩不足 1 分")


def _late(span: timedelta) -> str:
    days, hours, minutes = _parts(span)
    values = {"days": days, "hours": hours, "minutes": minutes}
    if days:
        return _("超时 %(days)d 天") % values
    if hours:
        return _("超时 %(hours)d 小时 %(minutes)d 分") % values
    return _("超时 %(minutes)d 分") % values if minutes else _("超时不足 1 分")


def _parts(span: timedelta) -> tuple[int, int, int]:
    minutes = int(span.total_seconds()) // 60
    return minutes // 1440, minutes // 60 % 24, minutes % 60

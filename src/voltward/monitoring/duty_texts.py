"""Words of the roster that pages and lists share: hours of a shift, its day, months in addresses."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.units import BEIJING
from voltward.monitoring.models import Shift
from voltward.records import days
from voltward.records.working_time import beijing_day

ITEM_KINDS: Final = {
    "alarm": gettext_lazy("未关闭的 3 级及以上告警"),
    "snoozed": gettext_lazy("已搁置的告警"),
    "clock": gettext_lazy("进行中的时钟"),
    "watch_queue": gettext_lazy("关注队列"),
    "watch": gettext_lazy("到复查日的关注事项"),
    "watch_open": gettext_lazy("待认领的关注事项"),
}


def hours(begins_at: datetime, ends_at: datetime) -> str:
    """``08:00–16:00``; ``+1`` where it ends on the day after. Beijing time."""
    begins, ends = begins_at.astimezone(BEIJING), ends_at.astimezone(BEIJING)
    later = (ends.date() - begins.date()).days
    # midnight is the end of the day that it closes
    if later == 1 and ends.time() == time():
        return f"{begins:%H:%M}–24:00"
    return f"{begins:%H:%M}–{ends:%H:%M}" + (f" +{later}" if later else "")


def shift_title(shift: Shift) -> str:
    """Its day, name and hours."""
    return f"{beijing_day(shift.begins_at)} {shift.name} {hours(shift.begins_at, shift.ends_at)}"


def people_names(shift: Shift) -> str:
    names = [one.person.display_name for one in shift.people.all()]
    return "、".join(names) if names else _("无人")


def month_of(text: str) -> date:
    """``2026-12`` as its first day; this month where it is none."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return days.today().replace(day=1)


def months_round(month: date) -> tuple[date, date]:
    """The one before and the one after."""
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    after = date(month.year + (month.month == 12), month.month % 12 + 1, 1)
    return before, after

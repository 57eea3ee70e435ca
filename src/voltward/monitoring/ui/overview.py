"""The overview: what runs, how fast, how late, and what went wrong last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.base.clock import utc
from voltward.fleet.selectors import vehicle_counts
from voltward.monitoring import selectors
from voltward.monitoring.alarm_words import give_words, level_of
from voltward.monitoring.models.alarms import LEVELS
from voltward.monitoring.ports import ports
from voltward.monitoring.problems import problems_of, processing_problems
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.selectors.alarms import alarm_counts, alarm_worst
from voltward.monitoring.ui.availability import stage_title
from voltward.pages.access import needs, wall
from voltward.records.actors import actor_of
from voltward.records.models import Person

SILENT_S = 10  # a processor renews its status every second
LATE_S = 5.0
NAMED_ALARMS = 12
FLOWING = ("gateway", "store", "findings", "alarms")  # what the canary itself goes through


@dataclass(frozen=True)
class Figure:
    """One number of the overview; ``url`` leads to its rows. ``late``: it is a cause for worry."""

    title: str
    value: str
    unit: str = ""
    url: str = ""
    late: bool = False


@wall()
@needs("telemetry.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "monitoring/overview.html", _context(actor_of(request)))


@wall(part_of="overview")
@needs("telemetry.read")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The part that renews itself."""
    return render(request, "monitoring/figures.html", _context(actor_of(request)))


def _context(actor: Person) -> dict[str, Any]:
    context: dict[str, Any] = {"trouble": "", "problems": [], **_desk(actor)}
    try:
        of_store = _store_figures(actor)
        context["problems"] = problems_of(actor)
    except StoreAway:
        of_store = [Figure(title, "—") for title in (_("充电中"), _("行驶中"), _("报警中"))]
        context["trouble"] = _("遥测存储暂不可用：报文仍在接收并落盘，恢复后自动补齐。")
        context["problems"] = processing_problems()
    context["figures"] = _office_figures(actor) + of_store + _processor_figures() + [_watchdog()]
    return context


def _office_figures(actor: Person) -> list[Figure]:
    counts = vehicle_counts(actor)
    online = selectors.online_count(actor)
    return [
        Figure(_("车辆"), f"{sum(counts.values()):,}", _("辆"), reverse("vehicles")),
        Figure(_("在线"), f"{online:,}", _("辆"), _list_of("online")),
    ]


def _store_figures(actor: Person) -> list[Figure]:
    now = selectors.fleet_of(actor)
    return [
        Figure(_("充电中"), f"{len(now.charging):,}", _("辆"), _list_of("charging")),
        Figure(_("行驶中"), f"{len(now.driving):,}", _("辆"), _list_of("driving")),
        Figure(_("报警中"), f"{len(now.alarmed):,}", _("辆"), _list_of("alarmed")),
    ]


def _list_of(now: str) -> str:
    return f"{reverse('vehicles')}?now={now}"


def _processor_figures() -> list[Figure]:
    status = selectors.processor_status()
    if status is None or _age_s(status.updated_ns) > SILENT_S:
        stopped = _("未运行")
        return [
            Figure(_("入库速率"), "—"),
            Figure(_("处理延迟"), stopped, late=True),
            Figure(_("待处理"), "—"),
        ]
    late = status.lag_s > LATE_S
    return [
        Figure(_("入库速率"), f"{status.frames_per_s:,.1f}", _("帧/秒")),
        Figure(_("处理延迟"), f"{status.lag_s:.1f}", _("秒"), late=late),
        Figure(_("待处理"), f"{status.lag_frames:,}", _("帧"), late=late),
    ]


def _watchdog() -> Figure:
    """Seconds since the canary last came through, or which stage stands; also when all is well."""
    title, url = _("全链路自检"), reverse("availability")
    status, now_s = ports().watchdog(), datetime.now(UTC).timestamp()
    if status is None or status.is_silent(now_s):
        return Figure(title, _("未运行"), url=url, late=True)
    if status.late:
        stopped = _("停止：%(name)s") % {"name": stage_title(status.late[0].name)}
        return Figure(title, stopped, url=url, late=True)
    ages = [one.age_s for one in status.stages if one.name in FLOWING and one.age_s is not None]
    age_s = (max(ages) if ages else 0.0) + now_s - status.at_s
    return Figure(title, f"{age_s:.0f}", _("秒前"), url)


def _desk(actor: Person) -> dict[str, Any]:
    """Open alarms by level, the gravest named; nothing for who may not read alarms."""
    if "alarm.read" not in actor.grants:
        return {"may_read_alarms": False}
    counts = alarm_counts(actor)
    levels = [
        (level_of(level, str(title)), counts.get(level, 0), f"{reverse('alarms')}?level={level}")
        for level, title in reversed(LEVELS)
        if level
    ]
    worst = list(alarm_worst(actor, NAMED_ALARMS))
    give_words(actor, worst)
    return {"may_read_alarms": True, "levels": levels, "alarms": worst}


def _age_s(at_ns: int) -> float:
    return (datetime.now(UTC) - utc(at_ns)).total_seconds()

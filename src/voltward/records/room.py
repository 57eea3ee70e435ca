"""What records/ shows: the workbench, clocks, approvals, deadline rules, the calendar, the audit trail."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import HeaderPart, Job, MenuItem, Room
from voltward.records.services.clock_sweep import clock_sweep
from voltward.records.services.work_calendar import calendar_refresh
from voltward.records.task_sources import SOURCES, approvals_count, strip, workbench_count

ROOM = Room(
    name="records",
    menu=(
        MenuItem(
            _("工作台"),
            _("工作台"),
            "workbench",
            "layout-dashboard",
            "home.read",
            1,
            workbench_count,
        ),
        MenuItem(_("工作台"), _("审批"), "approvals", "check", "home.read", 2, approvals_count),
        MenuItem(_("工作台"), _("时钟"), "clocks", "clock", "clock.read", 3),
        MenuItem(_("系统管理"), _("时限规则"), "deadlines", "list-details", "clock.read", 880),
        MenuItem(_("系统管理"), _("工作日历"), "work-calendar", "calendar", "clock.read", 890),
        MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),
    ),
    headers=(HeaderPart("top", "records/clock_strip.html", "clock.read", 10, strip),),
    tasks=SOURCES,
    jobs=(
        Job("clock-sweep", 5.0, clock_sweep),
        Job("calendar-refresh", 3600.0, calendar_refresh),
    ),
    urls="voltward.records.ui.urls",
)

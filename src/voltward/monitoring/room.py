"""What monitoring/ shows: the overview, the telemetry tabs of a vehicle's page, the explainer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.monitoring.columns import (
    NOW,
    alarm_levels,
    charges,
    last_frames,
    narrow_by_now,
    online_states,
)
from voltward.monitoring.header import vehicle_header
from voltward.monitoring.jobs import JOBS
from voltward.monitoring.ui.watch_lists import LISTS as WATCH_LISTS
from voltward.monitoring.watch_room import WATCH_JOBS, WATCH_MENU, WATCH_SUBJECTS, WATCH_TASKS
from voltward.pages.room import Column, HeaderPart, ListFilter, MenuItem, Room, Tab

ROOM = Room(
    name="monitoring",
    menu=(
        MenuItem(_("运行监测"), _("运行概览"), "overview", "activity", "telemetry.read", 100),
        MenuItem(_("运行监测"), _("报文解析"), "explain", "file-text", "frame.read", 120),
        *WATCH_MENU,
    ),
    tabs=(
        Tab("vehicle", _("实时"), "vehicle-live", "telemetry.read", 10),
        Tab("vehicle", _("历史"), "vehicle-history", "telemetry.read", 20),
        Tab("vehicle", _("电芯"), "vehicle-cells", "telemetry.read", 30),
        Tab("vehicle", _("报文"), "vehicle-frames", "frame.read", 40),
        Tab("vehicle", _("数据缺口"), "vehicle-gaps", "telemetry.read", 50),
    ),
    columns=(
        Column("vehicle", _("在线"), "telemetry.read", 10, online_states),
        Column("vehicle", _("上报等级"), "telemetry.read", 20, alarm_levels),
        Column("vehicle", _("SOC"), "telemetry.read", 30, charges),
        Column("vehicle", _("最近采集"), "telemetry.read", 40, last_frames),
    ),
    filters=(ListFilter("vehicle", "now", _("当前"), NOW, "telemetry.read", 10, narrow_by_now),),
    headers=(
        HeaderPart("vehicle", "monitoring/header.html", "telemetry.read", 10, vehicle_header),
    ),
    subjects=WATCH_SUBJECTS,
    tasks=WATCH_TASKS,
    jobs=(*JOBS, *WATCH_JOBS),
    lists=tuple(WATCH_LISTS.values()),
    urls="voltward.monitoring.ui.urls",
    api_urls="voltward.monitoring.api.urls",
)

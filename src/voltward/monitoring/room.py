"""What monitoring/ shows: overview, map and wall screens, the telemetry tabs of a vehicle's page, the explainer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.monitoring.columns import (
    NOW,
    alarm_levels,
    charges,
    last_frames,
    narrow_by_hexagon,
    narrow_by_now,
    online_states,
)
from voltward.monitoring.header import vehicle_header
from voltward.monitoring.jobs import JOBS
from voltward.pages.room import Column, HeaderPart, ListFilter, MenuItem, Room, Tab

ROOM = Room(
    name="monitoring",
    menu=(
        MenuItem(_("运行监测"), _("运行概览"), "overview", "activity", "telemetry.read", 100),
        MenuItem(_("运行监测"), _("地图"), "map", "map", "telemetry.read", 106),
        MenuItem(_("运行监测"), _("大屏"), "screens", "device-desktop", "telemetry.read", 108),
        MenuItem(_("运行监测"), _("报文解析"), "explain", "file-text", "frame.read", 120),
    ),
    tabs=(
        Tab("vehicle", _("实时"), "vehicle-live", "telemetry.read", 10),
        Tab("vehicle", _("历史"), "vehicle-history", "telemetry.read", 20),
        Tab("vehicle", _("轨迹"), "vehicle-track", "telemetry.read", 25),
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
    filters=(
        ListFilter("vehicle", "now", _("当前"), NOW, "telemetry.read", 10, narrow_by_now),
        ListFilter(
            "vehicle",
            "hexagon",
            _("地图网格"),
            (),
            "telemetry.read",
            20,
            narrow_by_hexagon,
            pattern="8[2-7][0-9a-f]{13}",
        ),
    ),
    headers=(
        HeaderPart("vehicle", "monitoring/header.html", "telemetry.read", 10, vehicle_header),
    ),
    jobs=JOBS,
    urls="voltward.monitoring.ui.urls",
    api_urls="voltward.monitoring.api.urls",
)

"""What monitoring/ shows: overview, map and wall screens, the telemetry tabs of a vehicle's page, the explainer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voltward.monitoring import timeline_words
from voltward.monitoring.alarm_header import alarms_header
from voltward.monitoring.alarm_subjects import alarm_shown
from voltward.monitoring.alarm_tasks import SOURCE, find_alarms
from voltward.monitoring.columns import (
    NOW,
    alarm_levels,
    charges,
    last_frames,
    narrow_by_hexagon,
    narrow_by_now,
    online_states,
)
from voltward.monitoring.duty_tasks import duty_count, duty_tasks, duty_top
from voltward.monitoring.fault_imports import FAULT_CODES as FAULT_CODE_IMPORT
from voltward.monitoring.header import vehicle_header
from voltward.monitoring.jobs import JOBS
from voltward.monitoring.limit_subjects import SUBJECTS
from voltward.monitoring.lists import LISTS
from voltward.monitoring.selectors.alarms import alarm_unclaimed
from voltward.monitoring.services import alarms, desk_rules, dispositions
from voltward.monitoring.ui.duty_lists import LISTS as DUTY_LISTS
from voltward.monitoring.ui.fault_codes import FAULT_CODES
from voltward.monitoring.ui.watch_lists import LISTS as WATCH_LISTS
from voltward.monitoring.watch_room import WATCH_JOBS, WATCH_MENU, WATCH_SUBJECTS, WATCH_TASKS
from voltward.pages.room import (
    Column,
    HeaderPart,
    ListFilter,
    MenuItem,
    Room,
    Search,
    SubjectKind,
    Tab,
    TaskSource,
    TopPart,
)

# naming them makes their second persons known
STEPS = (alarms, desk_rules, dispositions)

IMPORT_KINDS = (FAULT_CODE_IMPORT,)  # naming them makes them known
TIMELINES = timeline_words  # likewise
ROOM = Room(
    name="monitoring",
    menu=(
        MenuItem(_("运行监测"), _("运行概览"), "overview", "activity", "telemetry.read", 100),
        MenuItem(_("运行监测"), _("规则与限值"), "rules", "adjustments", "telemetry.read", 115),
        MenuItem(_("运行监测"), _("故障码"), "fault-codes", "list-details", "telemetry.read", 116),
        MenuItem(
            _("运行监测"), _("告警中心"), "alarms", "bell", "alarm.read", 105, alarm_unclaimed
        ),
        MenuItem(_("运行监测"), _("值班负荷"), "desk-load", "gauge", "alarm.read", 112),
        MenuItem(
            _("运行监测"), _("自动处置规则"), "dispositions", "list-details", "alarm.read", 113
        ),
        MenuItem(_("运行监测"), _("车主通知"), "owner-notices", "user", "alarm.read", 114),
        MenuItem(_("系统管理"), _("事件回调"), "webhooks", "arrow-up-right", "webhook.manage", 896),
        MenuItem(_("运行监测"), _("值班"), "duty-roster", "calendar", "duty.read", 106),
        MenuItem(_("运行监测"), _("电话树"), "duty-phones", "bell", "duty.read", 107),
        MenuItem(_("运行监测"), _("平台可用性"), "availability", "server", "telemetry.read", 118),
        MenuItem(_("运行监测"), _("地图"), "map", "map", "telemetry.read", 106),
        MenuItem(_("运行监测"), _("大屏"), "screens", "device-desktop", "telemetry.read", 108),
        MenuItem(_("运行监测"), _("报文解析"), "explain", "file-text", "frame.read", 120),
        *WATCH_MENU,
    ),
    tabs=(
        Tab("vehicle", _("实时"), "vehicle-live", "telemetry.read", 10),
        Tab("vehicle", _("历史"), "vehicle-history", "telemetry.read", 20),
        Tab("vehicle", _("轨迹"), "vehicle-track", "telemetry.read", 25),
        Tab("vehicle", _("电芯"), "vehicle-cells", "telemetry.read", 30),
        Tab("vehicle", _("告警"), "vehicle-alarms", "alarm.read", 35),
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
        HeaderPart("vehicle", "monitoring/alarms_header.html", "alarm.read", 20, alarms_header),
    ),
    subjects=(
        SubjectKind("Alarm", _("告警"), "alarm.read", 110, alarm_shown),
        *SUBJECTS,
        *WATCH_SUBJECTS,
    ),
    search=(Search(_("告警"), "alarm.read", 20, find_alarms),),
    top=(TopPart("monitoring/duty/top.html", "duty.read", 3, duty_top),),
    tasks=(
        SOURCE,
        TaskSource("duty", _("值班"), "duty.work", 5, duty_tasks, duty_count),
        *WATCH_TASKS,
    ),
    jobs=(*JOBS, *WATCH_JOBS),
    lists=(*LISTS, FAULT_CODES, *DUTY_LISTS, *WATCH_LISTS.values()),
    urls="voltward.monitoring.ui.urls",
    api_urls="voltward.monitoring.api.urls",
)

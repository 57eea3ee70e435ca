"""What records/ shows and does by itself: the workbench, deadlines, the organisation, the trail."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import MenuItem, Room, TopPart
from voltward.records.jobs import JOBS
from voltward.records.task_sources import SOURCES, approvals_count, strip, workbench_count
from voltward.records.ui.inbox import bell
from voltward.records.ui.lists import LISTS

_DESK, _SYSTEM = _("工作台"), _("系统管理")

ROOM = Room(
    name="records",
    menu=(
        MenuItem(
            _DESK, _("工作台"), "workbench", "layout-dashboard", "home.read", 1, workbench_count
        ),
        MenuItem(_DESK, _("审批"), "approvals", "check", "home.read", 2, approvals_count),
        MenuItem(_DESK, _("时钟"), "clocks", "clock", "clock.read", 3),
        MenuItem(_DESK, _("任务"), "tasks", "list-details", "clock.read", 4),
        MenuItem(_("车辆"), _("批量导入"), "imports", "upload", "import.run", 205),
        MenuItem(_SYSTEM, _("组织机构"), "organisation", "building-factory", "org.manage", 870),
        MenuItem(_SYSTEM, _("人员与角色"), "people", "users", "role.assign", 872),
        MenuItem(_SYSTEM, _("账号安全"), "accounts", "lock", "account.manage", 873),
        MenuItem(_SYSTEM, _("登录会话"), "sessions", "device-desktop", "session.manage", 876),
        MenuItem(_SYSTEM, _("令牌"), "tokens", "key", "token.manage", 878),
        MenuItem(_SYSTEM, _("权限总表"), "rights", "key", "role.assign", 874),
        MenuItem(_SYSTEM, _("时限规则"), "deadlines", "list-details", "clock.read", 880),
        MenuItem(_SYSTEM, _("工作日历"), "work-calendar", "calendar", "clock.read", 890),
        MenuItem(_SYSTEM, _("大批量导出"), "exports", "download", "export.large", 891),
        MenuItem(_SYSTEM, _("保存期限"), "retention", "history", "retention.read", 892),
        MenuItem(_SYSTEM, _("法律保全"), "holds", "lock", "hold.manage", 893),
        MenuItem(_SYSTEM, _("通知管理"), "notice-deliveries", "bell", "notice.manage", 895),
        MenuItem(_SYSTEM, _("审计记录"), "audit", "shield-check", "audit.read", 900),
    ),
    top=(
        TopPart("records/clock_strip.html", "clock.read", 5, strip),
        TopPart("records/bell.html", "account.own", 10, bell),
    ),
    tasks=SOURCES,
    jobs=JOBS,
    lists=LISTS,
    urls="voltward.records.ui.urls",
    api_urls="voltward.records.api.urls",
)

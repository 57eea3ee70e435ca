"""What records/ shows: the audit trail and imports."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import Job, MenuItem, Room
from voltward.records.services.import_work import import_work

ROOM = Room(
    name="records",
    menu=(
        MenuItem(_("车辆"), _("批量导入"), "imports", "upload", "import.run", 290),
        MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),
    ),
    jobs=(Job("imports", 1.0, import_work),),
    urls="voltward.records.ui.urls",
)

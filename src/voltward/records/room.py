"""What records/ shows: the audit trail and one's own large exports."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import Job, MenuItem, Room
from voltward.records.services.exports import exports_make
from voltward.records.services.list_views import news_look
from voltward.records.ui.audit import AUDIT

ROOM = Room(
    name="records",
    menu=(
        MenuItem(_("系统管理"), _("大批量导出"), "exports", "download", "export.large", 880),
        MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),
    ),
    jobs=(
        Job("saved-filter-news", 60.0, news_look),
        Job("large-exports", 10.0, exports_make),
    ),
    lists=(AUDIT,),
    urls="voltward.records.ui.urls",
)

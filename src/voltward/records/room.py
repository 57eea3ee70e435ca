"""What records/ shows: the audit trail."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import MenuItem, Room

ROOM = Room(
    name="records",
    menu=(MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),),
    urls="voltward.records.ui.urls",
)

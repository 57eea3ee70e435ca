"""What records/ shows: the audit trail, the bell in the top bar, and who is told how; and what it does by itself."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import Job, MenuItem, Room, TopPart
from voltward.records.services.notice_escalation import notices_escalate
from voltward.records.services.notice_sending import notices_deliver
from voltward.records.ui.inbox import bell

ROOM = Room(
    name="records",
    menu=(
        MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),
        MenuItem(_("系统管理"), _("通知管理"), "notice-deliveries", "bell", "notice.manage", 950),
    ),
    top=(TopPart("records/bell.html", "account.own", 10, bell),),
    jobs=(
        Job("notices.deliver", 1.0, notices_deliver),
        Job("notices.escalate", 1.0, notices_escalate),
    ),
    urls="voltward.records.ui.urls",
)

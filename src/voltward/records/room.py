"""What records/ shows and does by itself: the audit trail, sessions, tokens; stale accounts."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import Job, MenuItem, Room
from voltward.records.services.accounts import stale_people_disabled
from voltward.records.services.sign_in import sessions_forgotten

ROOM = Room(
    name="records",
    menu=(
        MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),
        MenuItem(_("系统管理"), _("登录会话"), "sessions", "device-desktop", "session.manage", 910),
        MenuItem(_("系统管理"), _("令牌"), "tokens", "key", "token.manage", 920),
    ),
    jobs=(
        Job("records.stale_people", 3600.0, stale_people_disabled),
        Job("records.old_sessions", 86_400.0, sessions_forgotten),
    ),
    urls="voltward.records.ui.urls",
)

"""What records/ shows: the audit trail, retention and legal holds; and what it does by itself."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import MenuItem, Room
from voltward.records.jobs import JOBS

_SYSTEM = _("系统管理")

ROOM = Room(
    name="records",
    menu=(
        MenuItem(_SYSTEM, _("审计记录"), "audit", "shield-check", "audit.read", 900),
        MenuItem(_SYSTEM, _("保存期限"), "retention", "history", "retention.read", 910),
        MenuItem(_SYSTEM, _("法律保全"), "holds", "lock", "hold.manage", 920),
    ),
    jobs=JOBS,
    urls="voltward.records.ui.urls",
)

"""What records/ shows: the organisation, people and their roles, the audit trail."""

from django.utils.translation import gettext_lazy as _

from voltward.pages.room import MenuItem, Room

ROOM = Room(
    name="records",
    menu=(
        MenuItem(
            _("系统管理"), _("组织机构"), "organisation", "building-factory", "org.manage", 880
        ),
        MenuItem(_("系统管理"), _("人员与角色"), "people", "users", "role.assign", 882),
        MenuItem(_("系统管理"), _("权限总表"), "rights", "key", "role.assign", 884),
        MenuItem(_("系统管理"), _("审计记录"), "audit", "shield-check", "audit.read", 900),
    ),
    urls="voltward.records.ui.urls",
)

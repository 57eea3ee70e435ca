"""What commands to vehicles add to the room: menu, a vehicle's tab, how they are shown elsewhere."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.exchange.selectors.downlink import downlink_visible
from voltward.exchange.services import downlink, downlink_running
from voltward.pages.room import Hit, MenuItem, SubjectKind, Tab
from voltward.records.models import Person

STEPS = (downlink, downlink_running)  # naming them makes their second persons and actions known


def _command(actor: Person, key: str) -> Hit | None:
    found = downlink_visible(actor).filter(pk=key).first() if key.isdecimal() else None
    if found is None:
        return None
    return Hit(str(found), found.vehicle.vin, reverse("downlink-command", args=[found.pk]))


DOWNLINK_MENU = (
    MenuItem(
        _("监管对接"), _("下行指令"), "downlink-commands", "arrow-up-right", "downlink.read", 350
    ),
)
DOWNLINK_TABS = (Tab("vehicle", _("下行指令"), "vehicle-downlink", "downlink.read", 60),)
DOWNLINK_SUBJECTS = (SubjectKind("DownlinkCommand", _("下行指令"), "downlink.read", 220, _command),)

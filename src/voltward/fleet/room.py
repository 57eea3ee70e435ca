"""What fleet/ shows: the list of vehicles and the record tab of a vehicle's page."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet import imports, selectors
from voltward.pages.room import Hit, MenuItem, Room, Search, SubjectKind, Tab
from voltward.records.models import Person


def find_vehicles(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Vehicles by the beginning or end of the VIN, or by plate."""
    return [
        Hit(vehicle.vin, vehicle.model_name, reverse("vehicle", args=[vehicle.vin]))
        for vehicle in selectors.vehicle_matching(actor, text)[:limit]
    ]


def vehicle_shown(actor: Person, key: str) -> Hit | None:
    """The vehicle that audit rows and links name ``Vehicle:<key>``."""
    found = selectors.vehicle_visible(actor).filter(pk=key).first() if key.isdigit() else None
    if found is None:
        return None
    return Hit(found.vin, found.model_name, reverse("vehicle", args=[found.vin]))


IMPORT_KINDS = (imports.VEHICLES,)  # naming them makes them known

ROOM = Room(
    name="fleet",
    subjects=(SubjectKind("Vehicle", _("车辆"), "vehicle.read", 10, vehicle_shown),),
    menu=(MenuItem(_("车辆"), _("车辆列表"), "vehicles", "car", "vehicle.read", 200),),
    tabs=(Tab("vehicle", _("档案"), "vehicle-record", "vehicle.read", 90),),
    search=(Search(_("车辆"), "vehicle.read", 10, find_vehicles),),
    urls="voltward.fleet.ui.urls",
    api_urls="voltward.fleet.api.urls",
)

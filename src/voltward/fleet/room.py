"""What fleet/ shows: the list of vehicles and the record tab of a vehicle's page."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.fleet import selectors
from voltward.fleet.lists import VEHICLES
from voltward.pages.room import Hit, MenuItem, Room, Search, Tab
from voltward.records.models import Person


def find_vehicles(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """Vehicles by the beginning or end of the VIN, or by plate."""
    return [
        Hit(vehicle.vin, vehicle.model_name, reverse("vehicle", args=[vehicle.vin]))
        for vehicle in selectors.vehicle_matching(actor, text)[:limit]
    ]


ROOM = Room(
    name="fleet",
    menu=(MenuItem(_("车辆"), _("车辆列表"), "vehicles", "car", "vehicle.read", 200),),
    tabs=(Tab("vehicle", _("档案"), "vehicle-record", "vehicle.read", 90),),
    search=(Search(_("车辆"), "vehicle.read", 10, find_vehicles),),
    lists=(VEHICLES,),
    urls="voltward.fleet.ui.urls",
)

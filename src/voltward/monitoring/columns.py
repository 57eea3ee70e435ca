"""What monitoring/ adds to the pages of vehicles: the online state, and in the demo the fire's button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors
from voltward.monitoring.ports import ports
from voltward.pages.room import Cell
from voltward.pages.templatetags.voltward import age
from voltward.records.models import Person

STALE = timedelta(seconds=90)  # three reporting periods of 30 s (GB/T 32960.3 Annex B)


def online_states(actor: Person, records: Sequence[Vehicle]) -> Mapping[Any, Cell]:
    """A dot for each vehicle: logged in and sending, logged in and silent, or offline since when."""
    del actor
    sessions = selectors.online_vins()
    now = datetime.now(UTC)
    cells = {}
    for vehicle in records:
        last = sessions.get(vehicle.vin)
        if last is None:
            cells[vehicle.pk] = Cell(_("离线"), "offline")
        elif now - last > STALE:
            cells[vehicle.pk] = Cell(_("在线无数据"), "stale", age(now - last))
        else:
            cells[vehicle.pk] = Cell(_("在线"), "online", age(now - last))
    return cells


def fire_button(actor: Person, vehicle: Vehicle) -> dict[str, Any]:
    """Context of the header: the online state, and the button of the demo's burning car."""
    cell = online_states(actor, [vehicle])[vehicle.pk]
    found = ports()
    burns = found.fire_again is not None and vehicle.vin == found.fire_vin
    may = "replay.start" in actor.grants
    return {
        "online": cell,
        "burns": burns,
        "fire_url": reverse("vehicle-fire", args=[vehicle.vin]) if burns and may else "",
    }

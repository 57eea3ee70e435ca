"""What monitoring/ adds to the header of a vehicle's page: online state, alarm, the demo's button."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from voltward.fleet.models import Vehicle
from voltward.monitoring.columns import online_states
from voltward.monitoring.ports import ports
from voltward.records.models import Person


def vehicle_header(actor: Person, vehicle: Vehicle) -> dict[str, Any]:
    """Context of ``monitoring/header.html``."""
    found = ports()
    burns = found.fire_again is not None and vehicle.vin == found.fire_vin
    may = "replay.start" in actor.grants
    return {
        "online": online_states(actor, [vehicle])[vehicle.pk],
        "burns": burns,
        "fire_url": reverse("vehicle-fire", args=[vehicle.vin]) if burns and may else "",
    }

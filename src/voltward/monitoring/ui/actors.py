"""Who asks, and for which vehicle."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_vin
from voltward.records.actors import actor_of


def vehicle_of(request: HttpRequest, vin: str) -> Vehicle:
    """
    Raises:
        NotFound: none such, or another maker's.
    """
    return vehicle_by_vin(actor_of(request), vin)


def with_vehicle(vehicle: Vehicle, **more: Any) -> dict[str, Any]:
    return {"vehicle": vehicle, **more}

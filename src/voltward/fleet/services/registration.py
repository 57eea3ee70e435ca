"""Reckoning which vehicles lack static data for public platforms."""

from __future__ import annotations

from typing import Final

from voltward.fleet.events import StaticDataReckoned
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors.registration import (
    is_registered_abroad,
    platform_registration,
    registration_to_reckon,
    with_registration,
)
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Person
from voltward.records.selectors import installation

BATCH: Final = 500
BATCHES_PER_RUN: Final = 20


def registration_sweep() -> int:
    """Reckon what changed since the last run; returns how many vehicles that were."""
    done, actor = 0, installation()
    for _ in range(BATCHES_PER_RUN):
        if not registration_to_reckon(1):
            break
        done += _registration_reckon(actor)
    return done


@action("registration.reckon", needs="vehicle.write")
def _registration_reckon(actor: Person) -> int:
    """Locks first and reads then: whatever changes meanwhile waits, and is reckoned again."""
    waiting = Vehicle.objects.select_for_update(skip_locked=True).filter(registration_missing=None)
    locked = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    vehicles = list(with_registration(Vehicle.objects.filter(pk__in=locked)))
    for vehicle in vehicles:
        asked = is_registered_abroad(vehicle)
        vehicle.registration_missing = len(platform_registration(vehicle).missing) if asked else 0
    Vehicle.objects.bulk_update(vehicles, ["registration_missing"])
    tell(actor, StaticDataReckoned(tuple(vehicles)))
    record(actor, "registration.reckon", actor, before={}, after={"vehicles": len(vehicles)})
    return len(vehicles)

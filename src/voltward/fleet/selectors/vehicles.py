"""Every read of vehicles. Each one asks who is reading."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from voltward.base.errors import NotFound
from voltward.fleet import states
from voltward.fleet.models import RegistryGeneration, Vehicle
from voltward.records.models import Person


def vehicle_visible(actor: Person) -> QuerySet[Vehicle]:
    """The vehicles of the actor's maker, by VIN."""
    return Vehicle.objects.filter(maker=actor.maker).order_by("vin")


def vehicle_by_vin(actor: Person, vin: str) -> Vehicle:
    """One vehicle of the actor's maker.

    Raises:
        NotFound: none such, or another maker's; the two look the same.
    """
    vehicle = vehicle_visible(actor).filter(vin=vin.strip().upper()).first()
    if vehicle is None:
        raise NotFound(f"vehicle {vin}")
    return vehicle


def vehicle_locked(actor: Person, vin: str) -> Vehicle:
    """As ``vehicle_by_vin``, locked until the transaction ends."""
    rows = Vehicle.objects.select_for_update().filter(maker=actor.maker, vin=vin.strip().upper())
    vehicle = rows.first()
    if vehicle is None:
        raise NotFound(f"vehicle {vin}")
    return vehicle


def vehicle_by_ids(actor: Person, vehicle_ids: Iterable[int]) -> dict[int, Vehicle]:
    """The actor's vehicles behind the store's numbers; unknown ones are left out."""
    found = vehicle_visible(actor).filter(vehicle_id__in=list(vehicle_ids))
    return {vehicle.vehicle_id: vehicle for vehicle in found}


def vehicle_matching(actor: Person, text: str, limit: int = 50) -> list[Vehicle]:
    """Vehicles whose VIN begins or ends with ``text`` or whose plate begins with it, by VIN.

    One question per index: a single one with OR, sorted, would read every vehicle of the maker.
    """
    word = text.strip().upper()
    rows = Vehicle.objects.filter(maker=actor.maker)
    found: dict[int, Vehicle] = {}
    for narrowed in (
        rows.filter(vin__begins=word),
        rows.filter(vin_reversed__begins=word[::-1]),
        rows.filter(plate__begins=word).exclude(plate=""),
    ):
        found |= {vehicle.pk: vehicle for vehicle in narrowed[:limit]}
    return sorted(found.values(), key=lambda vehicle: vehicle.vin)[:limit]


def vehicle_counts(actor: Person) -> dict[str, int]:
    """Number of vehicles in the books (``registered``, whatever their state) and not in them."""
    rows = dict(vehicle_visible(actor).order_by().values_list("state").annotate(Count("pk")))
    outside = rows.pop(states.UNREGISTERED, 0)
    return {states.REGISTERED: sum(rows.values()), states.UNREGISTERED: outside}


def model_names(actor: Person) -> list[str]:
    """The models in use, for filters."""
    names = vehicle_visible(actor).exclude(model_name="").order_by("model_name")
    return list(names.values_list("model_name", flat=True).distinct())


def registry_generation() -> int:
    """Grows with every change of the set of vehicles, in commit order."""
    return RegistryGeneration.objects.values_list("generation", flat=True).get(pk=1)

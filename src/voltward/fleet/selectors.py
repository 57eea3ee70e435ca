"""Every read of vehicles. Each one asks who is reading."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from voltward.base.errors import NotFound
from voltward.fleet import states
from voltward.fleet.models import RegistryGeneration, Vehicle
from voltward.records.models import Person

LIKE_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


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


def vehicle_by_ids(actor: Person, vehicle_ids: Iterable[int]) -> dict[int, Vehicle]:
    """The actor's vehicles behind the store's numbers; unknown ones are left out."""
    found = vehicle_visible(actor).filter(vehicle_id__in=list(vehicle_ids))
    return {vehicle.vehicle_id: vehicle for vehicle in found}


def vehicle_matching(actor: Person, text: str) -> QuerySet[Vehicle]:
    """Vehicles whose VIN begins or ends with ``text`` or whose plate begins with it."""
    word = text.strip().upper()
    return vehicle_visible(actor).filter(
        Q(vin__startswith=word) | Q(vin__endswith=word) | Q(plate__istartswith=word)
    )


def vehicle_counts(actor: Person) -> dict[str, int]:
    """Number of vehicles by state: ``registered`` and ``unregistered``."""
    rows = vehicle_visible(actor).order_by().values_list("state").annotate(Count("pk"))
    return {states.REGISTERED: 0, states.UNREGISTERED: 0, **dict(rows)}


def model_names(actor: Person) -> list[str]:
    """The models in use, for filters."""
    names = vehicle_visible(actor).exclude(model_name="").order_by("model_name")
    return list(names.values_list("model_name", flat=True).distinct())


def registry_generation() -> int:
    """Grows with every change of the set of vehicles, in commit order."""
    return RegistryGeneration.objects.values_list("generation", flat=True).get(pk=1)

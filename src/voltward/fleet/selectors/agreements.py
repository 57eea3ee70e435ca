"""Reads of agreements: who lacks one, and what a vehicle's data may be used for."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.fleet import states
from voltward.fleet.models import Agreement, AgreementVersion, Vehicle
from voltward.fleet.models.vehicles import AGREED, NO_AGREEMENT, WITHDRAWN
from voltward.records.models import Person


def agreement_gap(actor: Person) -> QuerySet[Vehicle]:
    """Sold vehicles whose present owner never agreed, longest sold first.

    Nobody stops watching them: every sold vehicle must be monitored. A withdrawn consent is no
    gap, it is an answer. Scrapped vehicles are out.
    """
    sold = Vehicle.objects.filter(
        maker=actor.maker, sold_on__isnull=False, agreement_state=NO_AGREEMENT
    )
    return sold.exclude(state=states.SCRAPPED).order_by("sold_on", "vin")


def agreement_visible(actor: Person, vehicle: Vehicle) -> QuerySet[Agreement]:
    """All agreements of a vehicle, newest first."""
    rows = Agreement.objects.filter(vehicle=vehicle, vehicle__maker=actor.maker)
    return rows.select_related("version", "owner_period").order_by("-agreed_at", "-pk")


def agreement_versions(actor: Person) -> QuerySet[AgreementVersion]:
    return AgreementVersion.objects.filter(maker=actor.maker).order_by("-published_at", "-pk")


def agreement_now(vehicle: Vehicle) -> Agreement | None:
    """The present owner's agreement that is in force."""
    return _of_present_owner(vehicle).filter(withdrawn_at=None).order_by("-agreed_at").first()


def agreement_state_of(vehicle: Vehicle) -> str:
    """What the mark ``Vehicle.agreement_state`` must be."""
    if agreement_now(vehicle) is not None:
        return AGREED
    return WITHDRAWN if _of_present_owner(vehicle).exists() else NO_AGREEMENT


def may_use_beyond_monitoring(vehicle: Vehicle) -> bool:
    """Whether the vehicle's data may serve anything but safety monitoring.

    Only while the present owner's agreement is in force; asked of the rows, not of the mark.
    Monitoring itself never asks: it is owed for every sold vehicle.
    """
    return agreement_now(vehicle) is not None


def _of_present_owner(vehicle: Vehicle) -> QuerySet[Agreement]:
    period = vehicle.owner_periods.filter(until=None).first()
    return Agreement.objects.filter(vehicle=vehicle, owner_period=period)

"""Reads of owner periods and of who the owners are, masked unless a service opens a value."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from voltward.base.errors import NotFound
from voltward.fleet.models import OwnerIdentity, OwnerPeriod, Vehicle
from voltward.records.models import Person
from voltward.records.protection.fields import candidates, warmed


def identity_visible(actor: Person) -> QuerySet[OwnerIdentity]:
    """The identities of the actor's maker, newest period first."""
    rows = OwnerIdentity.objects.filter(maker=actor.maker)
    return rows.select_related("period__vehicle").order_by("-period__since", "-pk")


def periods_of(actor: Person, vehicle: Vehicle) -> Sequence[OwnerPeriod]:
    """All owner periods of a vehicle, newest first, their identities ready to be shown."""
    rows = OwnerPeriod.objects.filter(vehicle=vehicle, vehicle__maker=actor.maker)
    periods = list(rows.select_related("vehicle", "identity").order_by("-since"))
    warmed([period.identity for period in periods if hasattr(period, "identity")])
    return periods


def period_by_id(actor: Person, vin: str, period_id: int) -> OwnerPeriod:
    """
    Raises:
        NotFound: no such vehicle of the actor's maker, or no such period of it.
    """
    rows = OwnerPeriod.objects.filter(vehicle__maker=actor.maker, vehicle__vin=vin.strip().upper())
    period = rows.select_related("vehicle", "identity").filter(pk=period_id).first()
    if period is None:
        raise NotFound(f"owner period {period_id} of {vin}")
    return period


def identity_of(actor: Person, vin: str, period_id: int) -> OwnerIdentity:
    """
    Raises:
        NotFound: as ``period_by_id``, or nothing is on file about the owner.
    """
    period = period_by_id(actor, vin, period_id)
    found = identity_visible(actor).filter(period=period).first()
    if found is None:
        raise NotFound(f"identity of owner period {period_id}")
    return found


def identity_matching(actor: Person, field: str, text: str) -> QuerySet[OwnerIdentity]:
    """Identities whose ``phone`` or ``identity_number`` is exactly ``text``, however it is written."""
    found = candidates(OwnerIdentity, field, text)
    return identity_visible(actor).filter(**{f"{field}_index__in": found})

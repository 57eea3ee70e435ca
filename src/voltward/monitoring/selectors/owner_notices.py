"""Every read of what owners were told, and of what they do not want to be told."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import OwnerAdvice, OwnerNotice, OwnerOptOut
from voltward.records.models import Person


def owner_notice_visible(actor: Person) -> QuerySet[OwnerNotice]:
    """The messages to owners of the actor's maker, newest first."""
    rows = OwnerNotice.objects.filter(maker=actor.maker_id)
    return rows.select_related("vehicle").order_by("-created_at", "-pk")


def advice_of_vehicle(actor: Person, vehicle: Vehicle) -> QuerySet[OwnerAdvice]:
    """What the owner of a vehicle was advised, newest first, with the messages about it."""
    rows = OwnerAdvice.objects.filter(maker=actor.maker_id, vehicle=vehicle)
    named = rows.select_related("clock", "outcome_by", "alarm")
    return named.prefetch_related("notices__tries").order_by("-started_at", "-pk")


def opt_out_of(actor: Person, vehicle: Vehicle) -> OwnerOptOut | None:
    """What the owner refuses now or from a later day on; None: nothing."""
    rows = OwnerOptOut.objects.filter(maker=actor.maker_id, vehicle=vehicle, effective_to=None)
    return rows.select_related("recorded_by").first()

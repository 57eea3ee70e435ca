"""Reads of platforms, models, configurations, battery types, packs and terminals."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import Count, QuerySet

from voltward.base.errors import NotFound
from voltward.fleet.models import (
    BatteryPack,
    Configuration,
    ControllerType,
    CurrentSignProposal,
    Platform,
    SafeBoundary,
    Terminal,
    Vehicle,
    VehicleModel,
)
from voltward.records.models import Person

Row = TypeVar("Row", bound=models.Model)


def product_visible(actor: Person, kind: type[Row]) -> QuerySet[Row]:
    """The rows of the actor's maker; ``kind`` is any table of fleet/ with a maker."""
    return kind._default_manager.filter(maker=actor.maker)


def product_by_id(actor: Person, kind: type[Row], row_id: int) -> Row:
    """
    Raises:
        NotFound: none such, or another maker's; the two look the same.
    """
    return _found(product_visible(actor, kind).filter(pk=row_id).first(), kind, row_id)


def product_locked(actor: Person, kind: type[Row], row_id: int) -> Row:
    """As ``product_by_id``, locked until the transaction ends."""
    rows = product_visible(actor, kind).select_for_update().filter(pk=row_id)
    return _found(rows.first(), kind, row_id)


def _found(row: Row | None, kind: type[Row], row_id: int) -> Row:
    if row is None:
        raise NotFound(f"{kind.__name__} {row_id}")
    return row


def platform_listed(actor: Person) -> QuerySet[Platform]:
    return (
        product_visible(actor, Platform)
        .annotate(models_count=Count("vehicle_models"))
        .order_by("code")
    )


def vehicle_model_listed(actor: Person) -> QuerySet[VehicleModel]:
    return product_visible(actor, VehicleModel).select_related("platform").order_by("name")


def configuration_listed(actor: Person) -> QuerySet[Configuration]:
    rows = product_visible(actor, Configuration)
    return rows.select_related("model", "battery_type", "motor_type").order_by(
        "model__name", "name"
    )


def pack_listed(actor: Person) -> QuerySet[BatteryPack]:
    return product_visible(actor, BatteryPack).select_related("battery_type").order_by("code")


def terminal_listed(actor: Person) -> QuerySet[Terminal]:
    return product_visible(actor, Terminal).select_related("vehicle").order_by("serial")


def controller_types_matching(actor: Person, text: str, limit: int) -> list[ControllerType]:
    """Controller types whose name begins with ``text``."""
    rows = product_visible(actor, ControllerType).filter(name__begins=text.strip())
    return list(rows.order_by("name")[:limit])


def vehicle_of_configuration(actor: Person, configuration: Configuration) -> QuerySet[Vehicle]:
    return Vehicle.objects.filter(maker=actor.maker, configuration=configuration).order_by("vin")


def boundary_visible(actor: Person) -> QuerySet[SafeBoundary]:
    """All versions of all battery types, newest first."""
    rows = SafeBoundary.objects.filter(battery_type__maker=actor.maker)
    return rows.select_related("proposed_by", "approved_by").order_by("-version")


def sign_proposals(actor: Person) -> QuerySet[CurrentSignProposal]:
    rows = CurrentSignProposal.objects.filter(model__maker=actor.maker)
    return rows.select_related("proposed_by", "decided_by").order_by("-proposed_at", "-pk")

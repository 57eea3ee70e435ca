"""Reads of what vehicles are made of, both ways: from the vehicle, and from serial or batch."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from voltward.fleet.models import (
    BatteryPack,
    PackFitting,
    PartRecord,
    SafeBoundary,
    SoftwareVersion,
    Terminal,
    Vehicle,
)
from voltward.records.models import Person


def parts_of(actor: Person, vehicle: Vehicle) -> QuerySet[PartRecord]:
    rows = PartRecord.objects.filter(vehicle=vehicle, vehicle__maker=actor.maker)
    return rows.order_by("kind", "serial")


def part_visible(actor: Person) -> QuerySet[PartRecord]:
    """All parts of the actor's vehicles; millions: narrow before reading."""
    return PartRecord.objects.filter(vehicle__maker=actor.maker).select_related("vehicle")


def parts_matching(actor: Person, text: str, limit: int) -> list[PartRecord]:
    """Parts whose serial begins with ``text``."""
    word = text.strip().upper()
    return list(part_visible(actor).filter(serial__begins=word)[:limit])


def vehicles_with_batch(actor: Person, batch: str, kind: str = "") -> QuerySet[Vehicle]:
    """Vehicles that hold a part of the batch, each once, by VIN."""
    parts = PartRecord.objects.filter(batch=batch.strip().upper())
    if kind:
        parts = parts.filter(kind=kind)
    rows = Vehicle.objects.filter(maker=actor.maker, pk__in=parts.values("vehicle"))
    return rows.order_by("vin")


def fittings_of(actor: Person, vehicle: Vehicle) -> QuerySet[PackFitting]:
    rows = PackFitting.objects.filter(vehicle=vehicle, vehicle__maker=actor.maker)
    return rows.select_related("pack__battery_type").order_by("-fitted_on", "-pk")


def fittings_of_pack(actor: Person, pack: BatteryPack) -> QuerySet[PackFitting]:
    rows = PackFitting.objects.filter(pack=pack, vehicle__maker=actor.maker)
    return rows.select_related("vehicle").order_by("-fitted_on", "-pk")


def software_of(actor: Person, vehicle: Vehicle) -> QuerySet[SoftwareVersion]:
    rows = SoftwareVersion.objects.filter(vehicle=vehicle, vehicle__maker=actor.maker)
    return rows.order_by("unit", "-installed_at")


def packs_matching(actor: Person, text: str, limit: int) -> list[BatteryPack]:
    """Packs whose code begins with ``text``."""
    rows = BatteryPack.objects.filter(maker=actor.maker, code__begins=text.strip().upper())
    return list(rows[:limit])


def terminals_matching(actor: Person, text: str, limit: int) -> list[Terminal]:
    """Terminals whose ICCID begins with ``text``."""
    word = text.strip().upper()
    rows = Terminal.objects.filter(maker=actor.maker, iccid__begins=word).exclude(iccid="")
    return list(rows.select_related("vehicle")[:limit])


def boundary_on(battery_type_id: int, day: date) -> SafeBoundary | None:
    """The safe-use boundary in force on a day: the newest approved version that has begun."""
    rows = SafeBoundary.objects.filter(
        Q(valid_from__lte=day), battery_type=battery_type_id, state="approved"
    )
    return rows.order_by("-valid_from", "-version").first()

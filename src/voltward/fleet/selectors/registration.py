"""Static data that public platforms want of a vehicle (GB/T 32960.3 annex A.2), and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from django.db.models import Prefetch, QuerySet

from voltward.fleet import states
from voltward.fleet.models import (
    BatteryType,
    Configuration,
    MotorType,
    PackFitting,
    PartRecord,
    Terminal,
    Vehicle,
    VehicleModel,
)
from voltward.records.models import Person

EDITION_2025: Final = "2025"
_FUEL_DRIVES: Final = ("phev", "erev")
_FUEL: Final = frozenset(
    {"engine_serials", "fuel_type", "fuel_grade", "engine_power_kw", "engine_torque_nm"}
)
_ONLY_2025: Final = frozenset(
    {"configuration_name", "drive", "range_method", "rated_voltage_v", "total_voltage_method",
     "is_swappable", "has_range_extender", "chip_id", "algorithm", "public_key", "produced_on"}
)  # fmt: skip
_CONFIGURED: Final = (
    "protocol_edition", "total_voltage_method", "is_swappable", "has_range_extender", "fuel_type",
    "fuel_grade", "engine_power_kw", "engine_torque_nm", "fuel_cell_details",
)  # fmt: skip
_MODELLED: Final = (
    "drive", "motor_layout", "top_speed_kmh", "electric_range_km", "range_method", "gear_ratios",
    "alarm_thresholds",
)  # fmt: skip
_OF_MOTOR: Final = (
    "cooling", "rated_voltage_v", "max_current_a", "peak_power_kw", "peak_speed_rpm", "peak_torque_nm",
)  # fmt: skip


@dataclass(frozen=True)
class PlatformRegistration:
    """One vehicle as it is registered. None and empty mean: not known.

    ``missing``: names of the fields that its edition and drive ask for and that are not known.
    """

    vin: str
    iccid: str
    model: str
    motor_layout: str
    top_speed_kmh: float | None
    electric_range_km: float | None
    gear_ratios: str
    alarm_thresholds: str
    # storage
    pack_codes: tuple[str, ...]
    chemistry: str
    energy_kwh: float | None
    battery_cooling: str
    # motor
    motor_model: str
    motor_serials: tuple[str, ...]
    motor_cooling: str
    motor_rated_voltage_v: float | None
    motor_max_current_a: float | None
    motor_peak_power_kw: float | None
    motor_peak_speed_rpm: float | None
    motor_peak_torque_nm: float | None
    # fuel, of hybrids only
    engine_serials: tuple[str, ...]
    fuel_type: str
    fuel_grade: str
    engine_power_kw: float | None
    engine_torque_nm: float | None
    # since the edition of 2025
    configuration_name: str
    protocol_edition: str
    drive: str
    range_method: str
    rated_voltage_v: float | None
    total_voltage_method: str
    is_swappable: bool | None
    has_range_extender: bool | None
    fuel_cell_details: str
    chip_id: str
    algorithm: str
    public_key: str
    produced_on: date | None
    missing: tuple[str, ...] = ()


def registration_rows(actor: Person) -> QuerySet[Vehicle]:
    """The actor's vehicles with everything that registering them reads, in a few questions."""
    return with_registration(Vehicle.objects.filter(maker=actor.maker).order_by("vin"))


def with_registration(rows: QuerySet[Vehicle]) -> QuerySet[Vehicle]:
    serials = PartRecord.objects.filter(kind__in=("motor", "engine")).order_by("kind", "serial")
    fitted = (
        PackFitting.objects.filter(removed_on=None).select_related("pack").order_by("pack__code")
    )
    return rows.select_related(
        "terminal",
        "configuration__model",
        "configuration__battery_type",
        "configuration__motor_type",
    ).prefetch_related(
        Prefetch("parts", serials, to_attr="numbered_parts"),
        Prefetch("fittings", fitted, to_attr="fitted_packs"),
    )


def registration_gaps(actor: Person) -> QuerySet[Vehicle]:
    """Vehicles in the books whose static data is incomplete, as last reckoned."""
    rows = Vehicle.objects.filter(maker=actor.maker, registration_missing__gt=0)
    return rows.order_by("vin")


def registration_to_reckon(limit: int) -> Sequence[int]:
    """Keys of vehicles of all makers whose gaps changed since they were last reckoned."""
    rows = Vehicle.objects.filter(registration_missing=None).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def is_registered_abroad(vehicle: Vehicle) -> bool:
    """Whether public platforms expect the vehicle at all."""
    return vehicle.state not in (states.UNREGISTERED, states.SCRAPPED)


def platform_registration(vehicle: Vehicle) -> PlatformRegistration:
    """What a public platform is told; quick for rows of ``registration_rows``."""
    if not hasattr(vehicle, "numbered_parts"):
        vehicle = with_registration(Vehicle.objects.filter(pk=vehicle.pk)).get()
    parts: list[PartRecord] = getattr(vehicle, "numbered_parts", [])
    packs: list[PackFitting] = getattr(vehicle, "fitted_packs", [])
    terminal = getattr(vehicle, "terminal", None) or Terminal()
    known = PlatformRegistration(
        vin=vehicle.vin,
        produced_on=vehicle.produced_on,
        iccid=terminal.iccid,
        chip_id=terminal.chip_id,
        algorithm=terminal.algorithm,
        public_key=terminal.public_key,
        pack_codes=tuple(fitting.pack.code for fitting in packs),
        motor_serials=tuple(part.serial for part in parts if part.kind == "motor"),
        engine_serials=tuple(part.serial for part in parts if part.kind == "engine"),
        **_of_configuration(vehicle.configuration),
    )
    return with_missing(known)


def _of_configuration(configuration: Configuration | None) -> dict[str, Any]:
    """What all vehicles of a configuration share; empty rows stand for what nobody named."""
    chosen = configuration or Configuration()
    model = chosen.model if configuration else VehicleModel()
    battery = chosen.battery_type or BatteryType()
    return {
        **{name: getattr(chosen, name) for name in _CONFIGURED},
        **{name: getattr(model, name) for name in _MODELLED},
        **{f"motor_{name}": getattr(chosen.motor_type or MotorType(), name) for name in _OF_MOTOR},
        "configuration_name": chosen.name,
        "model": model.name,
        "motor_model": chosen.motor_type.name if chosen.motor_type else "",
        "chemistry": battery.chemistry,
        "energy_kwh": battery.rated_energy_kwh,
        "rated_voltage_v": battery.rated_voltage_v,
        "battery_cooling": battery.cooling,
    }


def with_missing(known: PlatformRegistration) -> PlatformRegistration:
    """The same, with what its edition and drive ask for and it lacks.

    Drive and edition decide what is asked for, so either unknown is missing itself.
    """
    values = {field.name: getattr(known, field.name) for field in fields(known)}
    asked = set(values) - {"missing", "fuel_cell_details"} - _FUEL
    if known.protocol_edition != EDITION_2025:
        asked -= _ONLY_2025 - {"drive"}
    if known.drive in _FUEL_DRIVES:
        asked |= _FUEL
    if known.drive == "fcev":
        asked.add("fuel_cell_details")
    missing = tuple(name for name in values if name in asked and values[name] in (None, "", ()))
    return PlatformRegistration(**{**values, "missing": missing})

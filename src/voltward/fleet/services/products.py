"""Writes to platforms, models, configurations and kinds of batteries, motors and controllers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from voltward.base.errors import BadInput
from voltward.fleet.models import (
    BatteryPack,
    BatteryType,
    Configuration,
    ControllerType,
    MotorType,
    Platform,
    Terminal,
    Vehicle,
    VehicleModel,
)
from voltward.fleet.selectors.products import product_by_id, product_locked
from voltward.fleet.services.writing import changed
from voltward.records.actions import action
from voltward.records.models import Maker, Person

Row = TypeVar("Row", bound=models.Model)
_DRIVE_UNIT: Final = ("name", "producer", "cooling", "rated_voltage_v", "max_current_a")
EDITABLE: Final[dict[type[models.Model], tuple[str, ...]]] = {
    Platform: ("code", "name", "note"),
    VehicleModel: (
        "name", "platform", "notice_code", "drive", "motor_layout", "top_speed_kmh",
        "electric_range_km", "range_method", "gear_ratios", "alarm_thresholds", "life_years",
    ),
    Configuration: (
        "model", "name", "battery_type", "motor_type", "controller_type", "protocol_edition",
        "total_voltage_method", "is_swappable", "has_range_extender", "fuel_type", "fuel_grade",
        "engine_power_kw", "engine_torque_nm", "fuel_cell_details",
    ),
    BatteryType: (
        "name", "chemistry", "producer", "cells", "probes", "max_working_voltage_v",
        "rated_voltage_v", "rated_energy_kwh", "capacity_ah", "cooling",
    ),
    MotorType: (*_DRIVE_UNIT, "peak_power_kw", "peak_speed_rpm", "peak_torque_nm"),
    ControllerType: _DRIVE_UNIT,
    BatteryPack: ("code", "battery_type", "produced_on"),
    Terminal: (
        "serial", "iccid", "firmware", "chip_id", "algorithm", "public_key", "vehicle",
    ),
}  # fmt: skip


@action("platform.write", needs="vehicle.write")
def platform_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> Platform:
    """Add a platform, or change the one with ``row_id``; ``values`` by the names in EDITABLE.

    Raises (this and its siblings below):
        NotFound: no such row of the actor's maker, or a value that points to another maker's.
        BadInput: a value that does not fit, a name that may not be set, or a name that is taken.
    """
    return _written(actor, "platform.write", Platform, row_id, values)


@action("vehicle_model.write", needs="vehicle.write")
def vehicle_model_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> VehicleModel:
    model = _written(actor, "vehicle_model.write", VehicleModel, row_id, values)
    _followed(Configuration.objects.filter(model=model))
    return model


@action("configuration.write", needs="vehicle.write")
def configuration_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> Configuration:
    row = _written(actor, "configuration.write", Configuration, row_id, values)
    _followed(Configuration.objects.filter(pk=row.pk))
    return row


@action("battery_type.write", needs="vehicle.write")
def battery_type_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> BatteryType:
    row = _written(actor, "battery_type.write", BatteryType, row_id, values)
    _followed(Configuration.objects.filter(battery_type=row))
    return row


@action("motor_type.write", needs="vehicle.write")
def motor_type_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> MotorType:
    row = _written(actor, "motor_type.write", MotorType, row_id, values)
    _followed(Configuration.objects.filter(motor_type=row))
    return row


@action("controller_type.write", needs="vehicle.write")
def controller_type_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> ControllerType:
    return _written(actor, "controller_type.write", ControllerType, row_id, values)


@action("pack.write", needs="vehicle.write")
def pack_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> BatteryPack:
    return _written(actor, "pack.write", BatteryPack, row_id, values)


@action("terminal.write", needs="vehicle.write")
def terminal_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> Terminal:
    """A terminal that is given a vehicle of its own was taken out of the one before."""
    old = product_locked(actor, Terminal, row_id).vehicle_id if row_id is not None else None
    row = _written(actor, "terminal.write", Terminal, row_id, values)
    Vehicle.objects.filter(pk__in=[old, row.vehicle_id]).update(registration_missing=None)
    return row


def configuration_of_texts(
    maker: Maker, model_name: str, battery_type: str
) -> Configuration | None:
    """The configuration that two texts of a vehicle stand for, made if need be.

    For use inside an action. No model, no configuration: a battery alone does not make one.
    """
    battery = None
    if battery_type:
        battery, _ = BatteryType.objects.get_or_create(maker=maker, name=battery_type)
    if not model_name:
        return None
    model, _ = VehicleModel.objects.get_or_create(maker=maker, name=model_name)
    configuration, _ = Configuration.objects.get_or_create(
        model=model, name=battery_type, defaults={"maker": maker, "battery_type": battery}
    )
    return configuration


def texts_of(configuration: Configuration) -> dict[str, str]:
    """What a vehicle of the configuration repeats in its text columns."""
    battery = configuration.battery_type
    return {"model_name": configuration.model.name, "battery_type": battery.name if battery else ""}


def _written(
    actor: Person, name: str, kind: type[Row], row_id: int | None, values: Mapping[str, Any]
) -> Row:
    unknown = sorted(set(values) - set(EDITABLE[kind]))
    if unknown:
        raise BadInput(f"{', '.join(unknown)}: not to be set here")
    for value in values.values():
        if isinstance(value, models.Model):
            product_by_id(actor, type(value), value.pk)
    row = kind(maker=actor.maker) if row_id is None else product_locked(actor, kind, row_id)
    if actor.maker is None:
        raise BadInput("maker: none given")
    return changed(actor, name, row, values)


def _followed(configurations: QuerySet[Configuration]) -> None:
    """Keep the texts of vehicles in step, and have their registration gaps reckoned anew."""
    for configuration in configurations.select_related("model", "battery_type"):
        texts = texts_of(configuration)
        vehicles = Vehicle.objects.filter(configuration=configuration)
        vehicles.filter(~Q(**texts)).update(**texts)
        vehicles.update(registration_missing=None)

"""The fields of static registration: as plain values, their digest, and where each is filled in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.fleet.models import BatteryType, Configuration, Terminal, Vehicle, VehicleModel
from voltward.fleet.selectors.registration import PlatformRegistration
from voltward.fleet.ui.registration_words import TITLES
from voltward.pages.room import Text

NAMES: Final = tuple(TITLES)
_MODEL: Final = frozenset(
    {"drive", "motor_layout", "top_speed_kmh", "electric_range_km", "range_method", "gear_ratios",
     "alarm_thresholds"}
)  # fmt: skip
_BATTERY: Final = frozenset({"chemistry", "energy_kwh", "rated_voltage_v", "battery_cooling"})
_MOTOR: Final = frozenset(name for name in NAMES if name.startswith("motor_")) - {
    "motor_layout", "motor_model", "motor_serials",
}  # fmt: skip
_TERMINAL: Final = frozenset({"iccid", "chip_id", "algorithm", "public_key"})
_BUILD: Final = frozenset({"pack_codes", "motor_serials", "engine_serials"})


@dataclass(frozen=True)
class Place:
    """Where a field is filled in: what it is a field of, and the page; "" where there is none yet."""

    title: Text
    url: str


def plain_of(known: PlatformRegistration) -> dict[str, Any]:
    """Every field as JSON takes it; None and empty mean: not known."""
    found = {}
    for field in fields(known):
        value = getattr(known, field.name)
        if field.name == "missing":
            continue
        if isinstance(value, tuple):
            value = list(value)
        found[field.name] = value.isoformat() if isinstance(value, date) else value
    return found


def digest_of(values: dict[str, Any]) -> str:
    """SHA-256 of the fields; the same data give the same, in whatever order they were read."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changes_between(before: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Name, value then and value now of each field that is another, in the order of the form."""
    return [
        (name, before.get(name), now.get(name))
        for name in NAMES
        if before.get(name) != now.get(name)
    ]


def shown(name: str, value: Any) -> str:
    """A value in words; nothing is a dash."""
    if value in (None, "", [], ()):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return _("，").join(str(one) for one in value)
    return str(_WORDS.get(name, {}).get(value, value))


def place_of(name: str, vehicle: Vehicle) -> Place:
    """Where a field of a vehicle is filled in."""
    built = vehicle.configuration
    if name in _TERMINAL:
        terminal = getattr(vehicle, "terminal", None)
        return Place(_TITLE_TERMINAL, _page("terminal", terminal) or reverse("terminals"))
    if name in _BUILD:
        return Place(gettext_lazy("构成"), reverse("vehicle-build", args=[vehicle.vin]))
    if name in ("vin", "produced_on", "model") or built is None:
        return Place(gettext_lazy("档案"), reverse("vehicle-record", args=[vehicle.vin]))
    if name in _MODEL:
        return Place(gettext_lazy("车型"), _page("vehicle-model", built.model))
    if name in _BATTERY and built.battery_type:
        return Place(gettext_lazy("电池类型"), _page("battery-type", built.battery_type))
    if name in _MOTOR and built.motor_type:
        return Place(gettext_lazy("电机型号"), _page("motor-type", built.motor_type))
    return Place(gettext_lazy("配置"), _page("configuration", built))


def _page(slug: str, row: Any) -> str:
    return reverse(f"{slug}-edit", args=[row.pk]) if row is not None else ""


def _choices() -> dict[str, dict[Any, Any]]:
    return {
        "chemistry": dict(BatteryType.CHEMISTRIES),
        "drive": dict(VehicleModel.DRIVES),
        "range_method": dict(VehicleModel.RANGE_METHODS),
        "protocol_edition": dict(Configuration.EDITIONS),
        "algorithm": dict(Terminal.ALGORITHMS),
    }


_TITLE_TERMINAL: Final = gettext_lazy("车载终端")
_WORDS: Final = _choices()

"""What a field of the protocol tables is called as a column, and which unit its name ends in.

A column keeps its field's name. Where two information types share a name, the type's word goes
in front. Both editions share one set of columns.
"""

from __future__ import annotations

from types import MappingProxyType

from voltward.frames.grammar import Edition, InfoType

# (word in front, fields that get it; None: all that do not begin with it)
_FRONT: dict[str, tuple[str, frozenset[str] | None]] = {
    "vehicle": ("vehicle_", frozenset({"state"})),
    "motors": ("motor_", None),
    "fuel_cell": (
        "fuel_cell_",
        frozenset({"voltage_v", "current_a", "probe_count", "probe_temps_c"}),
    ),
    "engine": ("engine_", frozenset({"state"})),
    "alarms": ("alarm_", frozenset({"level", "flags"})),
    "cell_voltages": (
        "pack_",
        frozenset({"number", "voltage_v", "current_a", "cell_count", "first_cell"}),
    ),
    "fuel_cell_stacks": ("stack_", None),
    "supercapacitor": ("supercapacitor_", None),
    "supercapacitor_extremes": ("supercapacitor_", None),
}

_OWN = {
    ("position", "status_raw"): "position_status",
    ("alarms", "flag_number"): "alarm_flag_numbers",
    ("alarms", "flag_level"): "alarm_flag_levels",
    ("cell_voltages", "cells_in_frame"): "pack_cells_in_frame",
    ("cell_voltages", "cell_voltages_v"): "cell_voltages_mv",
    ("supercapacitor", "cell_voltages_v"): "supercapacitor_cell_voltages_mv",
    ("probe_temps", "pack_count"): "probe_packs",
    ("probe_temps", "number"): "probe_pack_number",
    ("probe_temps", "probe_count"): "probe_pack_count",
}

# The lists that share one set of offsets, by the name of the group (or of the type, where the
# type as a whole may come several times in one frame).
GROUP_FAMILIES = MappingProxyType(
    {
        "motors": "motor",
        "cell_voltages": "pack",
        "probe_temps": "probe_pack",
        "fuel_cell_stacks": "stack",
        "supercapacitor": "supercapacitor",
    }
)
REPEATABLE = frozenset({"supercapacitor"})  # one item for each system number

# Longest ending first: "_pct_vol" also ends a name that contains "_pct".
UNITS = {
    "_kg_per_100km": "kg/100km",
    "_l_per_100km": "L/100km",
    "_mg_per_kg": "mg/kg",
    "_pct_vol": "%vol",
    "_kohm": "kΩ",
    "_kmh": "km/h",
    "_rpm": "r/min",
    "_kpa": "kPa",
    "_mpa": "MPa",
    "_pct": "%",
    "_deg": "°",
    "_km": "km",
    "_nm": "N·m",
    "_mv": "mV",
    "_v": "V",
    "_a": "A",
    "_c": "℃",
}


def column_names(info: InfoType, field: str) -> tuple[str, ...]:
    """The columns that a field fills; one, but for the cell count of the 2025 edition.

    That edition sends all cells of a pack in one frame, so its count is the pack's and the
    frame's alike.
    """
    name = _column_name(info.name, field)
    if name == "pack_cell_count" and info.edition is Edition.Y2025:
        return (name, "pack_cells_in_frame")
    return (name,)


def _column_name(type_name: str, field: str) -> str:
    if (type_name, field) in _OWN:
        return _OWN[type_name, field]
    front, fields = _FRONT.get(type_name, ("", frozenset()))
    if (fields is None and not field.startswith(front)) or (fields and field in fields):
        return front + field
    return field


def unit_of(name: str) -> str:
    """The unit that a name ends in; empty for codes, numbers of things and counts."""
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")

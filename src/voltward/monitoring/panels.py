"""Which quantities a vehicle's curves and live tables show, in which order, under which names."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voltward.frames.grammar import Edition


@dataclass(frozen=True)
class Curve:
    """One line of a panel: the column and its name.

    ``found``: what the store computes in its place for editions that do not send the column.
    """

    field: str
    title: str | Promise
    found: str = ""

    def column(self, edition: int) -> str:
        """What to ask the store for."""
        return self.found if self.found and edition >= Edition.Y2025 else self.field


@dataclass(frozen=True)
class Panel:
    """Curves over one axis. ``step``: the value holds until the next frame (levels, states)."""

    title: str | Promise
    unit: str | Promise
    curves: tuple[Curve, ...]
    step: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(curve.field for curve in self.curves)


PANELS = (
    Panel(_("总电压"), "V", (Curve("total_voltage_v", _("总电压")),)),
    Panel(_("总电流（放电为正）"), "A", (Curve("total_current_a", _("总电流")),)),
    Panel(_("SOC"), "%", (Curve("soc_pct", _("SOC")),)),
    Panel(_("车速"), "km/h", (Curve("speed_kmh", _("车速")),)),
    Panel(
        _("探针温度极值"),
        "℃",
        (
            Curve("highest_temp_c", _("最高温度"), "probe_highest_c"),
            Curve("lowest_temp_c", _("最低温度"), "probe_lowest_c"),
        ),
    ),
    Panel(
        _("单体电压极值"),
        "V",
        (
            Curve("highest_voltage_v", _("最高单体"), "cell_highest_v"),
            Curve("lowest_voltage_v", _("最低单体"), "cell_lowest_v"),
        ),
    ),
    Panel(_("绝缘电阻"), "kΩ", (Curve("insulation_kohm", _("绝缘电阻")),)),
    Panel(_("上报报警等级"), _("级"), (Curve("alarm_level", _("上报等级")),), step=True),
)
_LIVE = frozenset(
    {
        "total_voltage_v",
        "total_current_a",
        "highest_temp_c",
        "highest_voltage_v",
        "insulation_kohm",
    }
)
LIVE_PANELS = tuple(panel for panel in PANELS if panel.fields[0] in _LIVE)


@dataclass(frozen=True)
class Group:
    """A table of live values."""

    title: str | Promise
    fields: tuple[str, ...]


FAULT_CODES = "fault_codes"  # no column: the four lists of the alarm item in one line

GROUPS = (
    Group(
        _("整车"),
        ("vehicle_state", "charging", "drive_mode", "speed_kmh", "odometer_km", "gear", "dcdc"),
    ),
    Group(
        _("动力电池"),
        (
            "total_voltage_v",
            "total_current_a",
            "soc_pct",
            "insulation_kohm",
            "highest_voltage_v",
            "lowest_voltage_v",
            "highest_temp_c",
            "lowest_temp_c",
        ),
    ),
    Group(
        _("报警与位置"),
        ("alarm_level", "alarm_flags", FAULT_CODES, "longitude_deg", "latitude_deg", "datum"),
    ),
)
LIVE_FIELDS = tuple(field for group in GROUPS for field in group.fields)

"""The files of static registration for a platform: vehicles, models, terminals, packs and parts as tables.

GB/T 32960.3 annex A.2 lists the fields and no form of file: platforms give their own templates, so each
table has the field's own name beside its printed one, in CSV (one ZIP) or as sheets of an Excel file.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from xlsxwriter import Workbook

from voltward.exchange.models import StaticRegistration
from voltward.exchange.registration_fields import NAMES, plain_of, shown
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors.registration import PlatformRegistration, platform_registration
from voltward.fleet.ui.registration_words import TITLES
from voltward.pages.export import harmless, printable

_TERMINAL: Final = ("iccid", "chip_id", "algorithm", "public_key")
_STORAGE: Final = (
    "chemistry",
    "energy_kwh",
    "rated_voltage_v",
    "total_voltage_method",
    "battery_cooling",
)
_MOTOR: Final = tuple(
    name for name in NAMES if name.startswith("motor_") and name != "motor_layout"
)
_FUEL: Final = tuple(name for name in NAMES if name.startswith(("engine_", "fuel_")))
_OF_VEHICLE: Final = ("vin", "model", "configuration_name", "protocol_edition", "produced_on",
                      "is_swappable", "has_range_extender")  # fmt: skip
_OF_MODEL: Final = ("model", "drive", "motor_layout", "top_speed_kmh", "electric_range_km",
                    "range_method", "gear_ratios", "alarm_thresholds")  # fmt: skip
_PLATFORM: Final = ("maker", "platform", "vehicles")
_OTHERS: Final = {
    "maker": _("企业"),
    "platform": _("公共平台"),
    "vehicles": _("车辆数"),
    "state": _("状态"),
    "missing": _("缺项"),
    "pack_code": _("电池编码"),
    "motor_serial": _("电机序列号"),
    "engine_serial": _("发动机编号"),
}


@dataclass
class Sheet:
    """A table with the names of its fields; ``keys``: what was put in, where each is there once."""

    name: str
    fields: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)
    keys: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, values: Sequence[Any], *, once: bool = False) -> None:
        row = [shown(name, value) for name, value in zip(self.fields, values, strict=True)]
        key = tuple(row)
        if once and key in self.keys:
            return
        if once:
            self.keys.add(key)
        self.rows.append(["" if cell == "—" else cell for cell in row])

    @property
    def head(self) -> list[str]:
        """The printed title with the field's name in brackets."""
        return [f"{TITLES.get(name) or _OTHERS[name]} [{name}]" for name in self.fields]


def sheets_of(
    maker: str, platform: str, whole: Iterable[tuple[StaticRegistration, Vehicle]]
) -> list[Sheet]:
    """All tables; makers, models and configurations once, vehicles and their parts each."""
    makers, models = Sheet("maker", _PLATFORM), Sheet("models", _OF_MODEL)
    vehicles = Sheet("vehicles", (*_OF_VEHICLE, "state", "missing"))
    terminals = Sheet("terminals", ("vin", *_TERMINAL))
    storage = Sheet("storage", ("vin", "pack_code", *_STORAGE))
    motors = Sheet("motors", ("vin", "motor_serial", *_without(_MOTOR, "motor_serials")))
    fuel = Sheet("fuel", ("vin", "engine_serial", *_without(_FUEL, "engine_serials")))
    count = 0
    for row, vehicle in whole:
        known, count = platform_registration(vehicle), count + 1
        values = plain_of(known)
        models.add(_of(values, _OF_MODEL), once=True)
        vehicles.add([*_of(values, _OF_VEHICLE), row.get_state_display(), "; ".join(
            str(TITLES[name]) for name in known.missing)])  # fmt: skip
        terminals.add([known.vin, *_of(values, _TERMINAL)])
        for code in known.pack_codes or ("",):
            storage.add([known.vin, code, *_of(values, _STORAGE)])
        for serial in known.motor_serials or ("",):
            motors.add([known.vin, serial, *_of(values, motors.fields[2:])])
        if _has_fuel(known):
            for serial in known.engine_serials or ("",):
                fuel.add([known.vin, serial, *_of(values, fuel.fields[2:])])
    makers.add([maker, platform, count])
    return [makers, models, vehicles, terminals, storage, motors, fuel]


def write_csv(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """A ZIP of one CSV for each table, UTF-8 with the mark that spreadsheets ask for."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, sheet in enumerate(sheets, 1):
            text = io.StringIO(newline="")
            table = csv.writer(text)
            table.writerow(sheet.head)
            table.writerows([harmless(cell) for cell in row] for row in sheet.rows)
            data = b"\xef\xbb\xbf" + text.getvalue().encode()
            archive.writestr(f"{number}-{sheet.name}.csv", data)


def write_xlsx(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """A sheet for each table; all cells are text and never run as formulas."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, {"in_memory": True, **options}) as book:
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.head, bold)
            for number, row in enumerate(sheet.rows, 1):
                page.write_row(number, 0, [printable(cell) for cell in row])


FORMATS: Final = {"csv": (write_csv, "zip"), "xlsx": (write_xlsx, "xlsx")}


def _has_fuel(known: PlatformRegistration) -> bool:
    return known.drive in ("phev", "erev", "fcev") or bool(known.engine_serials)


def _of(values: dict[str, Any], names: Iterable[str]) -> list[Any]:
    return [values[name] for name in names]


def _without(names: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)

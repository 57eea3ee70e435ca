"""Column names of the BatICM telemetry files (docs/replay.md) and what they are called here."""

import re
from dataclasses import dataclass

from voltward.base.errors import BadInput

TIME = "tboxTime"
NAMES = {
    "BMSChargeStatus": "charging",
    "vehSpeed": "speed_kmh",
    "BMSBatteryVoltage": "total_voltage_v",
    "BMSBatteryCurrent": "total_current_a",
    "vehBMSPackSOC": "soc_pct",
    "vehOdo": "odometer_km",
    "insulationResistance": "insulation_kohm",
    "BMSWarningInformation": "alarm_level",
    "BMSCellVoltageMax": "highest_voltage_v",
    "BMSCellVoltageMin": "lowest_voltage_v",
    "BMSProbeTempMax": "highest_temp_c",
    "BMSProbeTempMin": "lowest_temp_c",
}
_NUMBERED = re.compile(r"^([VT])_([1-9][0-9]*)$")


@dataclass(frozen=True)
class CsvColumns:
    """Where in a line each thing stands.

    ``names``: all columns of the line, in order. ``scalars``: our name -> file's name.
    ``cells`` and ``probes``: the file's names, number 1 first.
    """

    names: tuple[str, ...]
    scalars: dict[str, str]
    cells: tuple[str, ...]
    probes: tuple[str, ...]
    unused: tuple[str, ...]

    def numbers(self) -> list[str]:
        """Every column that must hold numbers, in the order in which arrays are built."""
        return [*self.scalars.values(), *self.cells, *self.probes]


def columns_of_header(names: list[str]) -> CsvColumns:
    """What the header line says.

    Raises:
        BadInput: no time column, no cells, a column twice, or a hole in the cell or probe numbers.
    """
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"line 1: found column {name!r} twice, expected every column once")
    if TIME not in names:
        raise BadInput(f"line 1: found no column {TIME!r}, expected one: {', '.join(names[:6])}...")
    numbered: dict[str, list[int]] = {"V": [], "T": []}
    for name in names:
        if match := _NUMBERED.match(name):
            numbered[match[1]].append(int(match[2]))
    for letter, numbers in numbered.items():
        _check_complete(letter, numbers)
    if not numbered["V"]:
        raise BadInput("line 1: found no cell voltages, expected columns V_1, V_2, ...")
    cells = tuple(f"V_{number}" for number in sorted(numbered["V"]))
    probes = tuple(f"T_{number}" for number in sorted(numbered["T"]))
    known = {TIME, *NAMES, *cells, *probes}
    return CsvColumns(
        names=tuple(names),
        scalars={ours: theirs for theirs, ours in NAMES.items() if theirs in names},
        cells=cells,
        probes=probes,
        unused=tuple(name for name in names if name not in known),
    )


def _check_complete(letter: str, numbers: list[int]) -> None:
    for expected, found in enumerate(sorted(numbers), start=1):
        if found != expected:
            raise BadInput(
                f"line 1: found {letter}_{found}, expected {letter}_{expected} before it"
            )

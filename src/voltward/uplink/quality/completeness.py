"""Completeness: the items that a drive type owes, required values, constant numbers of cells and probes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.uplink.quality.catalogue import DRIVE, EREV, FCEV, NUMBER, PHEV
from voltward.uplink.quality.memory import mark
from voltward.uplink.quality.rows import ITEMS, Reports
from voltward.uplink.quality.timeliness import CONTINUED, IN_ORDER, REPEATED

Array = NDArray[Any]

# GB/T 32960.3 table 9: charging state, mode
PARKED_CHARGING: Final = 1
ELECTRIC, HYBRID, FUEL = 1, 2, 3
_BIT: Final = {name: 1 << number for number, name in enumerate(ITEMS)}
_ALWAYS: Final = sum(_BIT[name] for name in ("vehicle", "position", "alarm", "cells", "probes"))
_VEHICLE, _MOTOR, _ENGINE = _BIT["vehicle"], _BIT["motor"], _BIT["engine"]
_FUEL_CELL, _EXTREMES = _BIT["fuel_cell"], _BIT["extremes"]
_ITEM_CLASS: Final = np.array([NUMBER[f"item.{name}"] for name in ITEMS])
_VALUE, _ODOMETER = NUMBER["value.vehicle"], NUMBER["value.odometer"]
_CELLS, _PROBES = NUMBER["count.cells"], NUMBER["count.probes"]


def scan(
    reports: Reports, standing: Array, slot: Array, at: Array, second: Array, vehicles: Array,
    days: Array, table: Array, of_row: Array,
) -> None:  # fmt: skip
    """Count into ``days[at]``; see ``timeliness.scan``."""
    values = reports.values
    _scan(
        standing, slot, at, second, values["items"], values["edition"], values["charging"],
        values["drive_mode"], values["invalid"], values["odometer_invalid"], values["cells_told"],
        values["probes_told"], vehicles, days, table, of_row,
    )  # fmt: skip


@kernel()
def _owed(edition, charging, mode, drive):  # type: ignore[no-untyped-def]
    """Bits of the items that the row owes: motors and engine not while parked and charging (clause 7.2.3),
    the engine of a range extender not in electric mode; an unknown drive by the mode it tells."""
    owed = _ALWAYS
    if edition == 2016:
        owed |= _EXTREMES
    if charging != PARKED_CHARGING:
        owed |= _MOTOR
        rests = drive == EREV and mode == ELECTRIC
        if (mode == HYBRID or drive in (PHEV, EREV)) and not rests:
            owed |= _ENGINE
    if drive == FCEV or (drive != drive and mode == FUEL):
        owed |= _FUEL_CELL
    return owed


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    standing, slot, at, second, items, edition, charging, mode, invalid, odometer_invalid, cells,
    probes, vehicles, days, table, of_row,
):  # fmt: skip
    for i in range(slot.size):
        if standing[i] == REPEATED or standing[i] == CONTINUED:
            continue
        d = days[at[i]]
        owed = _owed(edition[i], charging[i], mode[i], table[of_row[i], DRIVE])
        absent = owed & ~np.int64(items[i])
        for bit in range(_ITEM_CLASS.size):
            d.expected += owed >> bit & 1
            if absent >> bit & 1:
                d.missing += 1
                mark(d, _ITEM_CLASS[bit], second[i])
        if invalid[i]:
            mark(d, _VALUE, second[i])
        if odometer_invalid[i]:
            mark(d, _ODOMETER, second[i])
        if standing[i] == IN_ORDER:
            _counts(vehicles[slot[i]], d, second[i], cells[i], probes[i])


@kernel()
def _counts(m, d, second, cells, probes):  # type: ignore[no-untyped-def]
    """Told against what the vehicle told last; a swapped pack is one change."""
    if cells > 0:
        if m.cells > 0 and m.cells != cells:
            mark(d, _CELLS, second)
        m.cells = cells
    if probes > 0:
        if m.probes > 0 and m.probes != probes:
            mark(d, _PROBES, second)
        m.probes = probes

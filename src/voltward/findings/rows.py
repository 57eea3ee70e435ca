"""From the columns of a batch to the arrays that detectors read: scalars, and lists in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.columns.columns import Columns
from voltward.findings.kernel import kernel

Array = NDArray[Any]

HIGHEST_CELL_MV: Final = 15_000  # GB/T 32960.3-2016 table 14: above it a cell is out of range
NARROW_MV: Final = 1024  # spread up to which the median is found by counting

# As they stand in the frame; floats NaN, integers all bits set where there is no value.
_AS_SENT: Final = (
    "vehicle_state",
    "charging",
    "speed_kmh",
    "odometer_km",
    "total_voltage_v",
    "total_current_a",
    "soc_pct",
    "insulation_kohm",
    "alarm_level",
    "alarm_flags",
    "position_status",
    "longitude_deg",
    "latitude_deg",
    "datum",
)
# Worked out from lists: see ``_cells`` and ``_probes``.
_OF_LISTS: Final = (
    "highest_cell_mv",  # f4, NaN unknown; cells of exactly 0 mV are left out
    "lowest_cell_mv",
    "median_cell_mv",  # of an even count the mean of the middle two
    "cell_sum_mv",  # f4, of all cells, NaN unless every cell of the pack is there and valid
    "cell_count",  # i4, valid cells above 0 mV
    "zero_cells",  # i4, cells of exactly 0 mV
    "highest_cell_at",  # i4, number of the cell in the frame from 0, -1 unknown
    "lowest_cell_at",
    "pack_of_highest",  # i4, number of the pack, -1 unknown
    "pack_of_lowest",
    "highest_probe_c",  # f4, of the probes' list
    "lowest_probe_c",
    "probe_count",  # i4
)
_BESIDE: Final = (
    "highest_temp_c",  # f4, the frame's own extreme, else of its probes
    "lowest_temp_c",
    "reported_highest_cell_mv",  # f4, the frame's own extreme (2016 only)
    "reported_lowest_cell_mv",
    "highest_motor_c",  # f4, the worst motor
    "highest_controller_c",
    "dcdc_temp_c",  # f4, only in the fuel-cell item of 2025 (GB/T 45688 has it in an extension)
    "has_flags",  # bool: the frame had an alarm item
    "command",
    "edition",
)
NAMES: Final = (*_AS_SENT, *_OF_LISTS, *_BESIDE)


def values_of(columns: Columns) -> dict[str, Array]:
    """All arrays of ``NAMES``, ``(n,)`` in the order of the rows."""
    found: dict[str, Array] = {name: columns[name] for name in _AS_SENT}
    found["command"], found["edition"] = columns.header.command, columns.header.edition
    found["has_flags"] = columns.present("alarm_level") | columns.present("alarm_flags")
    found |= _of_cells(columns)
    found |= _of_probes(columns)
    found["highest_temp_c"] = _else(columns["highest_temp_c"], found["highest_probe_c"])
    found["lowest_temp_c"] = _else(columns["lowest_temp_c"], found["lowest_probe_c"])
    for name, own in (("highest", "highest_voltage_v"), ("lowest", "lowest_voltage_v")):
        told = (columns[own] * np.float32(1000)).round().astype(np.float32)
        found[f"reported_{name}_cell_mv"] = told
        found[f"{name}_cell_mv"] = _else(found[f"{name}_cell_mv"], told)
    for name, own in (("motor", "motor_temp_c"), ("controller", "motor_controller_temp_c")):
        found[f"highest_{name}_c"] = _highest_of(columns, own)
    found["dcdc_temp_c"] = columns["hv_dcdc_temp_c"]
    return found


def taken(values: Mapping[str, Array], which: Array) -> dict[str, Array]:
    """The rows of ``which`` of every array, in its order."""
    return {name: array[which] for name, array in values.items()}


def _else(first: Array, second: Array) -> Array:
    return np.where(np.isnan(first), second, first).astype(np.float32)


def _highest_of(columns: Columns, name: str) -> Array:
    out = np.full(len(columns), np.nan, np.float32)
    if name in columns.values:
        _highest(columns[name], columns.offsets(name), out)
    return out


def _of_cells(columns: Columns) -> dict[str, Array]:
    size = len(columns)
    numbers = np.full((4, size), np.nan, np.float32)
    counts = np.zeros((2, size), np.int32)
    places = np.full((4, size), -1, np.int32)
    if "cell_voltages_mv" in columns.values:
        _cells(
            columns["cell_voltages_mv"],
            columns.offsets("cell_voltages_mv"),
            columns.offsets("pack_number"),
            columns["pack_number"],
            columns["pack_first_cell"],
            columns["pack_cells_in_frame"],
            columns["pack_cell_count"],
            numbers,
            counts,
            places,
        )
    return {
        "highest_cell_mv": numbers[0],
        "lowest_cell_mv": numbers[1],
        "median_cell_mv": numbers[2],
        "cell_sum_mv": numbers[3],
        "cell_count": counts[0],
        "zero_cells": counts[1],
        "highest_cell_at": places[0],
        "lowest_cell_at": places[1],
        "pack_of_highest": places[2],
        "pack_of_lowest": places[3],
    }


def _of_probes(columns: Columns) -> dict[str, Array]:
    size = len(columns)
    extremes = np.full((2, size), np.nan, np.float32)
    count = np.zeros(size, np.int32)
    if "probe_temps_c" in columns.values:
        _probes(columns["probe_temps_c"], columns.offsets("probe_temps_c"), extremes, count)
    return {
        "highest_probe_c": extremes[0],
        "lowest_probe_c": extremes[1],
        "probe_count": count,
    }


@kernel()
def _highest(values, offsets, out):  # type: ignore[no-untyped-def]
    for i in range(offsets.size - 1):
        for k in range(offsets[i], offsets[i + 1]):
            if not (values[k] <= out[i]) and values[k] == values[k]:
                out[i] = values[k]


@kernel()
def _probes(temps, offsets, extremes, count):  # type: ignore[no-untyped-def]
    """Probes hold true degrees; the codes and what is out of range lie above 210."""
    for i in range(offsets.size - 1):
        for k in range(offsets[i], offsets[i + 1]):
            value = temps[k]
            if value > 210 or value < -40:
                continue
            if count[i] == 0 or value > extremes[0, i]:
                extremes[0, i] = value
            if count[i] == 0 or value < extremes[1, i]:
                extremes[1, i] = value
            count[i] += 1


@kernel()
def _cells(cells, offsets, pack_offsets, pack, first, sent, total, numbers, counts, places):  # type: ignore[no-untyped-def]
    counted = np.zeros(NARROW_MV, np.int32)
    scratch = np.zeros(8192, np.int32)
    for i in range(offsets.size - 1):
        start, stop = offsets[i], offsets[i + 1]
        n, zeros, missing, sum_mv = 0, 0, 0, np.int64(0)
        low, high = np.int64(1 << 30), np.int64(-1)
        low_at, high_at = -1, -1
        for k in range(start, stop):
            value = np.int64(cells[k])
            if value > HIGHEST_CELL_MV:
                missing += 1
                continue
            if value == 0:
                zeros += 1
                continue
            n += 1
            sum_mv += value
            if value > high:
                high, high_at = value, k - start
            if value < low:
                low, low_at = value, k - start
        counts[0, i], counts[1, i] = n, zeros
        if n == 0:
            continue
        numbers[0, i], numbers[1, i] = high, low
        places[0, i], places[1, i] = high_at, low_at
        numbers[2, i] = _median(cells, start, stop, low, high, n, counted, scratch)
        whole = missing == 0 and zeros == 0
        before = 0
        for p in range(pack_offsets[i], pack_offsets[i + 1]):
            if sent[p] != total[p]:
                whole = False
            if before <= high_at < before + sent[p]:
                places[2, i] = pack[p]
                places[0, i] = high_at + first[p] - 1 if pack_offsets[i] == p else high_at
            if before <= low_at < before + sent[p]:
                places[3, i] = pack[p]
                places[1, i] = low_at + first[p] - 1 if pack_offsets[i] == p else low_at
            before += sent[p]
        if whole:
            numbers[3, i] = sum_mv


@kernel()
def _median(cells, start, stop, low, high, n, counted, scratch):  # type: ignore[no-untyped-def]
    """Of the valid cells; they lie close together nearly always, so counting finds it."""
    upper = n // 2
    lower = upper if n % 2 else upper - 1
    if high - low < NARROW_MV:
        for k in range(start, stop):
            value = np.int64(cells[k])
            if 0 < value <= HIGHEST_CELL_MV:
                counted[value - low] += 1
        seen, found_low, found_high = 0, -1, -1
        for step in range(high - low + 1):
            seen += counted[step]
            counted[step] = 0
            if found_low < 0 and seen > lower:
                found_low = low + step
            if found_high < 0 and seen > upper:
                found_high = low + step
        return (found_low + found_high) / 2
    size = 0
    for k in range(start, stop):
        value = np.int64(cells[k])
        if 0 < value <= HIGHEST_CELL_MV and size < scratch.size:
            at = size
            while at > 0 and scratch[at - 1] > value:
                scratch[at] = scratch[at - 1]
                at -= 1
            scratch[at] = value
            size += 1
    upper = size // 2
    lower = upper if size % 2 else upper - 1
    return (scratch[lower] + scratch[upper]) / 2

"""From decoded frames to the arrays that the quality kernels read: reports, and logins apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.columns.columns import Columns
from voltward.columns.reasons import Reason
from voltward.findings.kernel import kernel
from voltward.findings.rows import values_of
from voltward.frames.header import HEADER
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.decoding import Decoded
from voltward.telemetry.ingest.vehicles import VehicleIds

Array = NDArray[Any]

NS_PER_MS: Final = 1_000_000
NO_TIME: Final = 0
LOGIN, REALTIME, REISSUE, LOGOUT = 1, 2, 3, 4  # GB/T 32960.3 table 3
COMMAND_FLAG: Final = 0xFE  # table 4: a command, no answer
_TIME_BYTES: Final = 6
# Information types in a report, by bit.
ITEMS: Final = (
    "vehicle", "motor", "engine", "fuel_cell", "position", "extremes", "alarm", "cells", "probes",
)  # fmt: skip
# the first column of each item's table, which is in the frame whenever the item is
_FIRST: Final = (
    "vehicle_state", "motor_count", "crankshaft_rpm", "hydrogen_highest_temp_c", "position_status",
    "highest_voltage_pack", "alarm_level", "pack_count", "probe_packs",
)  # fmt: skip
_REQUIRED: Final = (
    "vehicle_state", "charging", "speed_kmh", "total_voltage_v", "total_current_a", "soc_pct",
)  # fmt: skip
_IN_RANGE: Final = (*_REQUIRED, "odometer_km", "insulation_kohm")
_TAKEN: Final = (
    "vehicle_state", "charging", "speed_kmh", "odometer_km", "total_voltage_v", "total_current_a",
    "soc_pct", "alarm_level", "alarm_flags", "fault_code_count", "position_status",
    "longitude_deg", "latitude_deg", "highest_cell_mv", "lowest_cell_mv", "cell_sum_mv",
    "zero_cells", "highest_probe_c", "lowest_probe_c", "reported_highest_cell_mv",
    "reported_lowest_cell_mv", "highest_temp_c", "lowest_temp_c", "command", "edition",
)  # fmt: skip
# Beside those of ``findings.rows``, all ``(n,)``:
_OWN: Final = (
    "items",  # u2, bits of ITEMS
    "drive_mode",  # u1 as sent
    "invalid",  # u1: required values of the vehicle item that are abnormal or invalid
    "odometer_invalid",  # bool: it has a vehicle item without a usable odometer
    "out_of_range",  # u1: values of the vehicle item beyond their range
    "cells_told",  # i4: cells of all packs as the frame counts them, 0 none
    "probes_told",  # i4
    "is_continued",  # bool: it goes on with the cells of a frame before (2016, more than 200 cells)
    "is_whole",  # bool: the cells of all its packs are in it
)
NAMES: Final = (*_TAKEN, *_OWN)


@dataclass(frozen=True, slots=True)
class Reports:
    """``n`` reports in the order in which the journal holds them. ``time_s``, ``received_ms`` i8."""

    vehicles: Array
    time_s: Array
    received_ms: Array
    unit_hashes: Array
    values: Mapping[str, Array]

    def __len__(self) -> int:
        return int(self.vehicles.size)

    def chosen(self, which: Array) -> Reports:
        """The reports of ``which``, in its order."""
        return Reports(
            self.vehicles[which],
            self.time_s[which],
            self.received_ms[which],
            self.unit_hashes[which],
            {name: array[which] for name, array in self.values.items()},
        )


@dataclass(frozen=True, slots=True)
class Sessions:
    """``n`` logins and logouts of vehicles; ``sequence`` u2 as sent, ``time_s`` NO_TIME: unreadable."""

    vehicles: Array
    time_s: Array
    received_ms: Array
    command: Array
    sequence: Array


def reports_of(decoded: Decoded) -> Reports:
    """The reports of decoded frames, in their order."""
    batch, header = decoded.batch, decoded.columns.header
    index = header.frame_index.astype(np.int64)
    return Reports(
        decoded.vehicle_ids,
        header.collected_at,
        batch.received_ns[index] // NS_PER_MS,
        decoded.unit_hashes,
        quality_values(decoded.columns),
    )


def quality_values(columns: Columns) -> dict[str, Array]:
    """All arrays of ``NAMES``."""
    size = len(columns)
    known = values_of(columns)
    found = {name: known[name] for name in _TAKEN}
    # the frame's own extremes only, which findings fills up from the list of probes
    found["highest_temp_c"], found["lowest_temp_c"] = (
        columns["highest_temp_c"],
        columns["lowest_temp_c"],
    )
    items = np.zeros(size, np.uint16)
    for bit, name in enumerate(_FIRST):
        items |= columns.present(name).astype(np.uint16) << np.uint16(bit)
    found["items"], found["drive_mode"] = items, columns["drive_mode"]
    found["invalid"] = _counted(columns, _REQUIRED, (Reason.ABNORMAL, Reason.INVALID))
    lost = (Reason.ABNORMAL, Reason.INVALID, Reason.OUT_OF_RANGE)
    found["odometer_invalid"] = _counted(columns, ("odometer_km",), lost) > 0
    found["out_of_range"] = _counted(columns, _IN_RANGE, (Reason.OUT_OF_RANGE,))
    return found | _lists(columns)


def _counted(columns: Columns, names: tuple[str, ...], reasons: tuple[Reason, ...]) -> Array:
    total = np.zeros(len(columns), np.uint8)
    for name in names:
        if name in columns.reasons:  # else each value of the column that is there is a good one
            reason = columns.reasons[name]
            for one in reasons:
                total += (reason == one) & columns.present(name)
    return total


def _lists(columns: Columns) -> dict[str, Array]:
    size = len(columns)
    counts = np.zeros((2, size), np.int32)
    marks = np.zeros((2, size), np.bool_)
    if "pack_number" in columns.values:
        _packs(
            columns.offsets("pack_number"), columns["pack_cell_count"], columns["pack_first_cell"],
            columns["pack_cells_in_frame"], counts[0], marks[0], marks[1],
        )  # fmt: skip
    if "probe_temps_c" in columns.values:
        counts[1] = np.diff(columns.offsets("probe_temps_c"))
    return {
        "cells_told": counts[0],
        "probes_told": counts[1],
        "is_continued": marks[0],
        "is_whole": marks[1],
    }


@kernel()
def _packs(offsets, total, first, sent, cells, is_continued, is_whole):  # type: ignore[no-untyped-def]
    for i in range(offsets.size - 1):
        is_whole[i] = offsets[i + 1] > offsets[i]
        for p in range(offsets[i], offsets[i + 1]):
            cells[i] += total[p]
            if first[p] > 1:
                is_continued[i] = True
            if sent[p] != total[p]:
                is_whole[i] = False


def sessions_of(batch: Batch, ids: VehicleIds) -> Sessions:
    """The logins and logouts among the frames of a batch, in their order."""
    buffer, offsets = batch.frames.buffer, batch.frames.offsets
    starts, sizes = offsets[:-1], np.diff(offsets)
    long_enough = sizes > HEADER + _TIME_BYTES + 2
    where = np.flatnonzero(long_enough)
    at = starts[where]
    command = buffer[at + 2]
    is_session = ((command == LOGIN) | (command == LOGOUT)) & (buffer[at + 3] == COMMAND_FLAG)
    where, at = where[is_session], at[is_session]
    unit = at + HEADER
    high = buffer[unit + _TIME_BYTES].astype(np.uint16) << np.uint16(8)
    return Sessions(
        ids.of(buffer, at),
        _moments(buffer, unit),
        batch.received_ns[where] // NS_PER_MS,
        command[is_session],
        high | buffer[unit + _TIME_BYTES + 1],
    )


def _moments(buffer: Array, at: Array) -> Array:
    """Unix seconds of the six time bytes (GB/T 32960.3 table 5, Beijing), NO_TIME: no such moment."""
    year, month, day, hour, minute, second = (
        buffer[at + k].astype(np.int64) for k in range(_TIME_BYTES)
    )
    good = (year < 100) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24)
    good &= (minute < 60) & (second < 60)
    months = (30 + year) * 12 + np.where(good, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    good &= first + day <= after
    seconds = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second - 8 * 3600
    return np.where(good, seconds, NO_TIME)

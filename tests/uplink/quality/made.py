"""Reports by hand: a row that is right in every way, and what a test makes wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from voltward.findings.limits import BookFile, Group, LimitBook, Revision
from voltward.uplink.quality.catalogue import DETECTOR, DRIVES, limit_key
from voltward.uplink.quality.engine import QualityEngine
from voltward.uplink.quality.rows import ITEMS, NAMES, Reports, Sessions
from voltward.uplink.quality.summary import Summary, summaries_of

VEHICLE = 7
START_S = 1_780_531_200  # 2026-06-04 08:00:00 in Beijing
_KINDS = {"vehicle_state": "u1", "charging": "u1", "drive_mode": "u1", "alarm_level": "u1",
          "alarm_flags": "u4", "fault_code_count": "i4", "position_status": "u1",
          "longitude_deg": "f8", "latitude_deg": "f8", "zero_cells": "i4", "command": "u1",
          "edition": "u2", "items": "u2", "invalid": "u1", "odometer_invalid": "?",
          "out_of_range": "u1", "cells_told": "i4", "probes_told": "i4", "is_continued": "?",
          "is_whole": "?"}  # fmt: skip
ALL = frozenset(ITEMS) - {"engine", "fuel_cell"}
RIGHT: Mapping[str, Any] = {
    "vehicle_state": 1, "charging": 3, "drive_mode": 1, "speed_kmh": 0.0, "odometer_km": 1000.0,
    "total_voltage_v": 350.0, "total_current_a": 10.0, "soc_pct": 60.0, "alarm_level": 0,
    "alarm_flags": 0, "fault_code_count": 0, "position_status": 0, "longitude_deg": 121.47,
    "latitude_deg": 31.23, "highest_cell_mv": 3650.0, "lowest_cell_mv": 3640.0,
    "cell_sum_mv": 350_000.0, "zero_cells": 0, "highest_probe_c": 30.0, "lowest_probe_c": 28.0,
    "reported_highest_cell_mv": 3650.0, "reported_lowest_cell_mv": 3640.0, "highest_temp_c": 30.0,
    "lowest_temp_c": 28.0, "command": 2, "edition": 2016, "items": ALL, "invalid": 0,
    "odometer_invalid": False, "out_of_range": 0, "cells_told": 96, "probes_told": 24,
    "is_continued": False, "is_whole": True,
}  # fmt: skip
KM_EAST_DEG = 1 / 95.2  # of longitude at this latitude


def driving(seconds: int, kmh: float = 72.0, **more: Any) -> dict[str, Any]:
    """The row ``seconds`` into an even drive to the east."""
    km = kmh * seconds / 3600
    return {
        "at": seconds, "speed_kmh": kmh, "odometer_km": 1000 + km, "total_current_a": 10.0 + seconds % 7,
        "longitude_deg": 121.47 + km * KM_EAST_DEG, **more,
    }  # fmt: skip


def reports(rows: Iterable[Mapping[str, Any]]) -> Reports:
    """Rows 10 s apart unless they say ``at`` (s from the start); ``delay_s``, ``vehicle``, ``hash``."""
    told = [{**RIGHT, "at": 10 * number, **row} for number, row in enumerate(rows)]
    values = {
        name: np.array([_plain(row[name]) for row in told], _KINDS.get(name, "f4"))
        for name in NAMES
    }
    times = np.array([row.get("time_s", START_S + row["at"]) for row in told], np.int64)
    delays = np.array([row.get("delay_s", 0.5) for row in told])
    received = np.array([START_S + row["at"] for row in told]) + delays
    return Reports(
        np.array([row.get("vehicle", VEHICLE) for row in told], np.uint64),
        times,
        np.round(received * 1000).astype(np.int64),
        np.array([row.get("hash", 1000 + number) for number, row in enumerate(told)], np.uint64),
        values,
    )


def sessions(*told: tuple[int, int]) -> Sessions:
    """Command and sequence number, a minute apart."""
    at = START_S + 60 * np.arange(len(told))
    return Sessions(
        np.full(len(told), VEHICLE, np.uint64), at, at * 1000 + 500,
        np.array([one[0] for one in told], np.uint8), np.array([one[1] for one in told], np.uint16),
    )  # fmt: skip


def book(drive: str = "", facts: Mapping[str, float] | None = None, **limits: float) -> LimitBook:
    """Limits and facts of the one vehicle."""
    known = {"facts.drive": float(DRIVES[drive])} if drive else {}
    values = {limit_key(name): value for name, value in limits.items()}
    group = Group("known", facts={**known, **(facts or {})}, revisions=(Revision("r", 0, values),))
    return LimitBook(
        (DETECTOR,), BookFile(1, (Group("default"), group)), np.array([VEHICLE], np.uint64),
        np.array([1], np.uint32),
    )  # fmt: skip


def told(engine: QualityEngine) -> list[Summary]:
    """What is fresh, as it comes out of the stream's records."""
    return [one for record in engine.told() for one in summaries_of(record)]


def counted(*rows: Mapping[str, Any], by: LimitBook | None = None) -> dict[str, int]:
    """Errors of all days together, by class."""
    engine = QualityEngine(by)
    engine.take(reports(rows))
    return errors(told(engine))


def errors(found: Sequence[Summary]) -> dict[str, int]:
    total: dict[str, int] = {}
    for summary in found:
        for code, one in summary.errors.items():
            total[code] = total.get(code, 0) + one.count
    return total


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sum(1 << ITEMS.index(name) for name in value)
    return value

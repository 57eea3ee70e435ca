"""Frames of a small car, and their way into a store: decoded and written as the processor does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.frames.frame import realtime
from voltward.frames.grammar import Edition
from voltward.telemetry import writer
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.decoding import Decoder

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
KEY = b"k" * 32  # of the vehicles of tests/conftest.py
_numbers = itertools.count(1)

VEHICLE: Mapping[str, Any] = {
    "name": "vehicle", "state": "started", "charging": "not_charging", "drive_mode": "electric",
    "speed_kmh": 56.2, "odometer_km": 12345.6, "total_voltage_v": 350.1, "total_current_a": -12.3,
    "soc_pct": 78, "dcdc": "on", "gear": "D", "insulation_kohm": 1000,
}  # fmt: skip
ONLY_2016 = {"accelerator_pct": 20, "brake_pct": 0}
POSITION = {
    "name": "position",
    "status_raw": 0,
    "longitude_deg": 116.397128,
    "latitude_deg": 39.916527,
}


def report(
    vin: str,
    at: datetime = NOON,
    *,
    edition: Edition = Edition.Y2016,
    command: int = 2,
    cells: Sequence[float | None] = (3.701, 3.702, 3.703, 3.704),
    probes: Sequence[float | None] = (25, 26),
    level: int | None = 0,
    flags: int = 0,
    extremes: bool = True,
    place: Mapping[str, Any] | None = None,
    codes: Mapping[str, Sequence[int]] | None = None,
    **vehicle: Any,
) -> bytes:
    """A whole frame; ``vehicle`` changes fields of the vehicle data, None is the invalid code.

    ``place`` changes fields of the position; ``codes``: the maker's own fault codes by list.
    """
    is_old = edition is Edition.Y2016
    whole = {**VEHICLE, **(ONLY_2016 if is_old else {}), **vehicle}
    alarms: dict[str, Any] = {
        "name": "alarms", "level": level, "flags": flags, "storage_fault_codes": [],
        "motor_fault_codes": [], "engine_fault_codes": [], "other_fault_codes": [], **(codes or {}),
    }  # fmt: skip
    position = {**POSITION, **({} if is_old else {"datum": "gcj02"}), **(place or {})}
    items: list[Any] = [whole, position, alarms if is_old else {**alarms, "flag_levels": []}]
    if is_old and extremes:
        items.append(_extremes(cells, probes))
    return realtime(edition, vin, command, at, [*items, *_lists(cells, probes, is_old)])


def _extremes(cells: Sequence[float | None], probes: Sequence[float | None]) -> dict[str, Any]:
    known = [cell for cell in cells if cell is not None]
    warm = [probe for probe in probes if probe is not None]
    return {
        "name": "extremes", "highest_voltage_pack": 1, "highest_voltage_cell": 1,
        "highest_voltage_v": max(known), "lowest_voltage_pack": 1, "lowest_voltage_cell": 1,
        "lowest_voltage_v": min(known), "highest_temp_pack": 1, "highest_temp_probe": 1,
        "highest_temp_c": max(warm), "lowest_temp_pack": 1, "lowest_temp_probe": 1,
        "lowest_temp_c": min(warm),
    }  # fmt: skip


def _lists(
    cells: Sequence[float | None], probes: Sequence[float | None], is_old: bool
) -> list[dict[str, Any]]:
    first = {"first_cell": 1} if is_old else {}
    pack = {
        "number": 1, "voltage_v": 350.1, "current_a": -12.3, "cell_count": len(cells), **first,
        "cell_voltages_v": list(cells),
    }  # fmt: skip
    warm = {"number": 1, "probe_temps_c": list(probes)}
    found: list[dict[str, Any]] = []
    if cells:
        found.append({"name": "cell_voltages", "packs": [pack]})
    if probes:
        found.append({"name": "probe_temps", "packs": [warm]})
    return found


def store(client: Client, *frames: bytes, key: bytes = KEY, late_s: float = 0.4) -> None:
    """Into the store, received ``late_s`` after they were collected."""
    received = [_collected(frame) + timedelta(seconds=late_s) for frame in frames]
    first = next(_numbers) << 12
    batch = Batch(
        (),
        FrameBatch.of(list(frames)),
        np.array([int(at.timestamp() * 1000) * 1_000_000 for at in received], np.int64),
        np.arange(first, first + len(frames), dtype=np.uint64),
        np.zeros(len(frames), np.int32),
        ("gateway-0",),
        (),
        {},
    )
    decoded = Decoder(key).whole(batch, np.arange(len(frames)))
    assert decoded.rows.num_rows == len(frames), decoded.verdicts()
    writer.insert(client, decoded.rows, f"test/{first}")


def _collected(frame: bytes) -> datetime:
    year, *rest = frame[24:30]
    return datetime(2000 + year, *rest, tzinfo=UTC) - timedelta(hours=8)

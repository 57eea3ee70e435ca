"""Rows for the engine out of a recording of a real car, and out of values by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.findings.engine import Incoming
from voltward.findings.rows import NAMES, values_of
from voltward.frames.grammar import Edition
from voltward.simulator.encoder import REALTIME, frame_matrix, frames_of
from voltward.simulator.recording import Recording, Rows
from voltward.simulator.replay import Inventions
from voltward.simulator.replay.content import Content

VIN = "LVVDB11B0RE000001"
VEHICLE = 7
_INTEGERS = {"vehicle_state": "u1", "charging": "u1", "alarm_level": "u1", "alarm_flags": "u4",
             "position_status": "u1", "datum": "u1", "cell_count": "i4", "zero_cells": "i4",
             "highest_cell_at": "i4", "lowest_cell_at": "i4", "pack_of_highest": "i4",
             "pack_of_lowest": "i4", "probe_count": "i4", "has_flags": "?", "command": "u1",
             "edition": "u2"}  # fmt: skip
_OTHERWISE = {"alarm_level": 255, "position_status": 255, "vehicle_state": 255, "charging": 255,
              "highest_cell_at": -1, "lowest_cell_at": -1, "command": 2, "edition": 2016}  # fmt: skip


def frames_of_recording(
    recording: Recording, rows: Rows | None = None, edition: Edition = Edition.Y2016
) -> list[bytes]:
    """Frames in the order of collection, as a vehicle would have sent them."""
    chosen = recording.rows() if rows is None else rows
    chosen = chosen.take(np.argsort(chosen.collected_at, kind="stable"))
    (bodies,) = Content(recording, edition, Inventions()).frames(chosen)
    return list(frames_of(frame_matrix(edition, REALTIME, VIN, chosen.collected_at, bodies)))


def incoming_of_frames(
    frames: Sequence[bytes], *, first: int = 0, vehicle: int = VEHICLE, delay_s: float = 0.5
) -> Incoming:
    """As decoded; received ``delay_s`` after they were collected."""
    columns = decode(FrameBatch.of(frames))
    size = len(columns)
    number = np.arange(first, first + size)
    times = columns.header.collected_at
    return Incoming(
        np.full(size, vehicle, np.uint64),
        times,
        (times * 1000 + round(delay_s * 1000)).astype(np.int64),
        (number + 1).astype(np.uint64),
        number.astype(np.uint64),
        np.zeros(size, np.int32),
        ("gateway-0",),
        values_of(columns),
    )


def incoming_of_values(
    rows: Iterable[Mapping[str, Any]], *, start_s: int = 1_780_000_000
) -> Incoming:
    """Rows by hand: ``at`` (s from the start), ``vehicle``, ``delay_s``, and any of ``NAMES``."""
    told = list(rows)
    size = len(told)
    values = {}
    for name in NAMES:
        kind = _INTEGERS.get(name, "f8" if name.endswith("_deg") else "f4")
        otherwise = _OTHERWISE.get(name, 0 if name in _INTEGERS else np.nan)
        values[name] = np.array([row.get(name, otherwise) for row in told], kind)
    if "alarm_flags" not in {name for row in told for name in row}:
        values["has_flags"][:] = False
    times = np.array([start_s + row["at"] for row in told], np.int64)
    delays = np.array([row.get("delay_s", 0.5) for row in told])
    return Incoming(
        np.array([row.get("vehicle", VEHICLE) for row in told], np.uint64),
        times,
        (times * 1000 + (delays * 1000)).astype(np.int64),
        np.array([row.get("hash", number + 1) for number, row in enumerate(told)], np.uint64),
        np.arange(size).astype(np.uint64),
        np.zeros(size, np.int32),
        ("gateway-0",),
        values,
    )

"""``voltward bench findings``: rows a second that all detectors judge on one core.

A fleet at work: cells close together, slow changes, 1 % of the vehicles with an alarm flag up, one in
a thousand with a cell that falls away. Decoding is measured apart.
"""

from __future__ import annotations

import random
import struct
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from voltward.base.units import BEIJING
from voltward.base.vin import with_check_digit
from voltward.columns.batch import FrameBatch
from voltward.columns.columns import Columns
from voltward.columns.decode import decode
from voltward.findings.catalogue import DETECTORS, RULES
from voltward.findings.engine import Engine
from voltward.findings.finding import finding_to_json
from voltward.findings.incoming import Incoming
from voltward.findings.limits import LimitBook
from voltward.findings.rows import values_of
from voltward.frames.frame import pack_header
from voltward.frames.grammar import Edition
from voltward.frames.header import bcc
from voltward.frames.moments import pack_moment

CELLS, PROBES = 96, 24
STEP_S = 10
BATCH = 20_000
START = datetime(2026, 3, 15, 8, 0, 0, tzinfo=BEIJING)
TARGET_PER_S: Final = 300_000.0


@dataclass(frozen=True, slots=True)
class FindingsFigures:
    """Rows a second of processor time. ``judging``: detectors and episodes; ``whole``: lists made
    into numbers, judging, findings as JSON; ``with_decoding``: from the frame on."""

    rows: int
    vehicles: int
    detectors: int
    rules: int
    findings: int
    judging_per_s: float
    whole_per_s: float
    with_decoding_per_s: float
    each_us: dict[str, float]


def measure(vehicles: int = 1000, rows: int = 100_000, seed: int = 1) -> FindingsFigures:
    """One run; the first batch, which loads the kernels, is not counted."""
    frames = fleet_frames(vehicles, rows + BATCH, seed)
    batches = [FrameBatch.of(frames[at : at + BATCH]) for at in range(0, len(frames), BATCH)]
    engine = Engine(DETECTORS, LimitBook(DETECTORS))
    spent = dict.fromkeys(("decode", "lists", "judge", "json"), 0.0)
    counted = findings = 0
    for number, batch in enumerate(batches):
        began = time.process_time()
        columns = decode(batch)
        decoded = time.process_time()
        incoming = _incoming(columns, vehicles)
        listed = time.process_time()
        found = engine.take(incoming)
        judged = time.process_time()
        for one in found:
            finding_to_json(one)
        written = time.process_time()
        if number == 0:
            continue
        counted, findings = counted + len(columns), findings + len(found)
        spent["decode"] += decoded - began
        spent["lists"] += listed - decoded
        spent["judge"] += judged - listed
        spent["json"] += written - judged
    whole = spent["lists"] + spent["judge"] + spent["json"]
    return FindingsFigures(
        counted, vehicles, len(DETECTORS), len(RULES), findings,
        counted / spent["judge"], counted / whole, counted / (whole + spent["decode"]),
        {name: round(seconds / counted * 1e6, 3) for name, seconds in spent.items()},
    )  # fmt: skip


def text_of(figures: FindingsFigures) -> str:
    """The figures as people read them."""
    met = "met" if figures.whole_per_s >= TARGET_PER_S else "missed"
    each = ", ".join(f"{name} {value}" for name, value in figures.each_us.items())
    return (
        f"{figures.rows:,} rows of {figures.vehicles:,} vehicles, {CELLS} cells,"
        f" {figures.detectors} detectors, {figures.rules} rules, {figures.findings:,} findings\n"
        f"  rows a second on one core: {figures.whole_per_s:,.0f}"
        f" (target {TARGET_PER_S:,.0f}: {met}); judging alone {figures.judging_per_s:,.0f},"
        f" with decoding {figures.with_decoding_per_s:,.0f}\n"
        f"  microseconds a row: {each}\n"
    )


def fleet_frames(vehicles: int, count: int, seed: int = 1) -> list[bytes]:
    """``count`` reports in the order of time, every vehicle in its turn."""
    chance = random.Random(seed)  # noqa: S311 - figures, no secrets
    vins = [with_check_digit(f"LVWBENCH0G0{number:06d}") for number in range(vehicles)]
    level = [chance.randrange(3600, 4000) for _ in vins]
    km = [chance.randrange(1_000_000) for _ in vins]
    offsets = [[chance.randrange(-6, 7) for _ in range(CELLS)] for _ in vins]
    flagged = {v for v in range(vehicles) if chance.random() < 0.01}
    failing = {v for v in range(vehicles) if chance.random() < 0.001}
    frames = []
    for number in range(count):
        v, turn = number % vehicles, number // vehicles
        level[v] += chance.randrange(-3, 4)
        km[v] += chance.randrange(3)
        cells = [level[v] + off for off in offsets[v]]
        if v in failing and turn % 50 > 40:
            cells[37] -= 250
        unit = pack_moment("time", START + timedelta(seconds=STEP_S * turn))
        unit += _items(chance, cells, km[v], v in flagged and turn % 20 > 10)
        head = pack_header(Edition.Y2016, 0x02, 0xFE, vins[v], len(unit))
        frame = head + unit
        frames.append(frame + bytes((bcc(frame[2:]),)))
    return frames


def _items(chance: random.Random, cells: list[int], km: int, is_flagged: bool) -> bytes:
    volts, amps = sum(cells) // 100, 10_000 + chance.randrange(-300, 300)
    probes = [chance.randrange(64, 68) for _ in range(PROBES)]
    vehicle = struct.pack(
        ">BBBBHIHHBBBHBB", 0x01, 1, 3, 1, chance.randrange(1200), km, volts, amps,
        50 + (km >> 4) % 30, 1, 0x2E, 5000, 20, 0,
    )  # fmt: skip
    motor = struct.pack(">BBBBBHHBHH", 0x02, 1, 1, 1, 95, 24_000, 20_873, 90, volts, 10_100)
    position = struct.pack(">BBII", 0x05, 0, 116_400_000 + km % 1000, 39_900_000)
    high, low = max(cells), min(cells)
    extremes = struct.pack(
        ">BBBHBBHBBBBBB", 0x06, 1, cells.index(high) + 1, high, 1, cells.index(low) + 1, low,
        1, 1, max(probes), 1, 1, min(probes),
    )  # fmt: skip
    alarms = struct.pack(">BBIBBBB", 0x07, is_flagged, (1 << 10) * is_flagged, 0, 0, 0, 0)
    pack = struct.pack(">BBBHHHHB", 0x08, 1, 1, volts, amps, CELLS, 1, CELLS)
    voltages = pack + struct.pack(f">{CELLS}H", *cells)
    return (
        vehicle + motor + position + extremes + alarms + voltages
        + struct.pack(">BBBH", 0x09, 1, 1, PROBES) + bytes(probes)
    )  # fmt: skip


def _incoming(columns: Columns, vehicles: int) -> Incoming:
    size = len(columns)
    number = np.arange(size)
    times = columns.header.collected_at
    return Incoming(
        (number % vehicles + 1).astype(np.uint64),
        times,
        times * 1000 + 300,
        number.astype(np.uint64),
        number.astype(np.uint64),
        np.zeros(size, np.int32),
        ("gateway-0",),
        values_of(columns),
    )

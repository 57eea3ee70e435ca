"""The frames that ``voltward bench decode`` measures: seeded reports of 96 cells and 24 probes."""

from __future__ import annotations

import random
import struct
from datetime import datetime, timedelta

from voltward.base.units import BEIJING
from voltward.base.vin import with_check_digit
from voltward.frames.frame import pack_header
from voltward.frames.grammar import Edition
from voltward.frames.header import bcc
from voltward.frames.moments import pack_moment

CELLS, PROBES = 96, 24
VEHICLES = 1000
WITH_FAULTS = 0.1  # share of frames whose alarms list fault codes
STEP_S = 10
START = datetime(2026, 3, 15, 8, 0, 0, tzinfo=BEIJING)


def bench_frames(count: int, seed: int = 1) -> list[bytes]:
    """``count`` real-time reports (2016) of types 01, 02, 05, 06, 07, 08 and 09, BCC right."""
    chance = random.Random(seed)  # noqa: S311 - figures, no secrets
    vins = [with_check_digit(f"LVWBENCH0G0{number:06d}") for number in range(VEHICLES)]
    frames = []
    for number in range(count):
        when = START + timedelta(seconds=STEP_S * (number // VEHICLES))
        unit = pack_moment("time", when) + _items(chance)
        head = pack_header(Edition.Y2016, 0x02, 0xFE, vins[number % VEHICLES], len(unit))
        frame = head + unit
        frames.append(frame + bytes((bcc(frame[2:]),)))
    return frames


def _items(chance: random.Random) -> bytes:
    volts, amps = chance.randrange(3300, 4000), chance.randrange(8000, 14_000)
    speed, rpm = chance.randrange(0, 1200), chance.randrange(20_000, 30_000)
    cells = [chance.randrange(3600, 4100) for _ in range(CELLS)]
    probes = [chance.randrange(55, 75) for _ in range(PROBES)]
    vehicle = struct.pack(
        ">BBBBHIHHBBBHBB",
        *(0x01, 1, 3, 1, speed, chance.randrange(10_000_000), volts, amps),
        *(chance.randrange(101), 1, 0x2E, 5000, chance.randrange(101), chance.randrange(102)),
    )
    motor = struct.pack(
        ">BBBBBHHBHH", 0x02, 1, 1, chance.randrange(1, 5), 75, rpm, 20_873, 70, volts, 10_100
    )
    position = struct.pack(">BBII", 0x05, 0, chance.randrange(73_000_000, 135_000_000), 39_916_527)
    extremes = struct.pack(
        ">BBBHBBHBBBBBB",
        *(0x06, 1, cells.index(max(cells)) + 1, max(cells), 1, cells.index(min(cells)) + 1),
        *(min(cells), 1, probes.index(max(probes)) + 1, max(probes)),
        *(1, probes.index(min(probes)) + 1, min(probes)),
    )
    pack = struct.pack(">BBBHHHHB", 0x08, 1, 1, volts, amps, CELLS, 1, CELLS)
    temperatures = struct.pack(">BBBH", 0x09, 1, 1, PROBES) + bytes(probes)
    voltages = pack + struct.pack(f">{CELLS}H", *cells)
    return vehicle + motor + position + extremes + _alarms(chance) + voltages + temperatures


def _alarms(chance: random.Random) -> bytes:
    if chance.random() >= WITH_FAULTS:
        return struct.pack(">BBIBBBB", 0x07, 0, 0, 0, 0, 0, 0)
    out = struct.pack(">BBI", 0x07, chance.randrange(1, 4), 1 << chance.randrange(19))
    for _ in range(4):
        codes = [chance.randrange(1 << 32) for _ in range(chance.randrange(3))]
        out += struct.pack(f">B{len(codes)}I", len(codes), *codes)
    return out

"""Frames for the benchmark: 347 bytes, 96 cells, as a car of one pack sends them (2016 edition)."""

from functools import reduce
from operator import xor

import numpy as np
from numpy.typing import NDArray

FRAME_BYTES = 347
_TIME = bytes((26, 3, 15, 8, 30, 5))
_CELLS = 96
_PROBES = 24


def vin_of(number: int) -> str:
    """A made-up VIN for each link."""
    return f"LVWBENCH{number:09d}"


def sealed(command: int, vin: str, unit: bytes) -> bytes:
    """A whole command frame of the 2016 edition."""
    body = bytes((command, 0xFE)) + vin.encode() + b"\x01" + len(unit).to_bytes(2, "big") + unit
    return b"##" + body + bytes((reduce(xor, body),))


def login(vin: str) -> bytes:
    """01 with sequence 1 and no pack codes (§4.1)."""
    return sealed(0x01, vin, _TIME + b"\x00\x01" + b"8986" * 5 + b"\x00\x00")


def realtime(vin: str) -> bytes:
    """02 with vehicle, motor, position, extremes, alarms, 96 cells and 24 probes."""
    vehicle = bytes.fromhex("0101030102 8d0012d687 0eac278b 4e01 2e13 8817 00")
    motor = bytes.fromhex("020101014b5ba05189460eab2774")
    position = bytes.fromhex("0500 06f01448 026113ef")
    extremes = bytes.fromhex("060111 0f93 0140 0f6f 010348 011644")
    alarms = bytes.fromhex("07" + "00" * 9)
    cells = np.arange(_CELLS, dtype=">u2") % 7 + 3950
    voltages = bytes.fromhex("080101 0eac 278b 0060 0001 60") + cells.tobytes()
    probes = bytes.fromhex("0901010018") + bytes(40 + 20 + number % 3 for number in range(_PROBES))
    unit = _TIME + vehicle + motor + position + extremes + alarms + voltages + probes
    spare = FRAME_BYTES - 25 - len(unit) - 3
    return sealed(0x02, vin, unit + b"\x80" + spare.to_bytes(2, "big") + bytes(spare))


def realtime_table(links: int) -> NDArray[np.uint8]:
    """One frame for each link, ``(links, FRAME_BYTES)``."""
    frames = b"".join(realtime(vin_of(number)) for number in range(links))
    return np.frombuffer(frames, np.uint8).reshape(links, FRAME_BYTES)

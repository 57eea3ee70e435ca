"""Answers to commands: GB/T 32960.3 clause 6.3.2, message time kept, the rest dropped."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import xor

from voltward.base.units import BEIJING
from voltward.frames.grammar import Edition

HEADER = 24
SHELL = HEADER + 1
TIME = 6
HEARTBEAT, KEY_EXCHANGE = 0x07, 0x0B
_TIMELESS = (HEARTBEAT, KEY_EXCHANGE)  # the latter's unit begins with the key, never to be echoed
ACTIVATION_RESPONSE, _COMMAND = 0x0A, 0xFE


def edition_of(frame: bytes) -> Edition:
    """The edition that the start bytes name."""
    return Edition.Y2025 if frame[0] == 0x24 else Edition.Y2016


def answer(command: bytes, flag: int) -> bytes:
    """The answer to a whole frame: same start, command, id and encryption, and its six time bytes.

    A heartbeat, a key exchange, or a frame too short to hold a time, is answered with an empty unit.
    """
    time = command[HEADER : HEADER + TIME]
    if command[2] in _TIMELESS or len(command) < SHELL + TIME:
        time = b""
    return _sealed(command, flag, time)


def activation_answer(command: bytes, result: int, info: int) -> bytes:
    """The answer to an activation (09): a command 0A of its own, with flag FE."""
    answered = command[:2] + bytes((ACTIVATION_RESPONSE,)) + command[3:]
    return _sealed(answered, _COMMAND, bytes((result, info)))


def clock_answer(command: bytes, flag: int, now_ns: int) -> bytes:
    """The answer to a time sync (08): the platform's time now, Beijing time, whole seconds."""
    return _sealed(command, flag, beijing_time(now_ns))


def beijing_time(now_ns: int) -> bytes:
    """Six bytes of clause 6.4: year - 2000, month, day, hour, minute, second."""
    now = datetime.fromtimestamp(now_ns // 1_000_000_000, BEIJING)
    return bytes((now.year - 2000, now.month, now.day, now.hour, now.minute, now.second))


def _sealed(command: bytes, flag: int, unit: bytes) -> bytes:
    body = b"%c%c%b%b%b" % (command[2], flag, command[4:22], len(unit).to_bytes(2, "big"), unit)
    return b"%b%b%c" % (command[:2], body, reduce(xor, body))

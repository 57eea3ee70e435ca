"""Answers of a public platform, in the forms that are seen, and ones that fit nothing."""

import random
from typing import Final

from voltward.frames.header import HEADER, bcc
from voltward.frames.moments import MOMENT
from voltward.simulator.platform.faults import Faults

# 6.3.2 keeps the time alone; Annex B.3.3.2 of 2016 echoes the rest; some platforms send neither.
TIME, EMPTY, ECHO = "time", "empty", "echo"
STYLES: Final = (TIME, EMPTY, ECHO)
_SECOND: Final = HEADER + MOMENT - 1
_LAST_OF_VIN: Final = 20


def answer(frame: bytes, flag: int, style: str) -> bytes:
    """The answer to a whole frame: its start, command, id and encryption byte, with ``flag``."""
    unit = b"" if style == EMPTY else frame[HEADER:-1]
    if style == TIME:
        unit = unit[:MOMENT]
    body = b"%c%c%b%b%b" % (frame[2], flag, frame[4:22], len(unit).to_bytes(2, "big"), unit)
    return b"%b%b%c" % (frame[:2], body, bcc(body))


def spoiled(frame: bytes, flag: int, style: str, faults: Faults, draws: random.Random) -> bytes:
    """The answer as a bad platform gives it; empty when it gives none."""
    if draws.random() < faults.lost:
        return b""
    asked = bytearray(frame)
    if draws.random() < faults.wrong_vin:
        asked[_LAST_OF_VIN] ^= 1
    if draws.random() < faults.wrong_time and len(asked) > _SECOND + 1:
        asked[_SECOND] ^= 1
    given = answer(bytes(asked), flag, style)
    return given[: len(given) // 2] if draws.random() < faults.half else given

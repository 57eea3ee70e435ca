"""Positions: durable names of places in a stream.

A position names the first byte of a record (or the end of the stream). It never means anything
else later: segments are numbered upwards for ever, and bytes once readable are never replaced.
"""

import re
from dataclasses import dataclass

from voltward.base.errors import BadInput

OFFSET_BITS = 34
SEGMENT_DIGITS = 12
LAST_SEGMENT = (1 << (64 - OFFSET_BITS)) - 1
STREAM_PATTERN = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_POSITION_PATTERN = re.compile(rf"({STREAM_PATTERN.pattern})/(\d{{{SEGMENT_DIGITS}}}):(\d{{1,11}})")


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in a stream; ordered within one stream."""

    stream: str
    segment: int
    offset: int

    @property
    def number(self) -> int:
        """``segment << 34 | offset``: an unsigned 64-bit integer, ordered like the position."""
        return self.segment << OFFSET_BITS | self.offset

    @staticmethod
    def of_number(stream: str, number: int) -> "Position":
        return Position(stream, number >> OFFSET_BITS, number & ((1 << OFFSET_BITS) - 1))

    def __str__(self) -> str:
        return f"{self.stream}/{self.segment:0{SEGMENT_DIGITS}}:{self.offset}"

    @staticmethod
    def parse(text: str) -> "Position":
        """The position that ``str()`` wrote.

        Raises:
            BadInput: the text is none.
        """
        match = _POSITION_PATTERN.fullmatch(text)
        if match is None or int(match[2]) > LAST_SEGMENT or int(match[3]) >> OFFSET_BITS:
            raise BadInput(f"journal position: found {text!r}, expected STREAM/SEGMENT:OFFSET")
        return Position(match[1], int(match[2]), int(match[3]))


def checked_stream(stream: str) -> str:
    """``stream`` if it can be a folder name and part of a position.

    Raises:
        BadInput: it cannot.
    """
    if STREAM_PATTERN.fullmatch(stream) is None or stream in {"quarantine", "cursors", "holds"}:
        raise BadInput(f"journal stream: found {stream!r}, expected a-z 0-9 _ . - (at most 63)")
    return stream

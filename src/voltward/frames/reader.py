"""Cut a byte stream into frames and noise; the reference that faster splitters are held to.

There is no escaping, so a start pair may stand inside a data unit: framing is by length only.
The rule, at a position: without a start pair (``##`` or ``$$``) everything up to the next one is
noise. A start pair that claims more than 65,531 bytes is noise too. Otherwise the claimed span
must be there in full: with the right BCC it is a frame; with a wrong one it is noise up to the
next start mark inside the span, where the search goes on, or noise as a whole when there is none.
Nothing is decided before all bytes it depends on are there, so the cuts of a stream change
neither the frames nor the bytes between them. (Noise without a start is handed out as it
arrives, so only the borders between such pieces follow the cuts.)
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from operator import xor

from voltward.frames.header import HEADER, MAX_UNIT, bcc

_MARK = re.compile(rb"##|\$\$")
_LONE = (0x23, 0x24)
_WINDOW = 2 * (HEADER + MAX_UNIT + 1)


class PieceReason(IntEnum):
    """Why a piece is what it is."""

    FRAME = 0
    BAD_BCC = 1
    NO_START = 2
    BAD_LENGTH = 3
    GAVE_UP = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole frame with the right BCC, or noise with the reason why it is no frame."""

    data: bytes
    reason: PieceReason

    @property
    def is_frame(self) -> bool:
        return self.reason is PieceReason.FRAME


class FrameReader:
    """One stream; feed it what arrives. It holds back at most one claimed frame."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._need = 1  # with fewer bytes held than this nothing can be decided

    @property
    def waiting(self) -> int:
        """Bytes held back because what they begin is not all there."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that are settled now, in stream order."""
        self._held += data
        return self._settle(0, []) if len(self._held) >= self._need else []

    def resync(self) -> list[Piece]:
        """Give up on the frame in waiting: its start is no start, look on behind it."""
        if not self._held:
            return []
        data = bytes(self._held)
        stop = _next_mark(data, 1, len(data))
        return self._settle(stop, [Piece(data[:stop], PieceReason.GAVE_UP)])

    def _settle(self, at: int, pieces: list[Piece]) -> list[Piece]:
        data = bytes(self._held)
        checks = _Checks(data)
        while at < len(data):
            stop, reason = _look(data, at, checks)
            if stop == at:
                break
            pieces.append(Piece(data[at:stop], reason))
            at = stop
        del self._held[:at]
        self._need = _needed(self._held)
        return pieces


class _Checks:
    """BCCs of spans of one buffer. Lying headers overlap, yet each byte is summed only once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._window = -1
        self._sums: list[int] = []

    def right(self, at: int, stop: int) -> bool:
        """Does the span ``at:stop`` end with its own BCC?"""
        if self._window >= 0 and stop <= self._window + len(self._sums):
            found = self._sums[stop - 2 - self._window] ^ self._sums[at + 1 - self._window]
            return found == self._data[stop - 1]
        if bcc(self._data[at + 2 : stop - 1]) == self._data[stop - 1]:
            return True
        self._window = at
        self._sums = list(accumulate(self._data[at : at + _WINDOW], xor))
        return False


def _look(data: bytes, at: int, checks: _Checks) -> tuple[int, PieceReason]:
    """What begins at ``at`` and where it stops; ``stop == at`` means wait for more."""
    end = len(data)
    if data[at] not in _LONE or (at + 1 < end and data[at + 1] != data[at]):
        return _next_mark(data, at + 1, end), PieceReason.NO_START
    if at + HEADER > end:
        return at, PieceReason.FRAME
    unit = data[at + 22] << 8 | data[at + 23]
    if unit > MAX_UNIT:
        return _next_mark(data, at + 1, end), PieceReason.BAD_LENGTH
    stop = at + HEADER + unit + 1
    if stop > end:
        return at, PieceReason.FRAME
    if checks.right(at, stop):
        return stop, PieceReason.FRAME
    return _next_mark(data, at + 1, stop), PieceReason.BAD_BCC


def _needed(held: bytearray) -> int:
    """How many bytes must be there before what ``held`` begins with can be decided."""
    if len(held) < 2:
        return len(held) + 1
    if len(held) < HEADER:
        return HEADER
    return HEADER + (held[22] << 8 | held[23]) + 1


def _next_mark(data: bytes, at: int, end: int) -> int:
    """First start pair in ``data[at:end]``, or a lone mark as its last byte, or ``end``."""
    found = _MARK.search(data, at, end)
    if found is not None:
        return found.start()
    return end - 1 if at < end and data[end - 1] in _LONE else end

"""Cut byte streams into frames and noise, many streams at once.

The twin of ``frames.reader.FrameReader``, with the same rule. At a position without a start
pair (``##`` or ``$$``) everything up to the next start pair is noise. A start pair that claims
more than 65,531 bytes is noise too. Otherwise the claimed span must be there in full: with the
right BCC it is a frame. With a wrong one it is noise up to the next start mark inside the span,
where the search goes on, or noise as a whole when there is none. Since nothing is decided before
all bytes it depends on are there, the cuts of the stream do not change which frames come out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import Bytes, FrameBatch, Indices, read_only
from voltward.columns.kernel import kernel, making_kernel
from voltward.columns.octets import running_xor, xor_of
from voltward.frames.header import HEADER, MAX_UNIT
from voltward.frames.reader import PieceReason as PieceReason

SHELL = HEADER + 1  # and the BCC
WINDOW = 2 * (MAX_UNIT + SHELL)

FRAME = int(PieceReason.FRAME)
BAD_BCC = int(PieceReason.BAD_BCC)
NO_START = int(PieceReason.NO_START)
BAD_LENGTH = int(PieceReason.BAD_LENGTH)
GAVE_UP = int(PieceReason.GAVE_UP)


@dataclass(frozen=True, slots=True)
class Split:
    """Pieces in stream order, chunk after chunk: arrays ``(pieces,)``, and ``consumed`` ``(k,)``.

    ``chunk`` i4; ``start`` and ``stop`` i8 are positions in the whole buffer; ``reason`` u1 is a
    ``PieceReason``. ``consumed`` i8 counts the bytes of each chunk that are settled: feed the
    others again, with what arrived since behind them.
    """

    chunk: NDArray[np.int32]
    start: Indices
    stop: Indices
    reason: Bytes
    consumed: Indices

    def frames(self, buffer: Bytes) -> FrameBatch:
        """The good frames alone, as a batch."""
        good = self.reason == FRAME
        return FrameBatch.gather(buffer, self.start[good], self.stop[good])


def split(buffer: Bytes, chunk_offsets: Indices, give_up: Bytes | None = None) -> Split:
    """Cut ``k`` independent chunks, ``buffer[chunk_offsets[i]:chunk_offsets[i + 1]]``.

    ``give_up``: u1 ``(k,)``, not 0 for a chunk whose first frame has been waited for too long: if
    it still is not all there, its start is no start, as ``FrameReader.resync`` does.
    The whole costs time in proportion to the bytes, whatever they are.

    Raises:
        ValueError: offsets that leave the buffer.
    """
    FrameBatch(buffer, chunk_offsets)  # the same demands on buffer and offsets
    chunks = chunk_offsets.size - 1
    flags = np.zeros(chunks, np.uint8) if give_up is None else give_up
    if flags.shape != (chunks,):
        raise ValueError("give_up: expected one entry for each chunk")
    return Split(
        *_split_chunks(read_only(buffer), read_only(chunk_offsets), np.ascontiguousarray(flags))
    )


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    split(np.zeros(2, np.uint8), np.array([0, 2], np.int64)).frames(np.zeros(2, np.uint8))


@making_kernel()
def _split_chunks(buffer, chunk_offsets, give_up):  # type: ignore[no-untyped-def]
    chunks = chunk_offsets.size - 1
    room = 64 + chunks + (chunk_offsets[-1] - chunk_offsets[0]) // 128
    chunk_of = np.empty(room, np.int32)
    starts, stops = np.empty(room, np.int64), np.empty(room, np.int64)
    reasons = np.empty(room, np.uint8)
    consumed = np.empty(chunks, np.int64)
    used = 0
    for chunk in range(chunks):
        first, end = chunk_offsets[chunk], chunk_offsets[chunk + 1]
        at, window = first, -1
        prefix = np.empty(0, np.uint8)
        while at < end:
            stop, reason, check = _look(buffer, at, end)
            if stop == at:
                if not give_up[chunk] or at != first:
                    break
                stop, reason = _next_mark(buffer, at + 1, end), GAVE_UP
            if check:
                inside = window >= 0 and stop <= window + prefix.size - 1
                found = (
                    prefix[stop - 1 - window] ^ prefix[at + 2 - window]
                    if inside
                    else xor_of(buffer[at + 2 : stop - 1])
                )
                if found != buffer[stop - 1]:
                    stop, reason = _next_mark(buffer, at + 1, stop), BAD_BCC
                    if not inside:  # lying headers may overlap: sum each byte once only
                        window = at
                        prefix = running_xor(buffer[at : min(end, at + WINDOW)])
            if used == room:
                room *= 2
                chunk_of, starts = _grown(chunk_of, room), _grown(starts, room)
                stops, reasons = _grown(stops, room), _grown(reasons, room)
            chunk_of[used], starts[used], stops[used], reasons[used] = chunk, at, stop, reason
            used += 1
            at = stop
        consumed[chunk] = at - first
    return chunk_of[:used], starts[:used], stops[:used], reasons[:used], consumed


@kernel()
def _look(buffer, at, end):  # type: ignore[no-untyped-def]
    """What begins at ``at``: (stop, reason, BCC to be checked); stop == at means wait."""
    mark = buffer[at]
    if mark != 0x23 and mark != 0x24:
        return _next_mark(buffer, at + 1, end), NO_START, False
    if at + 1 == end:
        return at, FRAME, False
    if buffer[at + 1] != mark:
        return _next_mark(buffer, at + 1, end), NO_START, False
    if at + HEADER > end:
        return at, FRAME, False
    unit = (np.int64(buffer[at + 22]) << 8) | np.int64(buffer[at + 23])
    if unit > MAX_UNIT:
        return _next_mark(buffer, at + 1, end), BAD_LENGTH, False
    stop = at + SHELL + unit
    if stop > end:
        return at, FRAME, False
    return stop, FRAME, True


@kernel()
def _next_mark(buffer, at, end):  # type: ignore[no-untyped-def]
    """First start pair in ``buffer[at:end]``, or a lone mark as its last byte, or ``end``."""
    while at < end:
        value = buffer[at]
        if (value == 0x23 or value == 0x24) and (at + 1 == end or buffer[at + 1] == value):
            return at
        at += 1
    return end


@making_kernel()
def _grown(array, room):  # type: ignore[no-untyped-def]
    out = np.empty(room, array.dtype)
    out[: array.size] = array
    return out

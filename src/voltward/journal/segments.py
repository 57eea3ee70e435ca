"""Reading segments whatever their form: a log file, or a sealed one block by block."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voltward.journal.files import Files, read_around_faults
from voltward.journal.format import HEADER_BYTES, SegmentHeader, segments_in
from voltward.journal.kernels import MAX_PAYLOAD, RECORD_HEADER, scan
from voltward.journal.keys import KeyRing
from voltward.journal.sealed import SealedSegment
from voltward.journal.types import Bytes, Numbers

WINDOW_BYTES = 4 << 20
_TRIES = 5


class Segment(Protocol):
    """Bytes of a segment by their offsets in its log form."""

    number: int
    header: SegmentHeader | None

    def size(self) -> int:
        """Offset behind the last byte."""
        ...

    def read(self, start: int, stop: int) -> Bytes:
        """The bytes of ``[start, stop)``, fewer only at the end. What cannot be read is zeros."""
        ...

    def close(self) -> None: ...


class LogSegment:
    """A ``.log`` file. ``unreadable``: the disk has refused to read some of it; that is zeros."""

    def __init__(self, files: Files, path: str) -> None:
        self.number = int(path.rsplit("/", 1)[-1].split(".")[0])
        self.unreadable = False
        self._files = files
        self._handle = files.open(path)
        try:
            self.header = SegmentHeader.read(self.read(0, HEADER_BYTES))
        except BaseException:
            files.close(self._handle)
            raise

    def size(self) -> int:
        return self._files.size(self._handle)

    def read(self, start: int, stop: int) -> Bytes:
        length = max(0, stop - start)
        data, faulty = read_around_faults(self._files, self._handle, start, length)
        self.unreadable |= faulty
        return data

    def close(self) -> None:
        self._files.close(self._handle)


def open_segment(files: Files, folder: str, name: str, keys: KeyRing) -> Segment:
    """The segment in ``folder/name``, whichever form it has."""
    if name.endswith(".sealed"):
        return SealedSegment(files, f"{folder}/{name}", keys)
    return LogSegment(files, f"{folder}/{name}")


def finished_end(files: Files, folder: str, number: int) -> int | None:
    """Where a finished segment ends, as the header behind it says; None: it does not say."""
    for tries_left in reversed(range(_TRIES)):
        segments = segments_in(files.names(folder))
        name = next((name for later, name in segments.items() if later > number), None)
        if name is None:
            return None
        try:
            segment = open_segment(files, folder, name, KeyRing())
        except FileNotFoundError:  # sealed or expired since the names were read
            if not tries_left:
                raise
            continue
        segment.close()
        header = segment.header
        return header.previous_end if header and header.previous == number else None
    return None


@dataclass(frozen=True, slots=True)
class Scanned:
    """One window of a segment. ``found``: indexes of whole records into ``data``."""

    data: Bytes
    base: int
    found: Numbers
    damage: list[tuple[int, int]]  # offsets in the segment, start and stop
    next: int  # offset where the next window starts


def scan_window(segment: Segment, start: int, end: int, window: int = WINDOW_BYTES) -> Scanned:
    """The records of about ``window`` bytes from offset ``start`` on, none beyond offset ``end``.

    A record longer than the window is read whole. The header must be known.
    """
    header = segment.header
    if header is None:
        return Scanned(np.empty(0, np.uint8), start, np.empty(0, np.int64), [(start, end)], end)
    want = min(max(window, RECORD_HEADER), end - start)
    while True:
        data = segment.read(start, start + want)
        last = start + want >= end or data.size < want
        found = np.empty(data.size // RECORD_HEADER + 1, np.int64)
        damage = np.empty(2 * min(found.size, 4096), np.int64)
        records, stretches, stop = scan(data, start, header.salt, last, found, damage)
        if stop > 0 or last:
            break
        want = min(want + MAX_PAYLOAD + RECORD_HEADER, end - start)
    pairs = [(start + int(a), start + int(b)) for a, b in damage[: 2 * stretches].reshape(-1, 2)]
    following = start + int(stop)
    if last and stop == data.size and data.size < want:
        # the file is shorter than it was: what is missing is damage too
        pairs.append((following, end))
        following = end
    return Scanned(data, start, found[:records], merged(pairs), following)


def merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that touch made one."""
    out: list[tuple[int, int]] = []
    for start, stop in stretches:
        if out and out[-1][1] >= start:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return out

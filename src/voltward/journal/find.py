"""Where a vehicle's frames lie: from the indexes of sealed segments, and by looking at the rest."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voltward.base.vin import VIN_LENGTH
from voltward.journal.files import Files, OsFiles
from voltward.journal.format import HEADER_BYTES, sealed_name, segments_in
from voltward.journal.index import SegmentIndex, index_for
from voltward.journal.kernels import vehicle_columns
from voltward.journal.keys import KeyRing
from voltward.journal.marker import read_word
from voltward.journal.position import OFFSET_BITS, Position
from voltward.journal.reader import JournalReader
from voltward.journal.sealed import SealedSegment
from voltward.journal.segments import LogSegment, finished_end, scan_window
from voltward.journal.types import Bytes, Numbers, Unsigned

_KEPT_INDEXES = 8  # about 20 MB each for segments of 256 MiB


class Finder:
    """Finds frames by vehicle and receive time. For one thread.

    It remembers what it saw in logs that are not sealed yet (about 33 bytes a frame), so that the
    next search looks only at what is new.
    """

    def __init__(
        self, folder: Path | str, files: Files | None = None, keys: KeyRing | None = None
    ) -> None:
        self._folder = str(folder)
        self._files: Files = files or OsFiles()
        self._keys = keys or KeyRing()
        self._logs: dict[tuple[str, int], _LogFrames] = {}
        self._indexes: OrderedDict[tuple[str, int], SegmentIndex] = OrderedDict()

    def find(self, stream: str, vin: bytes, from_ns: int, to_ns: int) -> Unsigned:
        """Position numbers (m,) u8, ascending, of the vehicle's frames in ``[from_ns, to_ns)``.

        Admitted and refused frames (kinds 1 and 4) count; times are receive times.
        """
        found = [np.empty(0, np.uint64)]
        for number, offsets in self._by_segment(stream, vin, from_ns, to_ns):
            found.append(offsets.astype(np.uint64) + np.uint64(number << OFFSET_BITS))
        return np.concatenate(found)

    def _by_segment(
        self, stream: str, vin: bytes, from_ns: int, to_ns: int
    ) -> Iterator[tuple[int, Numbers]]:
        folder = f"{self._folder}/{stream}"
        committed = read_word(self._files, folder, stream)
        segments = segments_in(self._files.names(folder))
        self._forget(stream, segments)
        for number, name in segments.items():
            if committed is None or number > committed.segment:
                return
            if name.endswith(".sealed"):
                yield number, self._in_sealed(folder, name, vin, from_ns, to_ns)
                continue
            end = committed.offset if number == committed.segment else None
            frames = self._logs.setdefault((stream, number), _LogFrames())
            try:
                frames.catch_up(self._files, folder, name, number, end)
            except FileNotFoundError:  # sealed since the names were read
                sealed = f"{name.removesuffix('.log')}.sealed"
                yield number, self._in_sealed(folder, sealed, vin, from_ns, to_ns)
                continue
            yield number, frames.find(vin, from_ns, to_ns)

    def _in_sealed(self, folder: str, name: str, vin: bytes, from_ns: int, to_ns: int) -> Numbers:
        try:
            segment = SealedSegment(self._files, f"{folder}/{name}", self._keys)
        except FileNotFoundError:  # expired since
            return np.empty(0, np.int64)
        try:
            sealed = segment.sealed
            if sealed is None or sealed.last_ns < from_ns or sealed.first_ns >= to_ns:
                return np.empty(0, np.int64)
            return self._index(folder, segment).find(vin, from_ns, to_ns)
        finally:
            segment.close()

    def _index(self, folder: str, segment: SealedSegment) -> SegmentIndex:
        """The segment's index; the last few stay in memory."""
        key = (folder, segment.number)
        if key not in self._indexes:
            self._indexes[key] = index_for(self._files, folder, segment, self._keys)
        self._indexes.move_to_end(key)
        if len(self._indexes) > _KEPT_INDEXES:
            self._indexes.popitem(last=False)
        return self._indexes[key]

    def first_since(self, stream: str, from_ns: int) -> Position | None:
        """Position of the first record received at ``from_ns`` or later; None: there is none."""
        folder = f"{self._folder}/{stream}"
        with JournalReader(self._folder, self._files, self._keys) as reader:
            position = reader.start(stream)
            while position is not None:
                position = _behind_older(self._files, folder, position, from_ns)
                records = reader.read(position, stream)
                late = np.flatnonzero(records.received_ns >= from_ns)
                if late.size:
                    return Position.of_number(stream, int(records.positions[late[0]]))
                if records.next == position:
                    return None
                position = records.next
        return None

    def _forget(self, stream: str, segments: dict[int, str]) -> None:
        for key in [k for k in self._logs if k[0] == stream]:
            if not segments.get(key[1], "").endswith(".log"):
                del self._logs[key]


def _behind_older(files: Files, folder: str, position: Position, from_ns: int) -> Position:
    """``position``, or the end of its segment where a sealed one is older as a whole."""
    name = sealed_name(position.segment)
    if position.offset != HEADER_BYTES or name not in files.names(folder):
        return position
    segment = SealedSegment(files, f"{folder}/{name}", KeyRing())
    segment.close()
    if segment.sealed is None or segment.sealed.last_ns >= from_ns:
        return position
    return Position(position.stream, position.segment, segment.size())


class _LogFrames:
    """The vehicle frames seen so far in one log."""

    def __init__(self) -> None:
        self._next = HEADER_BYTES
        self._vins: list[Bytes] = []
        self._offsets: list[Numbers] = []
        self._received: list[Numbers] = []

    def catch_up(self, files: Files, folder: str, name: str, number: int, end: int | None) -> None:
        """Look at what lies behind the last look; ``end`` None: the segment is finished."""
        segment = LogSegment(files, f"{folder}/{name}")
        try:
            if end is None:
                end = finished_end(files, folder, number) or segment.size()
            while self._next < end:
                window = scan_window(segment, self._next, end)
                count = window.found.size
                vins = np.empty((count, VIN_LENGTH), np.uint8)
                received_ns, has = np.empty(count, np.int64), np.empty(count, np.uint8)
                vehicle_columns(window.data, window.found, vins, received_ns, has)
                keep: npt.NDArray[np.bool_] = has.astype(bool)
                self._vins.append(vins[keep])
                self._offsets.append(window.found[keep] + window.base)
                self._received.append(received_ns[keep])
                self._next = window.next
        finally:
            segment.close()

    def find(self, vin: bytes, from_ns: int, to_ns: int) -> Numbers:
        found = [np.empty(0, np.int64)]
        wanted = np.frombuffer(vin.ljust(VIN_LENGTH, b"\0")[:VIN_LENGTH], np.uint8)
        for vins, offsets, times in zip(self._vins, self._offsets, self._received, strict=True):
            rows = (times >= from_ns) & (times < to_ns)
            rows &= (vins == wanted).all(axis=1)
            found.append(offsets[rows])
        return np.concatenate(found)

"""Readers follow a stream from any process, at any time, up to its last commit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voltward.journal.errors import NoSuchRecord
from voltward.journal.files import Files, OsFiles
from voltward.journal.format import HEADER_BYTES, segments_in
from voltward.journal.kernels import MAX_PAYLOAD, RECORD_HEADER, payload_bytes, take_apart
from voltward.journal.keys import KeyRing
from voltward.journal.marker import MARKER_NAME, read_word
from voltward.journal.position import OFFSET_BITS, Position
from voltward.journal.sealed import SealedSegment
from voltward.journal.segments import Scanned, Segment, finished_end, open_segment, scan_window
from voltward.journal.types import Bytes, Links, Numbers, Unsigned

_TRIES = 5
_WINDOW_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Records:
    """m records of one stream in order.

    ``buffer`` (u1) holds the payloads one behind the other, record i is
    ``buffer[offsets[i]:offsets[i + 1]]``; ``kinds`` (m,) u1; ``links`` (m,) u4; ``received_ns``
    (m,) i8; ``positions`` (m,) u8, as ``Position.number``. ``next``: where to read on.
    ``damage``: stretches that hold no readable record and were stepped over.
    """

    buffer: Bytes
    offsets: Numbers
    kinds: Bytes
    links: Links
    received_ns: Numbers
    positions: Unsigned
    next: Position
    damage: tuple[tuple[Position, Position], ...] = ()

    def __len__(self) -> int:
        return int(self.kinds.size)

    def only(self, wanted: npt.NDArray[np.bool_]) -> "Records":
        """Those records for which ``wanted`` (m,) is true; ``next`` and ``damage`` stay."""
        lengths = np.diff(self.offsets)
        offsets = np.concatenate([[0], np.cumsum(lengths[wanted])]).astype(np.int64)
        return replace(
            self,
            buffer=self.buffer[np.repeat(wanted, lengths)],
            offsets=offsets,
            kinds=self.kinds[wanted],
            links=self.links[wanted],
            received_ns=self.received_ns[wanted],
            positions=self.positions[wanted],
        )

    def payload(self, index: int) -> bytes:
        return self.buffer[self.offsets[index] : self.offsets[index + 1]].tobytes()


class JournalReader:
    """Reads the streams of a journal folder. For one thread; ``close`` frees its files."""

    def __init__(
        self, folder: Path | str, files: Files | None = None, keys: KeyRing | None = None
    ) -> None:
        self._folder = str(folder)
        self._keys = keys or KeyRing()
        self._files: Files = files or OsFiles()
        self._kept: Segment | None = None
        self._kept_path = ""
        self._kept_end: int | None = None

    def streams(self) -> list[str]:
        """Every stream that was ever written here."""
        names = self._files.names(self._folder)
        return [n for n in names if MARKER_NAME in self._files.names(f"{self._folder}/{n}")]

    def end(self, stream: str) -> Position | None:
        """The position behind the last committed record; None: the stream has none yet."""
        return read_word(self._files, f"{self._folder}/{stream}", stream)

    def start(self, stream: str) -> Position | None:
        """The oldest position that can still be read; None: no segment is there."""
        numbers = self._numbers(stream)
        return Position(stream, min(numbers), HEADER_BYTES) if numbers else None

    def segments(self, stream: str) -> list[int]:
        """Numbers of the segments that are there, ascending; others have expired in between."""
        return list(self._numbers(stream))

    def read(self, position: Position | None, stream: str, limit_bytes: int = 1 << 20) -> Records:
        """Records from ``position`` (None: the oldest) on, about ``limit_bytes`` of one segment.

        ``next`` equals ``position`` when nothing new is there. Where segments have expired, reading
        goes on with the oldest one left.
        """
        at = position or self.start(stream) or Position(stream, 0, HEADER_BYTES)
        committed = self.end(stream)
        while committed is not None and at < committed:
            here = self._segment(stream, at.segment)
            end = committed.offset if at.segment == committed.segment else self._end(stream, at)
            if here is not None and at.offset < end:
                return _records(stream, scan_window(here, at.offset, end, limit_bytes), at.segment)
            following = self._following(stream, at.segment)
            if following is None or following > committed.segment:
                break
            at = Position(stream, following, HEADER_BYTES)
        return _nothing(at)

    def frame_at(self, position: Position) -> bytes:
        """The payload of the record at ``position``.

        Raises:
            NoSuchRecord: no record starts there, or it is not committed, or has expired.
        """
        return self.record_at(position).payload(0)

    def record_at(self, position: Position) -> Records:
        """The one record at ``position``.

        Raises:
            NoSuchRecord: no record starts there, or it is not committed, or has expired.
        """
        committed = self.end(position.stream)
        if committed is None or position >= committed:
            raise NoSuchRecord(str(position))
        here = self._segment(position.stream, position.segment)
        if here is None:
            raise NoSuchRecord(str(position))
        head = here.read(position.offset, position.offset + RECORD_HEADER)
        length = int(np.frombuffer(head[:4].tobytes().ljust(4, b"\0"), "<u4")[0])
        stop = position.offset + RECORD_HEADER + min(length, MAX_PAYLOAD)
        window = scan_window(here, position.offset, stop, stop - position.offset)
        if window.found.size == 0 or window.found[0] != 0:
            raise NoSuchRecord(f"{position}: no whole record starts here")
        return _records(position.stream, window, position.segment)

    def records_at(self, stream: str, numbers: Unsigned) -> Iterator[Records]:
        """The records at ``numbers`` (m,) u8, ascending positions, in batches of one window each.

        What is no longer there, or damaged, is left out.
        """
        place = 0
        while place < numbers.size:
            at = Position.of_number(stream, int(numbers[place]))
            batch = self._from(at)
            stop = place + int(np.searchsorted(numbers[place:], np.uint64(batch.next.number)))
            wanted = np.isin(batch.positions, numbers[place:stop])
            if wanted.any():
                yield batch.only(wanted)
            place = max(stop, place + 1)

    def _from(self, at: Position) -> Records:
        """A window of committed records that starts exactly at ``at``; empty if none does."""
        batch = self.read(at, at.stream, _WINDOW_BYTES)
        same = batch.next.segment == at.segment
        return batch if same else _nothing(Position(at.stream, at.segment, at.offset + 1))

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
        self._kept, self._kept_path, self._kept_end = None, "", None

    def __enter__(self) -> "JournalReader":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _numbers(self, stream: str) -> dict[int, str]:
        return segments_in(self._files.names(f"{self._folder}/{stream}"))

    def _following(self, stream: str, segment: int) -> int | None:
        return min((n for n in self._numbers(stream) if n > segment), default=None)

    def _segment(self, stream: str, number: int) -> Segment | None:
        """The open segment; None: it has expired or never was."""
        wanted = f"{self._folder}/{stream}/{number}"
        if self._kept is not None and self._kept_path == wanted:
            return self._kept
        self.close()
        for _ in range(_TRIES):
            name = self._numbers(stream).get(number)
            if name is None:
                return None
            try:
                self._kept = open_segment(self._files, f"{self._folder}/{stream}", name, self._keys)
            except FileNotFoundError:
                continue  # it was sealed or expired between the two looks
            self._kept_path = wanted
            return self._kept
        return None

    def _end(self, stream: str, at: Position) -> int:
        """Where a finished segment ends."""
        if self._kept is None:
            return 0
        if isinstance(self._kept, SealedSegment):
            return self._kept.size()
        if self._kept_end is None:
            stated = finished_end(self._files, f"{self._folder}/{stream}", at.segment)
            self._kept_end = self._kept.size() if stated is None else stated
        return self._kept_end


def _records(stream: str, window: Scanned, segment: int) -> Records:
    data, found = window.data, window.found
    count = found.size
    payloads = np.empty(int(payload_bytes(data, found)), np.uint8)
    offsets, kinds = np.empty(count + 1, np.int64), np.empty(count, np.uint8)
    links, received_ns = np.empty(count, np.uint32), np.empty(count, np.int64)
    take_apart(data, found, payloads, offsets, kinds, links, received_ns)
    first = np.uint64((segment << OFFSET_BITS) + window.base)
    damage = tuple(
        (Position(stream, segment, start), Position(stream, segment, stop))
        for start, stop in window.damage
    )
    positions = found.astype(np.uint64) + first
    following = Position(stream, segment, window.next)
    return Records(payloads, offsets, kinds, links, received_ns, positions, following, damage)


def _nothing(at: Position) -> Records:
    empty = np.empty(0, np.uint8)
    return Records(
        buffer=empty,
        offsets=np.zeros(1, np.int64),
        kinds=empty,
        links=np.empty(0, np.uint32),
        received_ns=np.empty(0, np.int64),
        positions=np.empty(0, np.uint64),
        next=at,
    )

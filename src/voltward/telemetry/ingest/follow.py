"""Reads from the journal what the next plan covers, and reads a plan's ranges again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.telemetry.ingest.batch import FRAME, Part
from voltward.telemetry.ingest.plan import Range

# A frame of 96 cells with its record header; decides only how much is read at once.
TYPICAL_RECORD_BYTES = 512
LEAST_READ_BYTES = 1 << 20
TYPICAL_SEGMENT_BYTES = 256 << 20  # decides only the estimate of how much waits


class Follower:
    """The live end of all streams of a journal that ``wanted`` says yes to."""

    def __init__(self, reader: JournalReader, wanted: Callable[[str], bool], rows: int) -> None:
        self._reader = reader
        self._wanted = wanted
        self._rows = rows

    def streams(self) -> list[str]:
        return sorted(stream for stream in self._reader.streams() if self._wanted(stream))

    def next_parts(self, checkpoint: Mapping[str, Position]) -> list[Part]:
        """What waits behind the checkpoint: at most ``rows`` frames, each stream its fair share."""
        streams = self.streams()
        parts: list[Part] = []
        left = self._rows
        for number, stream in enumerate(streams):
            share = max(1, left // (len(streams) - number))
            part = self._read(stream, checkpoint.get(stream), share)
            if part is not None:
                left -= int(np.count_nonzero(part.records.kinds == FRAME))
                parts.append(part)
            if left <= 0:
                break
        return parts

    def again(self, ranges: Sequence[Range]) -> list[Part]:
        """The records of a plan that was written down earlier: the same, in the same order.

        Raises:
            LookupError: the journal no longer reaches as far as the plan, or has expired it.
        """
        return [Part(part, self._whole(part)) for part in ranges]

    def ends(self) -> dict[str, Position]:
        """Behind the last record of each stream, now."""
        ends = {stream: self._reader.end(stream) for stream in self.streams()}
        return {stream: end for stream, end in ends.items() if end is not None}

    def has_reached(self, checkpoint: Mapping[str, Position], ends: Mapping[str, Position]) -> bool:
        """True when nothing that lies before ``ends`` waits behind the checkpoint.

        A stream whose last segments have expired is read to its end before it reaches it.
        """
        return all(
            ((at := checkpoint.get(stream)) is not None and at >= end)
            or self._read(stream, at, 1) is None
            for stream, end in ends.items()
        )

    def behind(self, checkpoint: Mapping[str, Position]) -> int:
        """Records behind the checkpoint, estimated from their bytes; 0 only when there are none."""
        waiting = sum(
            self._bytes_behind(stream, checkpoint.get(stream)) for stream in self.streams()
        )
        return -(-waiting // TYPICAL_RECORD_BYTES)

    def ahead(self, checkpoint: Mapping[str, Position]) -> list[str]:
        """Streams whose checkpoint lies behind their end: not this journal, or not recovered yet."""
        return [s for s, at in checkpoint.items() if (end := self._reader.end(s)) and end < at]

    def oldest_ns(self, checkpoint: Mapping[str, Position]) -> int | None:
        """When the oldest record behind the checkpoint was received, Unix ns; None: none waits."""
        found = []
        for stream in self.streams():
            records = self._reader.read(checkpoint.get(stream), stream, 1)
            if len(records):
                found.append(int(records.received_ns[0]))
        return min(found, default=None)

    def _bytes_behind(self, stream: str, start: Position | None) -> int:
        end = self._reader.end(stream)
        start = start or self._reader.start(stream)
        if end is None or start is None or end <= start:
            return 0
        if end.segment == start.segment:
            return end.offset - start.offset
        return end.offset + (end.segment - start.segment) * TYPICAL_SEGMENT_BYTES - start.offset

    def _read(self, stream: str, start: Position | None, frames: int) -> Part | None:
        start = start or self._reader.start(stream)
        limit = max(LEAST_READ_BYTES, frames * TYPICAL_RECORD_BYTES)
        records = self._reader.read(start, stream, limit)
        if start is None or records.next <= start:
            return None
        records = _at_most(records, frames)
        return Part(Range(stream, start, records.next), records)

    def _whole(self, part: Range) -> Records:
        found: list[Records] = []
        at = part.start
        while at < part.stop:
            records = self._reader.read(at, part.stream, 32 * LEAST_READ_BYTES)
            if records.next <= at:
                raise LookupError(f"journal: nothing to read at {at}, the plan ends at {part.stop}")
            found.append(before(records, part.stop))
            at = records.next
        return _concatenated(found, part.stop)


def _at_most(records: Records, frames: int) -> Records:
    """The records before the first frame too many."""
    are_frames = records.kinds == FRAME
    if int(np.count_nonzero(are_frames)) <= frames:
        return records
    first_left = int(np.flatnonzero(are_frames)[frames])
    stop = Position.of_number(records.next.stream, int(records.positions[first_left]))
    return _first(records, first_left, stop)


def before(records: Records, stop: Position) -> Records:
    """The records that lie before ``stop``."""
    count = int(np.searchsorted(records.positions, np.uint64(stop.number)))
    return records if count == records.kinds.size else _first(records, count, stop)


def _first(records: Records, count: int, stop: Position) -> Records:
    return Records(
        buffer=records.buffer[: int(records.offsets[count])],
        offsets=records.offsets[: count + 1],
        kinds=records.kinds[:count],
        links=records.links[:count],
        received_ns=records.received_ns[:count],
        positions=records.positions[:count],
        next=stop,
        damage=tuple(stretch for stretch in records.damage if stretch[1] <= stop),
    )


def _concatenated(found: Sequence[Records], stop: Position) -> Records:
    if len(found) == 1:
        return found[0]
    sizes = np.cumsum([0] + [int(records.offsets[-1]) for records in found])
    offsets = [np.zeros(1, np.int64)]
    offsets += [records.offsets[1:] + base for records, base in zip(found, sizes, strict=False)]
    return Records(
        buffer=np.concatenate([records.buffer[: int(records.offsets[-1])] for records in found]),
        offsets=np.concatenate(offsets),
        kinds=np.concatenate([records.kinds for records in found]),
        links=np.concatenate([records.links for records in found]),
        received_ns=np.concatenate([records.received_ns for records in found]),
        positions=np.concatenate([records.positions for records in found]),
        next=stop,
        damage=tuple(stretch for records in found for stretch in records.damage),
    )

"""Look at every byte of a journal: every record of every segment, headers, tables and indexes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voltward.journal.errors import JournalDamaged, JournalError, KeyMissing
from voltward.journal.expiry import read_proof
from voltward.journal.files import Files, OsFiles
from voltward.journal.format import HEADER_BYTES, LOG_MAGIC, index_name, segments_in, whole_copies
from voltward.journal.index import index_of, read_index
from voltward.journal.keys import KeyRing
from voltward.journal.marker import read_word
from voltward.journal.position import Position
from voltward.journal.quarantine import Damage, put_aside
from voltward.journal.sealed import SealedSegment
from voltward.journal.segments import (
    LogSegment,
    Segment,
    finished_end,
    merged,
    open_segment,
    scan_window,
)


@dataclass
class SegmentReport:
    """What was found in one segment; ``sound`` when nothing is wrong.

    ``damage``: stretches that hold no readable record. ``faults``: all else that is not as it was
    written, in words. ``form``: ``log``, ``sealed`` or ``missing``.
    """

    stream: str
    segment: int
    form: str
    records: int = 0
    end: int = 0
    damage: list[Damage] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.damage and not self.faults


def verify(
    folder: Path | str,
    stream: str,
    files: Files | None = None,
    keys: KeyRing | None = None,
    *,
    quarantine: bool = False,
) -> Iterator[SegmentReport]:
    """A report for each segment of a stream, oldest first, up to its last commit.

    May run while the stream is written. ``quarantine``: put copies of damaged stretches aside.
    """
    disk: Files = files or OsFiles()
    place = _Place(disk, str(folder), stream, keys or KeyRing())
    committed = read_word(disk, place.folder, stream)
    segments = segments_in(disk.names(place.folder))
    first = min(segments, default=0)
    last = committed.segment if committed is not None else max(segments, default=-1)
    for number in range(first, last + 1):
        if number in segments:
            yield place.report(number, segments[number], committed, quarantine)
        elif read_proof(disk, str(folder), stream, number) is None:
            yield SegmentReport(stream, number, "missing", faults=["the segment is missing"])


@dataclass(frozen=True)
class _Place:
    files: Files
    journal: str
    stream: str
    keys: KeyRing

    @property
    def folder(self) -> str:
        return f"{self.journal}/{self.stream}"

    def report(
        self, number: int, name: str, committed: Position | None, quarantine: bool
    ) -> SegmentReport:
        report = SegmentReport(self.stream, number, name.rsplit(".", 1)[-1])
        try:
            segment = open_segment(self.files, self.folder, name, self.keys)
        except (OSError, JournalError) as error:
            report.faults.append(str(error))
            return report
        try:
            report.end = self._end(segment, number, committed, report)
            self._records(segment, report)
            if isinstance(segment, SealedSegment):
                self._sealed(segment, report)
            if quarantine:
                for piece in report.damage:
                    put_aside(self.files, self.folder, segment, piece)
        except (OSError, JournalError) as error:
            report.faults.append(str(error))
        finally:
            segment.close()
        return report

    def _end(
        self, segment: Segment, number: int, committed: Position | None, report: SegmentReport
    ) -> int:
        """Where the segment must end; a shorter one has lost something."""
        if isinstance(segment, LogSegment):
            copies = len(whole_copies(segment.read(0, HEADER_BYTES), LOG_MAGIC))
            if copies < 2:
                report.faults.append(f"header: {2 - copies} of 2 copies are damaged")
        if committed is not None and committed.segment == number:
            return committed.offset
        stated = finished_end(self.files, self.folder, number)
        if stated is not None and isinstance(segment, SealedSegment) and stated != segment.size():
            report.faults.append(f"ends at {segment.size()}, the next segment says {stated}")
        return segment.size() if stated is None else stated

    def _records(self, segment: Segment, report: SegmentReport) -> None:
        stretches: list[tuple[int, int]] = []
        at = HEADER_BYTES
        while at < report.end:
            window = scan_window(segment, at, report.end)
            report.records += window.found.size
            stretches += window.damage
            at = window.next
        report.damage = [
            Damage(self.stream, report.segment, start, stop, "damaged")
            for start, stop in merged(stretches)
        ]

    def _sealed(self, segment: SealedSegment, report: SegmentReport) -> None:
        report.faults += segment.faults
        sealed = segment.sealed
        if sealed is None:
            return
        if sealed.records != report.records and not report.damage:
            report.faults.append(f"{report.records} records, its header says {sealed.records}")
        path = f"{self.folder}/{index_name(report.segment)}"
        name = f"{self.stream}/{report.segment}"
        try:
            index = read_index(self.files, path, self.keys, name)
        except (FileNotFoundError, JournalDamaged, KeyMissing) as error:
            report.faults.append(f"index: {error}")
            return
        fresh = index_of(segment)
        same = all(
            np.array_equal(getattr(index, column), getattr(fresh, column))
            for column in ("vins", "starts", "offsets", "received_ns")
        )
        if not same and not report.damage:
            report.faults.append("index: it is not the index of this segment")

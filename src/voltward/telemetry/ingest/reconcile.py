"""Compares the store with the journal and the archive, and refills what the store has lost (R7).

Every frame that gives a row must be in the store, from its own place in the journal or, as a
duplicate, from another; every vehicle's newest row must be where pages look for it first; every
session event must be listed. What is missing is decoded again and inserted as new. Replays that a
processor has noticed are no records of the journal: what is lost of them stays so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.telemetry.archive.read import archived_records
from voltward.telemetry.archive.run import checkpoints
from voltward.telemetry.ingest import session_events
from voltward.telemetry.ingest.batch import Part, batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.expired import SegmentsRead, only_archived
from voltward.telemetry.ingest.follow import before
from voltward.telemetry.ingest.lacking import LackingLatest
from voltward.telemetry.ingest.narrow import narrowed
from voltward.telemetry.ingest.plan import Range
from voltward.telemetry.ingest.quarantine import DECODE, set_aside
from voltward.telemetry.ingest.sink import RowsRefused, StoreSink
from voltward.telemetry.ingest.streams import stream_number

AT_ONCE_BYTES = 32 << 20

Progress = Callable[[int, int], None]
Places = set[tuple[int, int]]  # number of a stream, position in it


@dataclass(frozen=True, slots=True)
class Missing:
    """Rows that one segment should have in the store and had not."""

    stream: str
    segment: int
    rows: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """``rows``: looked for. ``duplicates``: not there from their own place, but under their key.

    ``latest``: newest rows that were missing. ``events``: session events that were. ``refilled``:
    rows of all three kinds. ``refused``: rows and events that the store does not take, now or
    before: of those in quarantine none is tried again, of the others none is refilled.
    """

    rows: int
    duplicates: int
    missing: tuple[Missing, ...]
    refilled: int
    latest: int
    events: int
    refused: int


def reconcile(
    config: ProcessorConfig,
    sink: StoreSink,
    archive: Path,
    *,
    refill: bool = True,
    progress: Progress | None = None,
) -> Reconciled:
    """Look for the row of every frame behind the checkpoints; processors may run meanwhile.

    ``refill=False`` only looks. ``progress(done, of)`` counts bytes of the journal, about.

    Raises:
        StoreUnwell, ArchiveDamaged, JournalError, OSError: call again; what is refilled stays.
    """
    decoder = Decoder(config.vehicle_key)
    with JournalReader(config.journal, keys=config.journal_keys) as reader:
        comparison = _Comparison(sink, refill, _refused_before(reader))
        for part in _parts(config, reader, archive, progress):
            batch = batch_of([part])
            for piece in decoder.pieces(batch)[0]:
                comparison.look_at_rows(part.range, piece.rows)
            comparison.look_at_events(session_events.table_of(batch.events, decoder.key))
    return comparison.ended()


class _Comparison:
    """What should be there, batch after batch, beside what is."""

    def __init__(self, sink: StoreSink, refill: bool, refused_before: Places) -> None:
        self._sink = sink
        self._refill = refill
        self._refused_before = refused_before
        self._lacking = LackingLatest(sink.latest_versions())
        self._rows = self._duplicates = self._events = self._refilled = self._refused = 0
        self._missing: dict[tuple[str, int], int] = {}

    def look_at_rows(self, place: Range, rows: pa.Table) -> None:
        absent = np.flatnonzero(~self._sink.has(rows))
        known = self._sink.knows(rows.take(pa.array(absent)))
        lost = absent[~known]
        self._rows += rows.num_rows
        self._duplicates += int(np.count_nonzero(known))
        hopeless = self._hopeless(rows, "frame_position", lost)
        lost = np.setdiff1d(lost, hopeless)
        if lost.size:
            segment = place.stream, place.start.segment
            self._missing[segment] = self._missing.get(segment, 0) + lost.size
        refused = self._put(rows, lost, self._sink.insert_rows)
        there = np.setdiff1d(np.arange(rows.num_rows), np.concatenate([hopeless, refused]))
        self._lacking.look(rows.take(pa.array(there)))

    def look_at_events(self, events: pa.Table) -> None:
        lost = np.flatnonzero(~self._sink.has_events(events))
        lost = np.setdiff1d(lost, self._hopeless(events, "position", lost))
        self._events += lost.size
        self._put(events, lost, self._sink.insert_events)

    def ended(self) -> Reconciled:
        """After the last batch: only now it is known which rows are the newest."""
        rows, latest = self._lacking.rows, 0
        if rows is not None:
            latest = rows.num_rows
            self._put(rows, np.arange(latest), lambda some, _: self._sink.insert_latest(some))
        found = tuple(Missing(*place, count) for place, count in self._missing.items())
        return Reconciled(
            self._rows,
            self._duplicates,
            found,
            self._refilled,
            latest,
            self._events,
            self._refused,
        )

    def _hopeless(
        self, table: pa.Table, position: str, lost: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Those of ``lost`` that are in quarantine because the store does not take them."""
        if not lost.size or not self._refused_before:
            return np.zeros(0, np.int64)
        places = zip(table["stream"].to_pylist(), table[position].to_pylist(), strict=True)
        refused = [n for n, place in enumerate(places) if place in self._refused_before]
        found = np.intersect1d(lost, np.array(refused, np.int64))
        self._refused += found.size
        return found

    def _put(
        self, table: pa.Table, lost: NDArray[np.int64], insert: Callable[[pa.Table, str], None]
    ) -> NDArray[np.int64]:
        """Refill the rows ``lost``; which of them the store refuses."""
        if not self._refill:
            return np.zeros(0, np.int64)
        rows = table.take(pa.array(lost))

        def attempt(first: int, last: int) -> None:
            # A token of its own: the store may still remember the one the rows came under.
            insert(rows.slice(first, last - first), f"refill-{secrets.token_hex(16)}")

        _, refused = narrowed(rows.num_rows, attempt, RowsRefused, tries_alone=1)
        self._refilled += rows.num_rows - len(refused)
        self._refused += len(refused)
        return lost[sorted(refused)]


def _refused_before(reader: JournalReader) -> Places:
    """What is in quarantine because the store did not take it, or died of it."""
    return {
        (stream_number(poison.position.stream), poison.position.number)
        for poison in set_aside(reader)
        if poison.step != DECODE
    }


def _parts(
    config: ProcessorConfig, reader: JournalReader, archive: Path, progress: Progress | None
) -> Iterator[Part]:
    """All records before the checkpoints, from the journal, or from the archive where expired."""
    read, done = SegmentsRead(), set[str]()
    yield from _expired(config, archive, read, done)
    yield from _kept(config, reader, read, progress)
    yield from _expired(config, archive, read, done)  # while the journal was read


def _expired(
    config: ProcessorConfig, archive: Path, read: SegmentsRead, done: set[str]
) -> Iterator[Part]:
    """Until no further segment has expired meanwhile."""
    while left := [one for one in only_archived(config.journal, archive) if one.name not in done]:
        for manifest in left:
            done.add(manifest.name)
            for records in archived_records(archive, manifest, config.journal_keys):
                rest = read.rest(manifest.stream, manifest.segment, records)
                if len(rest):
                    yield _part(manifest.stream, rest)


def _kept(
    config: ProcessorConfig, reader: JournalReader, read: SegmentsRead, progress: Progress | None
) -> Iterator[Part]:
    reached = checkpoints(config.folder)
    done, total = 0, sum(position.offset for position in reached.values())
    for stream, stop in reached.items():
        at = reader.start(stream)
        while at is not None and at < stop:
            records = reader.read(at, stream, AT_ONCE_BYTES)
            if records.next == at:
                break
            yield _part(stream, before(records, stop))
            read.note(records.next)
            done += int(records.offsets[-1])
            at = records.next
            if progress is not None:
                progress(done, max(done, total))


def _part(stream: str, records: Records) -> Part:
    first = int(records.positions[0]) if len(records) else records.next.number
    return Part(Range(stream, Position.of_number(stream, first), records.next), records)

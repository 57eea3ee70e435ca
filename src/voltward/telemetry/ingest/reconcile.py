"""Compares the store with the journal and the archive, and refills what the store has lost (R7).

Every frame that gives a row must be in the store, from its own place in the journal or, as a
duplicate, from another. What is missing is decoded again and inserted as new.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.telemetry.archive.layout import manifests
from voltward.telemetry.archive.read import archived_records
from voltward.telemetry.archive.run import checkpoints
from voltward.telemetry.ingest.batch import Part, batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.follow import before
from voltward.telemetry.ingest.plan import Range
from voltward.telemetry.ingest.sink import StoreSink

AT_ONCE_BYTES = 32 << 20

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Missing:
    """Rows that one segment should have in the store and had not."""

    stream: str
    segment: int
    rows: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """``rows``: looked for. ``duplicates``: not there from their own place, but under their key."""

    rows: int
    duplicates: int
    missing: tuple[Missing, ...]
    refilled: int


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
        StoreUnwell, ArchiveDamaged, JournalError: call again; what is refilled stays.
    """
    decoder = Decoder(config.vehicle_key)
    rows = duplicates = refilled = 0
    missing: dict[tuple[str, int], int] = {}
    with JournalReader(config.journal, keys=config.journal_keys) as reader:
        for part in _parts(config, reader, archive, progress):
            for piece in decoder.pieces(batch_of([part]))[0]:
                lost, known = _lost(sink, piece.rows)
                rows += piece.rows.num_rows
                duplicates += known
                if not lost.num_rows:
                    continue
                place = part.range.stream, part.range.start.segment
                missing[place] = missing.get(place, 0) + lost.num_rows
                if refill:
                    # A token of its own: the store may still remember the one the rows came under.
                    sink.insert_rows(lost, f"refill-{secrets.token_hex(16)}")
                    refilled += lost.num_rows
    found = tuple(Missing(stream, segment, count) for (stream, segment), count in missing.items())
    return Reconciled(rows, duplicates, found, refilled)


def _lost(sink: StoreSink, rows: pa.Table) -> tuple[pa.Table, int]:
    """Rows that the store has in no way, and how many it has as duplicates of others."""
    absent = rows.filter(pa.array(~sink.has(rows)))
    if not absent.num_rows:
        return absent, 0
    known = sink.knows(absent)
    return absent.filter(pa.array(~known)), int(np.count_nonzero(known))


def _parts(
    config: ProcessorConfig, reader: JournalReader, archive: Path, progress: Progress | None
) -> Iterator[Part]:
    """All records before the checkpoints, from the journal, or from the archive where expired."""
    reached = checkpoints(config.folder)
    done, total = 0, sum(position.offset for position in reached.values())
    for manifest in manifests(archive):
        start = reader.start(manifest.stream)
        if start is None or manifest.segment < start.segment:
            for records in archived_records(archive, manifest, config.journal_keys):
                yield _part(manifest.stream, records)
    for stream, stop in reached.items():
        at = reader.start(stream)
        while at is not None and at < stop:
            records = reader.read(at, stream, AT_ONCE_BYTES)
            if records.next == at:
                break
            yield _part(stream, before(records, stop))
            done += int(records.offsets[-1])
            at = records.next
            if progress is not None:
                progress(done, max(done, total))


def _part(stream: str, records: Records) -> Part:
    first = int(records.positions[0]) if len(records) else records.next.number
    return Part(Range(stream, Position.of_number(stream, first), records.next), records)

"""Copies a sealed segment into the archive, and believes it only after reading it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.clock import Clock, SystemClock
from voltward.base.durable import replace_durably, sync_folder
from voltward.journal.format import HEADER_BYTES
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.telemetry.archive.digest import Digest
from voltward.telemetry.archive.layout import (
    RAW_SCHEMA,
    ROWS_SCHEMA,
    ArchivedFile,
    Manifest,
    file_path,
    manifest_path,
    read_manifest,
)
from voltward.telemetry.archive.parquet import ArchiveDamaged, ChunkWriter, Span
from voltward.telemetry.archive.read import segment_digest
from voltward.telemetry.ingest.batch import FRAME, Part, batch_of
from voltward.telemetry.ingest.decoding import Decoded, Decoder
from voltward.telemetry.ingest.plan import Range
from voltward.telemetry.ingest.vehicles import VehicleIds

CHUNK_BYTES = 32 << 20  # of the segment, in memory at once
NS_PER_MS = 1_000_000

RAW = pa.schema(
    [
        ("vehicle_id", pa.uint64()),  # 0 for records that are no frames
        ("position", pa.uint64()),
        ("received_ns", pa.int64()),
        ("kind", pa.uint8()),
        ("link", pa.uint32()),
        ("payload", pa.binary()),
    ]
)


@dataclass(frozen=True, slots=True)
class ArchiveConfig:
    """``journal_keys``: the active one encrypts the raw files, as it does the sealed segments."""

    journal: Path
    folder: Path
    vehicle_key: bytes = field(repr=False)
    journal_keys: KeyRing = field(default_factory=KeyRing)


def archive_segment(
    config: ArchiveConfig,
    reader: JournalReader,
    decoder: Decoder,
    stream: str,
    segment: int,
    clock: Clock | None = None,
    *,
    told: int | None = None,
) -> Manifest:
    """Write the files of a finished segment, read them back, then write the manifest.

    A segment that is archived and whole stays as it is: its manifest is returned, unless it has
    another number of records than ``told`` by the segment's header. What a kill or a failing disk
    left behind is overwritten.

    Raises:
        ArchiveDamaged: what was read back is not what was written; there is no manifest.
        OSError, JournalError: the disk or the journal.
    """
    known = _whole_copy(config, stream, segment)
    if known is not None and told in (None, known.records):
        return known
    path = manifest_path(config.folder, stream, segment)
    path.unlink(missing_ok=True)
    written = _Written(config, stream, segment)
    with written.files:
        for records in segment_records(reader, stream, segment):
            written.add(records, decoder)
        manifest = written.manifest((clock or SystemClock()).now_ns())
    found = segment_digest(config.folder, manifest, config.journal_keys)
    if (found.records, found.text()) != (manifest.records, manifest.digest):
        raise ArchiveDamaged(
            f"{manifest.name}: read back {found.records} records, digest {found.text()};"
            f" the segment has {manifest.records}, {manifest.digest}"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # a manifest is a promise: every folder on the way to what it names must outlive a power cut
    for folder in (path.parent.parent, config.folder, config.folder.parent):
        sync_folder(folder)
    replace_durably(path, manifest.to_json())
    return manifest


def _whole_copy(config: ArchiveConfig, stream: str, segment: int) -> Manifest | None:
    """The manifest of a segment that is archived and whole."""
    try:
        known = read_manifest(config.folder, stream, segment)
        if known is None:
            return None
        found = segment_digest(config.folder, known, config.journal_keys)
    except ArchiveDamaged:
        return None
    return known if found.text() == known.digest else None


def segment_records(reader: JournalReader, stream: str, segment: int) -> Iterator[Records]:
    """All records of one finished segment, in order."""
    at = Position(stream, segment, HEADER_BYTES)
    while True:
        records = reader.read(at, stream, CHUNK_BYTES)
        inside = len(records) and int(records.positions[0]) >> 34 == segment
        if inside or (records.damage and records.damage[0][0].segment == segment):
            yield records
        if records.next == at or records.next.segment != segment:
            return
        at = records.next


class _Written:
    """The files of one segment while they grow."""

    def __init__(self, config: ArchiveConfig, stream: str, segment: int) -> None:
        self.files = ExitStack()
        self._config = config
        self._stream, self._segment = stream, segment
        self._vehicles = VehicleIds(config.vehicle_key)
        self._open: dict[tuple[str, str], ChunkWriter] = {}
        self._digest = Digest()
        self._frames = self._rows = self._chunks = 0
        self._spans: list[Span] = []
        self._damage: list[tuple[int, int]] = []

    def add(self, records: Records, decoder: Decoder) -> None:
        """One chunk of the segment."""
        self._damage += [(start.offset, stop.offset) for start, stop in records.damage]
        if not len(records):
            return
        self._digest.add(records)
        self._frames += int(np.count_nonzero(records.kinds == FRAME))
        self._spans.append(_span(records.received_ns))
        raw = raw_table(records, self._vehicles)
        self._write("raw", raw, records.received_ns, RAW_SCHEMA, ["vehicle_id", "position"])
        self._chunks += 1
        start = Position.of_number(self._stream, int(records.positions[0]))
        batch = batch_of([Part(Range(self._stream, start, records.next), records)])
        for piece in decoder.pieces(batch)[0]:
            self._write_rows(piece)

    def manifest(self, now_ns: int) -> Manifest:
        finished: dict[str, list[ArchivedFile]] = {"raw": [], "rows": []}
        for (kind, _), writer in sorted(self._open.items()):
            finished[kind].append(writer.finish())
        folders = {self._config.folder / file.path for files in finished.values() for file in files}
        for folder in {path.parent for path in folders}:
            sync_folder(folder)
            sync_folder(folder.parent)
        return Manifest(
            stream=self._stream,
            segment=self._segment,
            records=self._digest.records,
            frames=self._frames,
            rows=self._rows,
            digest=self._digest.text(),
            first_ns=min((span.first_ns for span in self._spans), default=0),
            last_ns=max((span.last_ns for span in self._spans), default=0),
            raw=tuple(finished["raw"]),
            decoded=tuple(finished["rows"]),
            damage=tuple(self._damage),
            written_ns=now_ns,
        )

    def _write_rows(self, piece: Decoded) -> None:
        if not piece.rows.num_rows:
            return
        self._rows += piece.rows.num_rows
        received_ns = piece.rows["received_at"].to_numpy() * NS_PER_MS
        order = ["vehicle_id", "collected_at", "frame_position"]
        self._write("rows", piece.rows, received_ns, ROWS_SCHEMA, order)

    def _write(
        self,
        kind: str,
        table: pa.Table,
        received_ns: NDArray[np.int64],
        schema: str,
        order: list[str],
    ) -> None:
        """Each month's share of the chunk into the month's file, sorted."""
        table = table.replace_schema_metadata(
            {"schema": schema, "stream": self._stream, "segment": str(self._segment)}
        )
        months = received_ns.astype("datetime64[ns]").astype("datetime64[M]")
        for month in np.unique(months):
            rows = np.flatnonzero(months == month)
            share = table if rows.size == table.num_rows else table.take(pa.array(rows))
            share = share.sort_by([(name, "ascending") for name in order])
            self._writer(kind, str(month), share.schema).write(share, _span(received_ns[rows]))
        for (known, month), writer in self._open.items():
            if known == kind and np.datetime64(month) not in months:
                writer.skip()

    def _writer(self, kind: str, month: str, schema: pa.Schema) -> ChunkWriter:
        if (kind, month) not in self._open:
            path = file_path(kind, month, self._stream, self._segment)
            keys = self._config.journal_keys if kind == "raw" else KeyRing()
            writer = ChunkWriter(self._config.folder, path, month, schema, keys)
            self._open[kind, month] = self.files.enter_context(writer)
            for _ in range(self._chunks if kind == "raw" else 0):
                writer.skip()
        return self._open[kind, month]


def raw_table(records: Records, vehicles: VehicleIds) -> pa.Table:
    """Records as the raw files hold them, in the records' order."""
    vehicle_id = np.zeros(len(records), np.uint64)
    frames = np.flatnonzero(records.kinds == FRAME)
    vehicle_id[frames] = vehicles.of(records.buffer, records.offsets[:-1][frames])
    payload = pa.BinaryArray.from_buffers(
        pa.binary(),
        len(records),
        [None, pa.py_buffer(records.offsets.astype(np.int32)), pa.py_buffer(records.buffer)],
    )
    columns = [
        pa.array(vehicle_id),
        pa.array(records.positions),
        pa.array(records.received_ns),
        pa.array(records.kinds),
        pa.array(records.links),
        payload,
    ]
    return pa.table(columns, RAW)


def _span(received_ns: NDArray[np.int64]) -> Span:
    return Span(int(received_ns.min()), int(received_ns.max()))

"""Records and frames out of the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.telemetry.archive.digest import Digest
from voltward.telemetry.archive.layout import ArchivedFile, Manifest
from voltward.telemetry.archive.parquet import ArchiveDamaged, file_sha256, opened, row_groups

FRAME = 1  # record kind


@dataclass(frozen=True, slots=True)
class Found:
    """A frame in the archive. ``position``: Position.number in ``stream``."""

    stream: str
    position: int
    received_ns: int
    frame: bytes


def archived_records(folder: Path, manifest: Manifest, keys: KeyRing) -> Iterator[Records]:
    """The records of an archived segment in their order, chunk by chunk, as the journal has them.

    Raises:
        ArchiveDamaged: a file is gone or does not hold what the manifest says.
    """
    with ExitStack() as files:
        parts = [
            (file, _Groups(files.enter_context(opened(folder, file, keys))))
            for file in manifest.raw
        ]
        for chunk in range(max((len(file.chunks) for file in manifest.raw), default=0)):
            tables = [
                groups.next_rows(file.chunks[chunk], folder / file.path)
                for file, groups in parts
                if chunk < len(file.chunks)
            ]
            yield records_of(pa.concat_tables(tables), manifest.stream, manifest.segment)


def segment_digest(folder: Path, manifest: Manifest, keys: KeyRing) -> Digest:
    """The fingerprint of what the archive holds of a segment.

    Raises:
        ArchiveDamaged: a file is gone, or its bytes are not those that were written.
    """
    for file in (*manifest.raw, *manifest.decoded):
        _check(folder, file)
    digest = Digest()
    for records in archived_records(folder, manifest, keys):
        digest.add(records)
    return digest


def frames_in(
    folder: Path, manifest: Manifest, keys: KeyRing, vehicle_id: int, from_ns: int, to_ns: int
) -> Iterator[Found]:
    """A vehicle's frames received in ``[from_ns, to_ns)``, by month, then by position.

    Only row groups that may hold the vehicle are unpacked.

    Raises:
        ArchiveDamaged: a file is gone or cannot be read.
    """
    for file in manifest.raw:
        if file.last_ns < from_ns or file.first_ns >= to_ns:
            continue
        with opened(folder, file, keys) as source:
            groups = _groups_of(source, "vehicle_id", vehicle_id)
            if not groups:
                continue
            table = row_groups(source, groups, folder / file.path)
        wanted = (
            (pc.field("vehicle_id") == vehicle_id)
            & (pc.field("kind") == FRAME)
            & (pc.field("received_ns") >= from_ns)
            & (pc.field("received_ns") < to_ns)
        )
        for row in table.filter(wanted).sort_by("position").to_pylist():
            yield Found(manifest.stream, row["position"], row["received_ns"], row["payload"])


def frame_in(folder: Path, manifest: Manifest, keys: KeyRing, position: int) -> Found | None:
    """The frame at a position (``Position.number``) of an archived segment.

    Raises:
        ArchiveDamaged: a file is gone or cannot be read.
    """
    for file in manifest.raw:
        with opened(folder, file, keys) as source:
            groups = _groups_of(source, "position", position)
            rows = row_groups(source, groups, folder / file.path)
        table = rows.filter(pc.field("position") == position)
        for row in table.to_pylist():
            return Found(manifest.stream, position, row["received_ns"], row["payload"])
    return None


def records_of(table: pa.Table, stream: str, segment: int) -> Records:
    """Rows of a raw file as records, in the order of their positions."""
    table = table.sort_by("position").combine_chunks()
    payload = table["payload"].combine_chunks() if table.num_rows else pa.array([], pa.binary())
    buffer, offsets = _spans_of(payload)
    positions = table["position"].to_numpy()
    behind = Position(stream, segment + 1, 0)
    return Records(
        buffer=buffer,
        offsets=offsets,
        kinds=table["kind"].to_numpy(),
        links=table["link"].to_numpy(),
        received_ns=table["received_ns"].to_numpy(),
        positions=positions,
        next=Position.of_number(stream, int(positions[-1]) + 1) if positions.size else behind,
    )


class _Groups:
    """Row groups of a file, taken one after the other."""

    def __init__(self, file: pq.ParquetFile) -> None:
        self._file = file
        self._at = 0

    def next_rows(self, count: int, path: Path) -> pa.Table:
        """The rows of the next groups, which must be ``count`` together."""
        groups, rows = [], 0
        while rows < count and self._at < self._file.num_row_groups:
            rows += self._file.metadata.row_group(self._at).num_rows
            groups.append(self._at)
            self._at += 1
        if rows != count:
            raise ArchiveDamaged(f"{path}: a chunk of {rows} records, expected {count}")
        return row_groups(self._file, groups, path)


def _groups_of(file: pq.ParquetFile, column: str, value: int) -> list[int]:
    """Row groups whose statistics do not rule the value out."""
    place = file.schema_arrow.get_field_index(column)
    groups = []
    for number in range(file.num_row_groups):
        known = file.metadata.row_group(number).column(place).statistics
        if known is None or not known.has_min_max or known.min <= value <= known.max:
            groups.append(number)
    return groups


def _spans_of(payload: pa.BinaryArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    _, ends, data = payload.buffers()
    if ends is None or not len(payload):
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    whole = np.frombuffer(ends, np.int32)
    offsets = whole[payload.offset : payload.offset + len(payload) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    buffer = np.frombuffer(data, np.uint8)[first:last] if last > first else np.zeros(0, np.uint8)
    return buffer, offsets.astype(np.int64) - first


def _check(folder: Path, file: ArchivedFile) -> None:
    path = folder / file.path
    try:
        found = file_sha256(path)
    except FileNotFoundError:
        raise ArchiveDamaged(f"{path}: not there") from None
    if found != file.sha256:
        raise ArchiveDamaged(f"{path}: SHA-256 {found}, expected {file.sha256}")

"""Where the archive keeps what, and what it says of each segment.

::

    ARCHIVE/segments/STREAM/SEGMENT.json                the manifest, written last
    ARCHIVE/raw/month=2026-03/STREAM-SEGMENT.parquet    every record, by month of receipt (UTC)
    ARCHIVE/rows/month=2026-03/STREAM-SEGMENT.parquet   the decoded rows

A file without a manifest that names it does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from voltward.journal.position import SEGMENT_DIGITS

RAW_SCHEMA = "voltward.raw/1"
ROWS_SCHEMA = "voltward.rows/1"


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """``path`` below the archive folder. ``chunks``: records of each chunk that lie in this file.

    ``key_id``, ``salt``: hex, from which the file's key is derived; empty: not encrypted.
    """

    path: str
    month: str
    records: int
    bytes: int
    sha256: str
    first_ns: int
    last_ns: int
    chunks: tuple[int, ...] = ()
    key_id: str = ""
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One segment in the archive. ``digest``: see digest.py; equal to the segment's own.

    ``damage``: stretches of the segment that held no readable record, as pairs of offsets.
    """

    stream: str
    segment: int
    records: int
    frames: int
    rows: int
    digest: str
    first_ns: int
    last_ns: int
    raw: tuple[ArchivedFile, ...]
    decoded: tuple[ArchivedFile, ...]
    damage: tuple[tuple[int, int], ...]
    written_ns: int
    raw_schema: str = RAW_SCHEMA
    rows_schema: str = ROWS_SCHEMA

    @property
    def name(self) -> str:
        return f"{self.stream}/{self.segment:0{SEGMENT_DIGITS}}"

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @staticmethod
    def of_json(text: bytes) -> Manifest:
        found = json.loads(text)
        for kind in ("raw", "decoded"):
            found[kind] = tuple(
                ArchivedFile(**{**file, "chunks": tuple(file["chunks"])}) for file in found[kind]
            )
        found["damage"] = tuple((start, stop) for start, stop in found["damage"])
        return Manifest(**found)


def manifest_path(folder: Path, stream: str, segment: int) -> Path:
    return folder / "segments" / stream / f"{segment:0{SEGMENT_DIGITS}}.json"


def file_path(kind: str, month: str, stream: str, segment: int) -> str:
    """``kind``: raw or rows."""
    return f"{kind}/month={month}/{stream}-{segment:0{SEGMENT_DIGITS}}.parquet"


def manifests(folder: Path) -> Iterator[Manifest]:
    """All archived segments, by stream, then by number."""
    for path in sorted((folder / "segments").glob("*/*.json")):
        yield Manifest.of_json(path.read_bytes())

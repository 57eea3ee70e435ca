"""Where the archive keeps what, and what it says of each segment.

::

    ARCHIVE/segments/STREAM/SEGMENT.json                the manifest, written last
    ARCHIVE/raw/month=2026-03/STREAM-SEGMENT.parquet    every record, by month of receipt (UTC)
    ARCHIVE/rows/month=2026-03/STREAM-SEGMENT.parquet   the decoded rows

A file without a manifest that names it does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from voltward.journal.position import SEGMENT_DIGITS
from voltward.telemetry.archive.errors import ManifestDamaged

RAW_SCHEMA = "voltward.raw/1"
ROWS_SCHEMA = "voltward.rows/1"
_log = structlog.get_logger("voltward.archive")


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

    @property
    def files(self) -> tuple[tuple[str, int, str], ...]:
        """Path, bytes and SHA-256 (hex) of each file, as a proof lists them."""
        return tuple((file.path, file.bytes, file.sha256) for file in (*self.raw, *self.decoded))

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


_SHAPE = TypeAdapter(Manifest)


def manifest_path(folder: Path, stream: str, segment: int) -> Path:
    return folder / "segments" / stream / f"{segment:0{SEGMENT_DIGITS}}.json"


def file_path(kind: str, month: str, stream: str, segment: int) -> str:
    """``kind``: raw or rows."""
    return f"{kind}/month={month}/{stream}-{segment:0{SEGMENT_DIGITS}}.parquet"


def month_of(path: str) -> str:
    """The month of receipt in a path that ``file_path`` made: ``2026-03``."""
    return path.split("/")[1].removeprefix("month=")


def read_manifest(folder: Path, stream: str, segment: int) -> Manifest | None:
    """The manifest of one segment; None: it is not archived.

    Raises:
        ManifestDamaged: there is one, and it cannot be read.
    """
    path = manifest_path(folder, stream, segment)
    try:
        found = _SHAPE.validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"])) or "its text"
        found_there = repr(fault["input"])[:40]
        raise ManifestDamaged(f"{path}: {where}: found {found_there}; {fault['msg']}") from None
    except OSError as error:
        raise ManifestDamaged(f"{path}: found {error.strerror}, expected a manifest") from error
    if (found.stream, found.segment) != (stream, segment):
        raise ManifestDamaged(f"{path}: found the manifest of {found.name}, expected its own")
    return found


def manifests(
    folder: Path, may_skip: Callable[[str, int], bool] = lambda _stream, _segment: False
) -> Iterator[Manifest]:
    """All archived segments, by stream, then by number.

    ``may_skip(stream, segment)``: asked of a damaged manifest only, whether the reader loses
    nothing without it, as when the journal still has the segment. Then the log says so.

    Raises:
        ManifestDamaged: a manifest that may not be skipped.
    """
    for path in sorted((folder / "segments").glob(f"*/{'[0-9]' * SEGMENT_DIGITS}.json")):
        stream, segment = path.parent.name, int(path.stem)
        try:
            found = read_manifest(folder, stream, segment)
        except ManifestDamaged as error:
            if not may_skip(stream, segment):
                raise
            _log.error("damaged manifest skipped", error=str(error))
            continue
        if found is not None:
            yield found

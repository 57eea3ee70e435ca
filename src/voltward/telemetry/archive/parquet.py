"""Parquet files of the archive: written in chunks, synced, and encrypted when a key is given."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from voltward.journal.errors import KeyMissing
from voltward.journal.keys import NOT_ENCRYPTED, KeyRing
from voltward.telemetry.archive.errors import ArchiveDamaged as ArchiveDamaged
from voltward.telemetry.archive.layout import ArchivedFile

ROWS_PER_GROUP = 8192  # what a reader of one vehicle has to unpack at least
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Span:
    """First and last receive time in a chunk, Unix ns."""

    first_ns: int
    last_ns: int


class ChunkWriter:
    """One file. Chunks become row groups of their own, so that they can be read back one by one."""

    def __init__(
        self, folder: Path, path: str, month: str, schema: pa.Schema, keys: KeyRing
    ) -> None:
        self._folder = folder
        self._path = path
        self._month = month
        encrypted = keys.active != NOT_ENCRYPTED
        self._key_id = keys.active.hex() if encrypted else ""
        self._salt = secrets.token_hex(_SALT_BYTES) if encrypted else ""
        self._chunks: list[int] = []
        self._spans: list[Span] = []
        target = folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fresh = target.with_name(f".{target.name}.fresh")
        descriptor = os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._writer = pq.ParquetWriter(
            self._file,
            schema,
            compression="zstd",
            compression_level=3,
            # Payloads do not repeat; what repeats is small and finds its way anyhow.
            use_dictionary=False,
            encryption_properties=(
                pe.create_encryption_properties(file_key(keys, keys.active, path, self._salt))
                if encrypted
                else None
            ),
        )

    def write(self, chunk: pa.Table, span: Span) -> None:
        self._writer.write_table(chunk, row_group_size=ROWS_PER_GROUP)
        self._chunks.append(chunk.num_rows)
        self._spans.append(span)

    def skip(self) -> None:
        """A chunk of the segment that has nothing in this file."""
        self._chunks.append(0)

    def finish(self) -> ArchivedFile:
        """Bring the file to disk under its name. Its folder is synced by the caller.

        Raises:
            OSError: it is not there; nothing has been promised.
        """
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        target = self._folder / self._path
        self._fresh.replace(target)
        return ArchivedFile(
            path=self._path,
            month=self._month,
            records=sum(self._chunks),
            bytes=target.stat().st_size,
            sha256=file_sha256(target),
            first_ns=min(span.first_ns for span in self._spans),
            last_ns=max(span.last_ns for span in self._spans),
            chunks=tuple(self._chunks),
            key_id=self._key_id,
            salt=self._salt,
        )

    def __enter__(self) -> ChunkWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._file.closed:
            with suppress(OSError, pa.ArrowException):  # given up; the file goes
                self._writer.close()
            self._file.close()
        self._fresh.unlink(missing_ok=True)


def opened(folder: Path, file: ArchivedFile, keys: KeyRing) -> pq.ParquetFile:
    """An archived file for reading.

    Raises:
        ArchiveDamaged: it is gone or cannot be read.
        KeyMissing: it is encrypted and the ring lacks its key.
    """
    decryption = None
    if file.salt:
        try:
            name = bytes.fromhex(file.key_id)
        except ValueError:
            raise ArchiveDamaged(f"{file.path}: key id {file.key_id!r}, expected hex") from None
        key = file_key(keys, name, file.path, file.salt)
        decryption = pe.create_decryption_properties(key)
    try:
        return pq.ParquetFile(folder / file.path, decryption_properties=decryption)
    except (OSError, pa.ArrowException) as error:
        raise ArchiveDamaged(f"{folder / file.path}: {error}") from error


def row_groups(source: pq.ParquetFile, groups: list[int], path: Path) -> pa.Table:
    """The rows of those groups of the file at ``path``.

    Raises:
        ArchiveDamaged: they cannot be read.
    """
    try:
        return source.read_row_groups(groups)
    except (OSError, pa.ArrowException) as error:
        raise ArchiveDamaged(f"{path}: {error}") from error


def file_key(keys: KeyRing, name: bytes, path: str, salt: str) -> bytes:
    """The 32-byte key of one file, derived from the key of the ring called ``name``.

    Raises:
        KeyMissing: it is not on the ring.
    """
    key = keys.keys.get(name)
    if key is None:
        raise KeyMissing(f"key {name.hex()} of {path} is not in the journal's key file")
    return hmac.digest(key, f"voltward archive {path} {salt}".encode(), hashlib.sha256)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

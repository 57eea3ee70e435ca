"""A follower's memory: a named file that says how far it has come in each stream."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voltward.base.errors import BadInput
from voltward.journal.crc import crc32c
from voltward.journal.errors import JournalDamaged
from voltward.journal.files import Files, OsFiles
from voltward.journal.position import Position


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where to read on, by stream, and whatever else the follower must not forget."""

    positions: dict[str, Position] = field(default_factory=dict)
    note: str = ""


class Cursor:
    """Loads and saves one checkpoint; a save is there in full or not at all."""

    def __init__(self, folder: Path | str, name: str, files: Files | None = None) -> None:
        self._folder = str(folder)
        self._path = f"{folder}/{name}.cursor"
        self._files: Files = files or OsFiles()

    def load(self) -> Checkpoint:
        """The last saved checkpoint; an empty one before the first save.

        Raises:
            JournalDamaged: the file is not what was saved. A follower that starts anew then reads
                everything again, which must change nothing.
        """
        try:
            handle = self._files.open(self._path)
        except FileNotFoundError:
            return Checkpoint()
        try:
            text = self._files.read_at(handle, 0, self._files.size(handle)).tobytes()
        finally:
            self._files.close(handle)
        check, _, body = text.partition(b"\n")
        if check != _check(body):
            raise JournalDamaged(
                f"{self._path}: checksum {check[:16]!r}, expected {_check(body)!r}"
            )
        try:
            saved = json.loads(body)
            positions = [Position.parse(text) for text in saved["positions"]]
            return Checkpoint({p.stream: p for p in positions}, saved["note"])
        except (ValueError, KeyError, TypeError, BadInput) as error:
            raise JournalDamaged(f"{self._path}: {error}") from error

    def save(self, checkpoint: Checkpoint) -> None:
        """Make the checkpoint durable.

        Raises:
            OSError: it is not; the last one stands.
        """
        positions = [str(position) for position in checkpoint.positions.values()]
        body = json.dumps({"positions": positions, "note": checkpoint.note}).encode()
        text = _check(body) + b"\n" + body
        partial = f"{self._path}.partial"
        self._files.make_folder(self._folder)
        with suppress(FileNotFoundError):
            self._files.remove(partial)
        handle = self._files.open(partial, create=True)
        try:
            self._files.write_at(handle, 0, np.frombuffer(text, np.uint8))
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        self._files.rename(partial, self._path)
        self._files.sync_folder(self._folder)


def _check(body: bytes) -> bytes:
    return b"%08x" % crc32c(body)

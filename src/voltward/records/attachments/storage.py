"""Where attachments' bytes lie, by their SHA-256: a port, and its form on the local disk.

A content is under its name and on disk before anybody writes a row about it. Only
``services.attachment_contents`` removes one, and never while a row names it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from voltward.base.durable import sync_folder
from voltward.base.errors import BadInput, BadSetting, NotFound

PART_BYTES: Final = 256 * 1024
EDGE_BYTES: Final = 64 * 1024
ABANDONED_S: Final = 24 * 3600.0  # an upload that was never finished


@dataclass(frozen=True)
class Arrived:
    """A whole content that is not kept yet. ``head``, ``tail``: its first and last EDGE_BYTES."""

    path: Path
    sha256: str
    size_bytes: int
    head: bytes
    tail: bytes


class Storage(Protocol):
    """Contents by SHA-256; every method may be called by several processes at once."""

    def arrive(self, parts: Iterable[bytes], limit_bytes: int) -> Arrived:
        """Take a stream in; one part is in memory at a time.

        Raises:
            BadInput: nothing came, or more than ``limit_bytes``; nothing is left behind.
        """
        ...

    def keep(self, arrived: Arrived) -> None:
        """Put it under its name; on return it survives a power cut."""
        ...

    def discard(self, arrived: Arrived) -> None:
        """Forget what arrived; does nothing after ``keep``."""
        ...

    def parts(self, sha256: str) -> Iterator[bytes]:
        """
        Raises:
            NotFound: no such content.
        """
        ...

    def path(self, sha256: str) -> Path:
        """A local file to scan."""
        ...

    def names(self) -> Iterator[str]:
        """Every kept content."""
        ...

    def remove(self, sha256: str) -> None: ...

    def abandoned_remove(self) -> int:
        """Remove uploads that ended in the middle long ago; returns how many."""
        ...


class DiskStorage:
    """``FOLDER/ab/cd/abcd...``, readable by its owner only; ``FOLDER/incoming/`` for arrivals."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def arrive(self, parts: Iterable[bytes], limit_bytes: int) -> Arrived:
        path = self._made(self._folder / "incoming") / secrets.token_hex(16)
        try:
            return self._written(path, parts, limit_bytes)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    @staticmethod
    def _written(path: Path, parts: Iterable[bytes], limit_bytes: int) -> Arrived:
        digest, size, head, tail = hashlib.sha256(), 0, b"", b""
        with os.fdopen(_private(path), "wb") as file:
            for part in parts:
                size += len(part)
                if size > limit_bytes:
                    raise BadInput(f"file: more than {limit_bytes} bytes")
                digest.update(part)
                file.write(part)
                if len(head) < EDGE_BYTES:
                    head = (head + part)[:EDGE_BYTES]
                tail = (tail + part[-EDGE_BYTES:])[-EDGE_BYTES:]
            if size == 0:
                raise BadInput("file: empty")
            file.flush()
            os.fsync(file.fileno())
        return Arrived(path, digest.hexdigest(), size, head, tail)

    def keep(self, arrived: Arrived) -> None:
        final = self.path(arrived.sha256)
        if final.exists():
            arrived.path.unlink()
            return
        self._made(final.parent)
        arrived.path.replace(final)
        for folder in (final.parent, final.parent.parent, self._folder):
            sync_folder(folder)

    def discard(self, arrived: Arrived) -> None:
        arrived.path.unlink(missing_ok=True)

    def parts(self, sha256: str) -> Iterator[bytes]:
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound(f"content {sha256}")
        return _parts_of(path)

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def names(self) -> Iterator[str]:
        for path in self._folder.glob("??/??/*"):
            if len(path.name) == 64:
                yield path.name

    def remove(self, sha256: str) -> None:
        path = self.path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)

    def abandoned_remove(self) -> int:
        oldest, gone = time.time() - ABANDONED_S, 0
        for path in (self._folder / "incoming").glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _made(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_mode & 0o077:
            self._folder.chmod(0o700)
        return folder


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _parts_of(path: Path) -> Iterator[bytes]:
    """Opened with the first part, so that what is never read is never left open."""
    with path.open("rb") as file:
        while part := file.read(PART_BYTES):
            yield part


def _none() -> Storage:
    raise BadSetting("no attachment store was handed in")


_source: list[Callable[[], Storage]] = [_none]


def hand_in_storage(source: Callable[[], Storage]) -> None:
    """``source`` gives the store of this installation; ``entry/`` hands it in at start."""
    _source[0] = source


def storage() -> Storage:
    return _source[0]()

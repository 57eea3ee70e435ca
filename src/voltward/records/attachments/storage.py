"""Where attachments' bytes lie, by their SHA-256: a port, and its form on the local disk (S3: ``s3``).

A content is under its name and on disk before anybody writes a row about it. Only
``services.attachment_contents`` removes one, and never while a row names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from voltward.base.durable import sync_folder
from voltward.base.errors import BadSetting, NotFound
from voltward.records.attachments.incoming import PART_BYTES, Arrived, Incoming


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

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """A local file to scan, there until the block ends.

        Raises:
            NotFound: no such content.
        """
        ...

    def names(self) -> Iterator[str]:
        """Every kept content."""
        ...

    def remove(self, sha256: str) -> None: ...

    def abandoned_remove(self) -> int:
        """Remove uploads that ended in the middle long ago; returns how many."""
        ...


class DiskStorage(Incoming):
    """``FOLDER/ab/cd/abcd...``, readable by its owner only; ``FOLDER/incoming/`` for arrivals."""

    def keep(self, arrived: Arrived) -> None:
        final = self.path(arrived.sha256)
        if final.exists():
            arrived.path.unlink()
            return
        self._made(final.parent)
        arrived.path.replace(final)
        for folder in (final.parent, final.parent.parent, self._folder):
            sync_folder(folder)

    def parts(self, sha256: str) -> Iterator[bytes]:
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound(f"content {sha256}")
        return _parts_of(path)

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound(f"content {sha256}")
        yield path

    def names(self) -> Iterator[str]:
        for path in self._folder.glob("??/??/*"):
            if len(path.name) == 64:
                yield path.name

    def remove(self, sha256: str) -> None:
        path = self.path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)


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

"""The few file operations the journal stands on, so that a test can put a failing disk below it.

Errors are ``OSError`` as the system reports them. Paths are strings.
"""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from voltward.journal.types import Bytes, ReadOnlyBytes

_PAGE_BYTES = 4096


class Files(Protocol):
    """A disk. A handle stands for one open file description."""

    def open(self, path: str, *, create: bool = False, write: bool = False) -> int:
        """Open an existing file; ``create`` makes a new one and fails where one exists."""
        ...

    def close(self, handle: int) -> None: ...

    def size(self, handle: int) -> int: ...

    def read_at(self, handle: int, offset: int, length: int) -> Bytes:
        """Up to ``length`` bytes, fewer only at the end of the file."""
        ...

    def write_at(self, handle: int, offset: int, data: ReadOnlyBytes) -> None:
        """All of ``data`` or an error after any part of it."""
        ...

    def truncate(self, handle: int, length: int) -> None: ...

    def sync_data(self, handle: int) -> None:
        """Content and length on disk (fdatasync)."""
        ...

    def sync(self, handle: int) -> None:
        """Content and all metadata on disk (fsync)."""
        ...

    def rename(self, old: str, new: str) -> None: ...

    def remove(self, path: str) -> None: ...

    def names(self, folder: str) -> list[str]:
        """Names in a folder, sorted; an absent folder has none."""
        ...

    def make_folder(self, folder: str) -> None:
        """The folder and those above it; durable after ``sync_folder`` of each one's parent."""
        ...

    def sync_folder(self, folder: str) -> None:
        """The folder's entries on disk."""
        ...

    def space_bytes(self, folder: str) -> tuple[int, int]:
        """Free (for this user) and total bytes of the disk under the folder."""
        ...

    def lock(self, path: str) -> int:
        """Exclusive lock held until the handle is closed or its process ends.

        Raises:
            BlockingIOError: somebody else holds it.
        """
        ...


def read_around_faults(files: Files, handle: int, offset: int, length: int) -> tuple[Bytes, bool]:
    """As ``read_at``, but pages that the disk cannot read are zeros; whether there were such.

    Raises:
        OSError: another fault than EIO.
    """
    try:
        return files.read_at(handle, offset, length), False
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    out = np.zeros(max(0, min(length, files.size(handle) - offset)), np.uint8)
    for start in range(0, out.size, _PAGE_BYTES):
        try:
            part = files.read_at(handle, offset + start, min(_PAGE_BYTES, out.size - start))
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            continue
        out[start : start + part.size] = part
    return out, True


class OsFiles:
    """The operating system's files."""

    def open(self, path: str, *, create: bool = False, write: bool = False) -> int:
        flags = os.O_RDWR if create or write else os.O_RDONLY
        if create:
            flags |= os.O_CREAT | os.O_EXCL
        return os.open(path, flags | os.O_CLOEXEC, 0o640)

    def close(self, handle: int) -> None:
        os.close(handle)

    def size(self, handle: int) -> int:
        return os.fstat(handle).st_size

    def read_at(self, handle: int, offset: int, length: int) -> Bytes:
        out = np.empty(length, np.uint8)
        done = 0
        while done < length:
            count = os.preadv(handle, [out[done:].data], offset + done)
            if count == 0:
                break
            done += count
        return out[:done]

    def write_at(self, handle: int, offset: int, data: ReadOnlyBytes) -> None:
        view = data.data
        done = 0
        while done < view.nbytes:
            done += os.pwrite(handle, view[done:], offset + done)

    def truncate(self, handle: int, length: int) -> None:
        os.ftruncate(handle, length)

    def sync_data(self, handle: int) -> None:
        os.fdatasync(handle)

    def sync(self, handle: int) -> None:
        os.fsync(handle)

    def rename(self, old: str, new: str) -> None:
        Path(old).rename(new)

    def remove(self, path: str) -> None:
        Path(path).unlink()

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(entry.name for entry in Path(folder).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def make_folder(self, folder: str) -> None:
        Path(folder).mkdir(mode=0o750, parents=True, exist_ok=True)

    def sync_folder(self, folder: str) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def space_bytes(self, folder: str) -> tuple[int, int]:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize

    def lock(self, path: str) -> int:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with suppress(OSError):
                os.close(handle)
            raise
        return handle

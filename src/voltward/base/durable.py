"""Small files that must survive a power cut: the old content or the new one, never a mixture."""

import os
from pathlib import Path


def replace_durably(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``; on return it is on disk under that name."""
    fresh = path.with_name(f".{path.name}.fresh")
    write_durably(fresh, content)
    fresh.replace(path)
    sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """A file's content on disk; its name is after ``sync_folder``."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def append_durably(path: Path, lines: bytes) -> None:
    """Add whole lines to a file's end, on disk on return; a torn last line is closed first."""
    is_new = not path.exists()
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            lines = lines if file.read(1) == b"\n" else b"\n" + lines
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that appeared in or left ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Changes of files and folders as ``SimDisk`` applies them, to what is seen or to what is durable."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

SECTOR = 512


@dataclass
class Inode:
    """A file: what programs see, what the platters hold, and what lies between."""

    seen: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[tuple[int, bytes] | int] = field(default_factory=list)  # writes; truncations


@dataclass
class Entry:
    """A change of a folder: ``name`` is gone, or stands for ``inode``; ``old`` is gone with it."""

    folder: str
    name: str
    inode: Inode | None
    old: str | None = None


def apply(names: dict[str, Inode], entry: Entry) -> None:
    if entry.old is not None:
        names.pop(entry.old, None)
    path = f"{entry.folder}/{entry.name}"
    if entry.inode is None:
        names.pop(path, None)
    else:
        names[path] = entry.inode


def sectors(offset: int, data: bytes) -> list[tuple[int, bytes]]:
    """A write as the parts that a disk writes at once."""
    stop = offset + len(data)
    edges = [offset, *range((offset // SECTOR + 1) * SECTOR, stop, SECTOR), stop]
    return [(a, data[a - offset : b - offset]) for a, b in pairwise(edges)]


def write(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def truncate(content: bytearray, length: int) -> None:
    if length < len(content):
        del content[length:]
    else:
        content.extend(bytes(length - len(content)))


def after(content: bytearray, changes: list[tuple[int, bytes] | int]) -> bytearray:
    out = bytearray(content)
    for change in changes:
        if isinstance(change, int):
            truncate(out, change)
        else:
            write(out, *change)
    return out

"""A disk that fails by seed: it loses, reorders and tears what no sync has vouched for.

The model is harsher than most file systems: every unsynced sector, length and directory entry may
survive a power loss or not, each for itself; a file's sync says nothing about its name; and after
a failed sync the lost pages look clean, so that the next sync of the same file succeeds in vain.
"""

import errno
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from tests.journal.platters import Entry, Inode, after, apply, sectors, truncate, write

from voltward.journal.types import Bytes, ReadOnlyBytes


class PowerLoss(BaseException):
    """The machine is off; not an ``Exception``, because no program can handle it."""


class SimDisk:
    """``Files`` in memory. All chance comes from ``chance``."""

    def __init__(self, chance: random.Random, capacity: int = 1 << 40) -> None:
        self.chance = chance
        self.capacity = capacity
        self.calls: Counter[str] = Counter()
        self.steps = 0
        self.power_lost_at: int | None = None
        self.fail: Callable[[str, int], int] = lambda _kind, _number: 0
        self._off = False
        self._seen: dict[str, Inode] = {}
        self._durable: dict[str, Inode] = {}
        self._entries: list[Entry] = []
        self._folders: set[str] = set()
        self._new_folders: set[str] = set()  # whose names no sync has vouched for
        self._open: dict[int, Inode] = {}
        self._locks: dict[int, str] = {}
        self._next_handle = 3

    def kill_process(self) -> None:
        """Every handle and lock is gone; what programs saw they still see."""
        self._open.clear()
        self._locks.clear()

    def lose_power(self) -> None:
        """Only what reached the platters is left: chance decides about all that was unsynced."""
        for entry in self._entries:
            if self.chance.random() < 0.5:
                apply(self._durable, entry)
        self._entries.clear()
        for folder in sorted(self._new_folders):
            if self.chance.random() < 0.5:
                self._lose_folder(folder)
        self._new_folders.clear()
        self._seen = dict(self._durable)
        for inode in set(map(_Same, self._durable.values())):
            self._settle(inode.inode)
        self.power_lost_at = None
        self._off = False
        self.kill_process()

    def used(self) -> int:
        return sum(len(inode.seen) for inode in self._seen.values())

    def content(self, path: str) -> bytearray:
        """What programs see; changes to it model bit rot."""
        return self._seen[path].seen

    def paths(self) -> list[str]:
        return sorted(self._seen)

    def open(self, path: str, *, create: bool = False, write: bool = False) -> int:
        self._step("open")
        if create:
            if path in self._seen:
                raise FileExistsError(errno.EEXIST, "exists", path)
            self._change(Entry(*path.rsplit("/", 1), Inode()))
        if path not in self._seen:
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        return self._handle(self._seen[path])

    def close(self, handle: int) -> None:
        self._step("close")
        if handle in self._locks:
            del self._locks[handle]
        else:
            del self._open[handle]

    def size(self, handle: int) -> int:
        self._step("size")
        return len(self._open[handle].seen)

    def read_at(self, handle: int, offset: int, length: int) -> Bytes:
        self._step("read")
        data = bytes(self._open[handle].seen[offset : offset + length])
        return np.frombuffer(bytearray(data), np.uint8)

    def write_at(self, handle: int, offset: int, data: ReadOnlyBytes) -> None:
        error = self._step("write")
        inode = self._open[handle]
        whole = data.tobytes()
        room = self.capacity - self.used()
        growth = max(0, offset + len(whole) - len(inode.seen))
        part = whole
        if growth > room:
            error = error or errno.ENOSPC
            part = whole[: max(0, len(whole) - (growth - room))]
        elif error:
            part = whole[: self.chance.randrange(len(whole) + 1)]
        if part:
            write(inode.seen, offset, part)
            inode.unsynced.append((offset, part))
        if error:
            raise OSError(error, "simulated fault of a write")

    def truncate(self, handle: int, length: int) -> None:
        self._may_fail("truncate")
        inode = self._open[handle]
        truncate(inode.seen, length)
        inode.unsynced.append(length)

    def sync_data(self, handle: int) -> None:
        error = self._step("sync")
        inode = self._open[handle]
        if error:
            # What fails to reach the platters is forgotten, yet programs go on seeing it.
            self._settle_durable(inode)
            raise OSError(error, "simulated fault of a sync")
        inode.durable = after(inode.durable, inode.unsynced)
        inode.unsynced.clear()

    def sync(self, handle: int) -> None:
        self.sync_data(handle)

    def rename(self, old: str, new: str) -> None:
        self._may_fail("rename")
        folder, name = new.rsplit("/", 1)
        self._change(Entry(folder, name, self._seen[old], old))

    def remove(self, path: str) -> None:
        self._may_fail("remove")
        if path not in self._seen:
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        self._change(Entry(*path.rsplit("/", 1), None))

    def names(self, folder: str) -> list[str]:
        self._step("names")
        start = folder + "/"
        rest = [path[len(start) :] for path in self._seen if path.startswith(start)]
        return sorted({name.split("/", 1)[0] for name in rest})

    def make_folder(self, folder: str) -> None:
        self._step("make_folder")
        parts = folder.split("/")
        for stop in range(2, len(parts) + 1):
            path = "/".join(parts[:stop])
            if path not in self._folders:
                self._folders.add(path)
                self._new_folders.add(path)

    def sync_folder(self, folder: str) -> None:
        self._may_fail("sync_folder")
        above = folder.rstrip("/")
        self._new_folders -= {
            path for path in self._new_folders if path.rpartition("/")[0] == above
        }
        for entry in [entry for entry in self._entries if entry.folder == folder]:
            apply(self._durable, entry)
            self._entries.remove(entry)

    def space_bytes(self, folder: str) -> tuple[int, int]:
        self._step("space")
        return max(0, self.capacity - self.used()), self.capacity

    def lock(self, path: str) -> int:
        self._step("lock")
        if path in self._locks.values():
            raise BlockingIOError(errno.EAGAIN, "locked", path)
        handle = self._handle(Inode())
        del self._open[handle]
        self._locks[handle] = path
        return handle

    def _step(self, kind: str) -> int:
        """Count a call; the power may go before it; an error number when it shall fail."""
        if self._off or (self.power_lost_at is not None and self.steps >= self.power_lost_at):
            self._off = True
            raise PowerLoss
        self.steps += 1
        self.calls[kind] += 1
        return self.fail(kind, self.calls[kind])

    def _may_fail(self, kind: str) -> None:
        error = self._step(kind)
        if error:
            raise OSError(error, f"simulated fault of {kind}")

    def _handle(self, inode: Inode) -> int:
        self._next_handle += 1
        self._open[self._next_handle] = inode
        return self._next_handle

    def _lose_folder(self, folder: str) -> None:
        """With all that was durable in it."""
        lost = {path for path in self._durable if path.startswith(f"{folder}/")}
        self._durable = {path: self._durable[path] for path in self._durable if path not in lost}
        self._folders = {
            path for path in self._folders if path != folder and not path.startswith(f"{folder}/")
        }

    def _change(self, entry: Entry) -> None:
        apply(self._seen, entry)
        self._entries.append(entry)

    def _settle(self, inode: Inode) -> None:
        self._settle_durable(inode)
        inode.seen = bytearray(inode.durable)

    def _settle_durable(self, inode: Inode) -> None:
        """Chance decides which unsynced sectors and which length reached the platters."""
        if not inode.unsynced:
            return
        lengths = [len(inode.durable)]
        content = bytearray(inode.durable)
        length = len(content)
        mood = self.chance.choice(("all", "none", "prefix", "sectors"))
        cut = self.chance.randrange(len(inode.unsynced) + 1)
        for number, change in enumerate(inode.unsynced):
            if isinstance(change, int):
                length = change
            else:
                length = max(length, change[0] + len(change[1]))
                for start, part in sectors(*change):
                    if self._kept(mood, number, cut):
                        write(content, start, part)
            lengths.append(length)
        final = {"all": lengths[-1], "none": lengths[0]}.get(mood, self.chance.choice(lengths))
        truncate(content, final)
        inode.durable = content
        inode.unsynced.clear()

    def _kept(self, mood: str, number: int, cut: int) -> bool:
        if mood == "prefix":
            return number < cut
        return mood == "all" or (mood == "sectors" and self.chance.random() < 0.5)


@dataclass(frozen=True)
class _Same:
    """An inode by identity."""

    inode: Inode

    def __hash__(self) -> int:
        return id(self.inode)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.inode is self.inode

"""What a link is owed later: durable files by minute of collection, read oldest first.

A frame stays in its file until its outcome is on the proof stream. So an entry may be written twice
(after a kill the journal is read again from the last checkpoint) and is then taken once.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from voltward.base.durable import replace_durably, sync_folder

# ``moment_s``: unix seconds of collection, or of receipt where that says nothing; ``stream``: as in
# ``incoming.stream_name``; ``command``: as it will be sent; ``refused``: error answers so far.
DUE: Final = np.dtype(
    [
        ("position", "<u8"),
        ("vehicle", "<u8"),
        ("moment_s", "<u4"),
        ("stream", "<u2"),
        ("command", "u1"),
        ("refused", "u1"),
    ]
)
MINUTE_S: Final = 60
Rows: TypeAlias = NDArray[Any]


def no_rows() -> Rows:
    return np.zeros(0, DUE)


def in_order(rows: Rows) -> Rows:
    """Each frame once, by collection, vehicle and place in the journal: the order of reissue."""
    by_name = rows[np.lexsort((rows["position"], rows["stream"]))]
    again = by_name["position"][1:] == by_name["position"][:-1]
    again &= by_name["stream"][1:] == by_name["stream"][:-1]
    once = by_name[np.concatenate([[True], ~again])[: len(rows)]]
    ordered: Rows = once[np.lexsort((once["position"], once["vehicle"], once["moment_s"]))]
    return ordered


def names_of(rows: Rows) -> Rows:
    """Stream and position alone ``(n,)``: what makes a frame the same frame."""
    names = np.zeros(len(rows), [("stream", "<u2"), ("position", "<u8")])
    names["stream"], names["position"] = rows["stream"], rows["position"]
    return names


class MinuteFiles:
    """Files of ``DUE`` entries in one folder, named by minute (unix seconds / 60)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
        self.counts: dict[int, int] = {}
        for path in folder.iterdir():
            if path.name.isdigit() and (size := path.stat().st_size // DUE.itemsize):
                self.counts[int(path.name)] = size

    def __len__(self) -> int:
        return sum(self.counts.values())

    def oldest(self) -> int | None:
        return min(self.counts, default=None)

    def add(self, rows: Rows) -> None:
        """Append each row to its minute's file; durable on return."""
        minutes = rows["moment_s"] // MINUTE_S
        order = np.argsort(minutes, kind="stable")
        found, firsts = np.unique(minutes[order], return_index=True)
        fresh = False
        for minute, part in zip(found.tolist(), np.split(rows[order], firsts[1:]), strict=False):
            fresh |= self._append(minute, part)
        if fresh:
            sync_folder(self._folder)

    def read(self, minute: int) -> Rows:
        with suppress(FileNotFoundError):
            data = self._path(minute).read_bytes()
            return np.frombuffer(data, DUE, len(data) // DUE.itemsize).copy()
        return no_rows()

    def replace(self, minute: int, rows: Rows) -> None:
        """Durably; without rows the file goes."""
        if len(rows):
            replace_durably(self._path(minute), rows.tobytes())
            self.counts[minute] = len(rows)
        else:
            self._path(minute).unlink(missing_ok=True)
            sync_folder(self._folder)
            self.counts.pop(minute, None)

    def minutes(self) -> list[int]:
        return sorted(self.counts)

    def _append(self, minute: int, rows: Rows) -> bool:
        """Whether the file is new. What a torn write left behind the last whole entry is cut off."""
        whole = self.counts.get(minute, 0) * DUE.itemsize
        handle = os.open(self._path(minute), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            os.ftruncate(handle, whole)
            data = rows.tobytes()
            written = 0
            while written < len(data):
                written += os.pwrite(handle, data[written:], whole + written)
            os.fsync(handle)
        finally:
            os.close(handle)
        is_new = minute not in self.counts
        self.counts[minute] = self.counts.get(minute, 0) + len(rows)
        return is_new

    def _path(self, minute: int) -> Path:
        return self._folder / str(minute)


@dataclass(slots=True, eq=False)
class Minute:
    """The minute that is being sent. ``rows`` in order; ``done`` ``(n,)``: has an outcome, or lies
    elsewhere durably; ``taken``: rows in front of it were handed out."""

    minute: int
    rows: Rows
    in_file: int
    done: NDArray[np.bool_]
    taken: int = 0
    left: int = 0

    def next(self, most: int) -> NDArray[np.int64]:
        """Places of the next rows that still need an outcome."""
        places: NDArray[np.int64] = np.zeros(0, np.int64)
        while not len(places) and self.taken < len(self.rows):
            places = self.taken + np.flatnonzero(~self.done[self.taken : self.taken + most])
            self.taken = min(self.taken + most, len(self.rows))
        return places

    def settle(self, places: NDArray[Any]) -> None:
        self.done[places] = True
        self.left = len(self.done) - int(self.done.sum())

    def rewind(self) -> None:
        """What was handed out and has no outcome comes again, in its order."""
        self.taken = 0


@dataclass(eq=False)
class DueFiles:
    """All that is due. ``add`` remembers, ``flush`` makes durable."""

    folder: Path
    files: MinuteFiles = field(init=False)
    sending: Minute | None = field(default=None, init=False)
    _fresh: list[Rows] = field(default_factory=list, init=False)
    waiting: int = field(default=0, init=False)  # added, not durable yet

    def __post_init__(self) -> None:
        self.files = MinuteFiles(self.folder)

    def __len__(self) -> int:
        done = 0 if self.sending is None else len(self.sending.rows) - self.sending.left
        return max(0, len(self.files) + self.waiting - done)

    def oldest_s(self) -> int:
        """Collection time of the oldest, to the minute; 0: nothing is due."""
        fresh = min((int(rows["moment_s"].min()) for rows in self._fresh), default=0)
        oldest = self.files.oldest()
        kept = 0 if oldest is None else oldest * MINUTE_S
        return min(fresh, kept) if fresh and kept else fresh or kept

    def add(self, rows: Rows) -> None:
        if len(rows):
            self._fresh.append(rows)
            self.waiting += len(rows)

    def flush(self) -> None:
        """
        Raises:
            OSError: not durable; all of it is tried again.
        """
        if self._fresh:
            self.files.add(np.concatenate(self._fresh))
            self._fresh, self.waiting = [], 0

    def take(self) -> Minute | None:
        """The oldest minute, as the one that is being sent. Flush first."""
        oldest = self.files.oldest()
        if oldest is None:
            return None
        found = self.files.read(oldest)
        rows = in_order(found)
        self.sending = Minute(oldest, rows, len(found), np.zeros(len(rows), bool), left=len(rows))
        return self.sending

    def finish(self) -> None:
        """Every row of the minute has its outcome on disk; what came meanwhile stays."""
        if self.sending is not None:
            later = self.files.read(self.sending.minute)[self.sending.in_file :]
            self.files.replace(self.sending.minute, later)
            self.sending = None

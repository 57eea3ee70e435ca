"""Frames that are sent although they are older than the reissue window, because somebody asked for them.

The office writes a file of places in the journal for each request; the uplink takes a copy of its own and
crosses off what has its outcome on disk. An empty copy says that the request is done; it goes when the
office has taken its file away.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import structlog

from voltward.base.durable import replace_durably, sync_folder
from voltward.base.errors import BadInput
from voltward.uplink.books import Books
from voltward.uplink.due import DUE, Rows, in_order
from voltward.uplink.items import Items, Queue, Source
from voltward.uplink.making import Maker
from voltward.uplink.sources import Archived, frames_at

FOLDER: Final = "requests"  # among the office's files, one folder a link
CHUNK: Final = 200  # frames that a kill may have sent a second time
LOOK_EVERY_S: Final = 1.0
_log = structlog.get_logger("voltward.uplink")


def write_request(folder: Path, number: int, rows: Rows) -> None:
    """``rows``: of ``due.DUE``; ``folder``: of the link's requests. Durable on return."""
    folder.mkdir(parents=True, exist_ok=True)
    body = rows.tobytes()
    replace_durably(folder / str(number), b"%08x\n" % zlib.crc32(body) + body)


def read_request(path: Path) -> Rows:
    """
    Raises:
        BadInput: damaged.
    """
    check, _, body = path.read_bytes().partition(b"\n")
    if check != b"%08x" % zlib.crc32(body) or len(body) % DUE.itemsize:
        raise BadInput(f"{path}: checksum does not fit")
    return np.frombuffer(body, DUE)


def left_of(path: Path) -> int | None:
    """Frames of a request that have no outcome yet, of the uplink's own copy; None: not taken yet."""
    try:
        return path.stat().st_size // DUE.itemsize
    except OSError:
        return None


@dataclass(eq=False)
class Requests:
    """``asked``: the office's files; ``folder``: our own copies. Raises what ``Reissues`` does."""

    asked: Path | None
    folder: Path
    books: Books
    maker: Maker
    archived: Archived
    _path: Path | None = None
    _rows: Rows = field(default_factory=lambda: np.zeros(0, DUE))  # of the request in hand
    _queue: Queue = field(default_factory=Queue)
    _open: set[int] = field(default_factory=set)  # places of the chunk without an outcome
    _answered: set[int] = field(default_factory=set)  # with one that is not on disk yet
    _is_cut: bool = False
    _looked_s: float = -1e9

    @classmethod
    def of(cls, books: Books, maker: Maker, archived: Archived) -> Requests:
        """Of the link to which the books belong."""
        place = books.place
        return cls(place.requests, place.folder / "requested", books, maker, archived)

    def next(self, most: int) -> Items:
        """The next frames of the oldest request."""
        self._look()
        if self._is_cut and self._open:
            self._make(sorted(self._open))
        elif not self._queue and not self._open and not self._answered:
            self._fill()
        self._is_cut = False
        return self._queue.take(most)

    def answered(self, rows: Rows) -> None:
        """Rows of ``ITEM`` with their outcome; whatever it is, it is the last of this request."""
        asked = rows["source"] == Source.ASKED
        if asked.any():
            places = self._open.intersection(rows["place"][asked].tolist())
            self._open -= places
            self._answered |= places

    def settled(self) -> None:
        """The outcomes so far are on disk: cross a finished chunk off."""
        if not self._answered or self._open or self._path is None:
            return
        self._answered.clear()
        self._rows = self._rows[CHUNK:]
        replace_durably(self._path, self._rows.tobytes())

    def rewind(self) -> None:
        """The connection is gone: what has no outcome comes again."""
        self._queue.clear()
        self._is_cut = True

    def _look(self) -> None:
        now_s = self.books.clock.monotonic_s()
        if self.asked is None or now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        wanted = _numbers(self.asked)
        self.folder.mkdir(parents=True, exist_ok=True)
        own = _numbers(self.folder)
        for number in wanted - own:
            try:
                rows = in_order(read_request(self.asked / str(number)))
            except BadInput as error:
                _log.error("a request cannot be read", error=str(error))
                continue
            replace_durably(self.folder / str(number), rows.tobytes())
        for number in own - wanted:
            if left_of(self.folder / str(number)) == 0:
                (self.folder / str(number)).unlink()
                sync_folder(self.folder)

    def _fill(self) -> None:
        """The next chunk of the request in hand, or of the next one."""
        if not len(self._rows):
            self._path = self._next_path()
            if self._path is None:
                return
            data = self._path.read_bytes()
            self._rows = np.frombuffer(data, DUE, len(data) // DUE.itemsize)
        self._open = set(range(min(CHUNK, len(self._rows))))
        self._make(sorted(self._open))

    def _next_path(self) -> Path | None:
        waiting = (self.folder / str(number) for number in sorted(_numbers(self.folder)))
        return next((path for path in waiting if left_of(path)), None)

    def _make(self, places: list[int]) -> None:
        at = np.array(places, np.int64)
        rows = self._rows[at]
        fetched = frames_at(self.books.reader, rows, self.archived)
        made = self.maker.due(rows, fetched, Source.ASKED, at)
        # nothing of it can be sent, or it is nowhere any more
        self.books.pend(made.unsaid)
        self.answered(made.unsaid)
        self._queue.add(made.items)


def _numbers(folder: Path) -> set[int]:
    try:
        return {int(path.name) for path in folder.iterdir() if path.name.isdecimal()}
    except FileNotFoundError:
        return set()

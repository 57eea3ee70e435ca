"""Frames whose time for being live is over, in the order of their collection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.uplink.books import Books
from voltward.uplink.due import DUE, Rows
from voltward.uplink.incoming import REISSUE_WINDOW_S
from voltward.uplink.items import NO_ITEMS, Items, Queue, Source, items_of, with_outcome
from voltward.uplink.making import Maker
from voltward.uplink.proof import EXPIRED
from voltward.uplink.sources import Archived, frames_at

CHUNK: Final = 4000  # frames fetched at once
PROBES: Final = 50  # at once


@dataclass(eq=False)
class Reissues:
    """Raises what ``frames_at`` and the books raise: what a disk cannot give or take now.

    ``checkpoint`` writes one, before the first frame of a minute is sent.
    """

    books: Books
    maker: Maker
    archived: Archived
    checkpoint: Callable[[], None]
    _queue: Queue = field(default_factory=Queue)

    def next(self, most: int) -> Items:
        """The next frames that are due, of the oldest minute first."""
        while len(self._queue) < most and self._fill():
            pass
        return self._queue.take(most)

    def rewind(self) -> None:
        """The connection is gone: what has no outcome comes again, in its order."""
        self._queue.clear()
        if self.books.due.sending is not None and self.books.due.sending.taken:
            self.books.settle()  # what has an outcome must not come again
        if self.books.due.sending is not None:
            self.books.due.sending.rewind()

    def asking(self, now_s: float) -> Items:
        """The frames with which held vehicles are asked for again."""
        rows = self.books.holds.probes(now_s, PROBES)
        return self._items(np.array(rows, DUE), Source.HELD, -1) if rows else NO_ITEMS

    def _fill(self) -> bool:
        """Fetch the next rows of the oldest minute; False: there are none to fetch."""
        if self.books.due.sending is None and self.books.take_minute():
            self.checkpoint()
        minute = self.books.due.sending
        if minute is None:
            return False
        places = minute.next(CHUNK)
        if not len(places):
            return False  # the rest of the minute is in flight, or on its way to disk
        rows = minute.rows[places]
        late = rows["moment_s"] < self.books.clock.now_ns() / 1e9 - REISSUE_WINDOW_S
        if late.any():
            expired = items_of(rows[late], Source.DUE, places[late])
            self.books.pend(with_outcome(expired, EXPIRED))
        held = ~late & self.books.holds.keeps_back(rows["vehicle"])
        if held.any():
            self.books.holds.divert(rows[held])
            self.books.moved(places[held])
        free = ~late & ~held
        self._queue.add(self._items(rows[free], Source.DUE, places[free]))
        return True

    def _items(self, rows: Rows, source: Source, places: NDArray[Any] | int) -> Items:
        """``places``: of the rows in the minute, -1: they are of none."""
        fetched = frames_at(self.books.reader, rows, self.archived)
        made = self.maker.due(rows, fetched, source, places)
        self.books.pend(made.unsaid)
        return made.items

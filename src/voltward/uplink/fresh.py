"""Live frames of one link: read, sorted out, and sent at once in the order of the journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from voltward.uplink.books import Books
from voltward.uplink.client import PlatformClient
from voltward.uplink.due import Rows
from voltward.uplink.incoming import REISSUE, Owed, reissued
from voltward.uplink.items import Items, Queue, joined, rows_of
from voltward.uplink.making import Maker

STRETCHES: Final = 4  # of the journal, read in one step
MOST_WAITING: Final = 200_000  # due entries in memory; then they go to disk at once


@dataclass(eq=False)
class FreshFrames:
    """``maker`` knows the link and its vehicles as they are now, ``client`` whether it is up.

    Raises (on ``read``) what the journal raises: the same stretch again.
    """

    books: Books
    maker: Maker
    client: PlatformClient
    _queue: Queue = field(default_factory=Queue)

    @property
    def is_drained(self) -> bool:
        """Nothing fresh waits, here or in the journal."""
        return not len(self._queue) and self.books.live.is_drained

    def rows(self) -> Rows:
        """Of those that wait here, of ``ITEM``."""
        return self._queue.rows()

    def read(self) -> tuple[bool, bool]:
        """Read on while there is room for more: whether anything was read, and there may be more."""
        for number in range(STRETCHES):
            full = len(self._queue) >= self.maker.link.window
            if full or self.books.due.waiting > MOST_WAITING:
                return number > 0, False  # there is more, but it must wait
            owed = self.books.live.next(self.maker.link, self.maker.table)
            if owed is None:
                return number > 0, False
            self._sort_out(owed)
        return True, True

    def next(self, most: int) -> Items:
        """The next ones; those that grew old while they waited become due."""
        oldest = self.books.clock.now_ns() / 1e9 - self.maker.link.live_s
        found: list[Items] = []
        while len(self._queue) and most > 0:
            items = self._queue.take(most)
            is_late = items.rows["moment_s"] <= oldest
            if is_late.any():
                self.put_off(items.rows[is_late])
                items = items.only(~is_late)
            most -= len(items)
            found.append(items)
        return joined(found)

    def put_off(self, rows: Rows) -> None:
        """Rows of ``ITEM`` become due for reissue."""
        if len(rows):
            self.books.due.add(reissued(rows_of(rows)))
            self.unsettled(rows)

    def put_off_all(self) -> None:
        """The link is not up: nothing that waits is live any more."""
        if len(self._queue):
            self.put_off(self._queue.rows())
            self._queue.clear()

    def unsettled(self, rows: Rows) -> None:
        """Frames without an answer; some of them asked for held vehicles."""
        now_s = self.books.clock.monotonic_s()
        self.books.holds.unsettled(rows, now_s, self.client.retry_s)

    def lag_s(self) -> float:
        """Age of the oldest live frame that is neither sent nor due."""
        now, first = self.books.clock.now_ns() / 1e9, self._queue.first()
        if first is not None:
            return max(0.0, now - float(first["received_s"]))
        live = self.books.live
        return 0.0 if live.is_drained or not live.read_until_s else now - live.read_until_s

    def _sort_out(self, owed: Owed) -> None:
        """To the queue what is fresh and may be sent at once, to the due files all else."""
        self.books.totals["owed"] += len(owed)
        now_s, now = self.books.clock.monotonic_s(), self.books.clock.now_ns() / 1e9
        fresh = (now - owed.rows["moment_s"] < self.maker.link.live_s) & self.client.is_up
        fresh &= owed.rows["command"] != REISSUE
        held = fresh & self.books.holds.concerns(owed.rows["vehicle"])
        for place in np.flatnonzero(held).tolist():
            vehicle = int(owed.rows["vehicle"][place])
            fresh[place] = not self.books.holds.stops_live(vehicle, now_s)
        self.books.due.add(reissued(owed.rows[~fresh]))
        made = self.maker.live(owed.only(fresh))
        self.books.pend(made.unsaid)
        self._queue.add(made.items)

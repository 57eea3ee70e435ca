"""What was sent and waits for its answer.

Answers carry no serial number (GB/T 32960.3 clause 6.3.2): the same command, unique id and time
name the frame, the oldest first. An answer without a time names the oldest of its command and id.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.uplink.due import Rows
from voltward.uplink.items import ITEM, Items, joined, names_and_times

_ROOM: Final = 1024  # rows, at first
_NOBODY: Final[dict[int, bytes]] = {}


class Flight:
    """One table of ``ITEM`` in the order of sending; a frame that is sent again goes to its end.

    A *place* is a row of the table. It is given once and means the same frame until ``add`` or
    ``clear``: rows that have their answer stay until the table is full.
    """

    def __init__(self) -> None:
        self._rows: Rows = np.zeros(_ROOM, ITEM)
        self._waits = np.zeros(_ROOM, np.bool_)
        self._end = self._left = 0
        self._firsts: list[int] = []  # places of the first frames of each batch
        self._batches: list[FrameBatch] = []
        self._named: dict[
            bytes, dict[int, bytes]
        ] = {}  # by name: places, the oldest first, and times
        self._newest_answered_s = -1e18  # when the newest frame that has an answer was sent

    def __len__(self) -> int:
        return self._left

    def rows(self) -> Rows:
        """Of all that wait, in order of sending."""
        found: Rows = self._rows[: self._end][self._waits[: self._end]]
        return found

    def at(self, places: NDArray[Any]) -> Rows:
        found: Rows = self._rows[places]
        return found

    def add(self, items: Items) -> None:
        if self._end + len(items) > len(self._rows):
            self._pack(len(items))
        self._append(items)

    def answered(self, answers: FrameBatch) -> tuple[Rows, NDArray[np.bool_]]:
        """The frames that answers name, taken out; and which answers ``(n,)`` name one of ours."""
        found = []
        named = self._named
        for name, time in zip(*names_and_times(answers), strict=True):
            same = named.get(name, _NOBODY)
            for place, own in same.items():
                if own == time or not time:
                    found.append(place)
                    del same[place]
                    if not same:
                        del named[name]
                    break
            else:
                found.append(-1)
        places = np.array(found, np.int64)
        known = places >= 0
        rows = self._rows[places[known]]
        self._waits[places[known]] = False
        self._left -= len(rows)
        if len(rows):
            self._newest_answered_s = max(self._newest_answered_s, float(rows["sent_s"].max()))
        return rows, known

    def take(self, places: NDArray[Any]) -> Items:
        """Frames that are not waited for any more, or are sent again."""
        parts = []
        for place in places.tolist():
            batch = bisect_right(self._firsts, place) - 1
            within = np.array([place - self._firsts[batch]])
            frames = self._batches[batch].select(within)
            parts.append(Items(self._rows[place : place + 1].copy(), frames))
            name = names_and_times(frames)[0][0]
            same = self._named[name]
            del same[place]
            if not same:
                del self._named[name]
        self._waits[places] = False
        self._left -= len(places)
        return joined(parts)

    def overdue(self, before_s: float, is_silent: bool) -> NDArray[np.int64]:
        """Places of frames sent before ``before_s`` whose answer will hardly come any more.

        A slow platform works in order: while it answers older frames, younger ones are not overdue.
        """
        sent_s = self._rows["sent_s"][: self._end]
        late = self._waits[: self._end] & (sent_s <= before_s)
        places = np.flatnonzero(late)
        return places if is_silent else places[self.were_passed(places)]

    def were_passed(self, places: NDArray[Any]) -> NDArray[np.bool_]:
        """Frames before one that has its answer: the platform lives, and said nothing of these."""
        passed: NDArray[np.bool_] = self._rows["sent_s"][places] < self._newest_answered_s
        return passed

    def clear(self) -> Rows:
        """All of them, in order of sending."""
        rows = self.rows()
        self._forget()
        self._newest_answered_s = -1e18
        return rows

    def _append(self, items: Items) -> None:
        first, self._end = self._end, self._end + len(items)
        self._rows[first : self._end] = items.rows
        self._waits[first : self._end] = True
        self._left += len(items)
        self._firsts.append(first)
        self._batches.append(items.frames)
        named = self._named
        for place, (name, time) in enumerate(
            zip(*names_and_times(items.frames), strict=True), first
        ):
            same = named.get(name)
            if same is None:
                named[name] = {place: time}
            else:
                same[place] = time

    def _pack(self, more: int) -> None:
        """Make room for ``more``: what waits moves to the front, and half of the table is free."""
        parts = []
        firsts = [*self._firsts, self._end]
        for batch, first, stop in zip(self._batches, firsts, firsts[1:], strict=False):
            waits = np.flatnonzero(self._waits[first:stop])
            if len(waits):
                parts.append(Items(self._rows[first + waits], batch.select(waits)))
        items = joined(parts)
        self._forget()
        room = 2 * (len(items) + more)
        if room > len(self._rows):
            self._rows, self._waits = np.zeros(room, ITEM), np.zeros(room, np.bool_)
        self._append(items)

    def _forget(self) -> None:
        self._waits[: self._end] = False
        self._end = self._left = 0
        self._firsts, self._batches, self._named = [], [], {}

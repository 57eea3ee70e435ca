"""What the batch must know of each link, in columns: one seat for each connection."""

from __future__ import annotations

import numpy as np

NO_SLOT = -1
_FIRST = 1024
_COLUMNS = ("slot", "number", "since_s", "last_frame_s", "waiting_since_s", "is_gone")


class Seats:
    """Columns indexed by seat; a seat is given again after its link has ended.

    ``slot`` i4: row of the session in the roster, NO_SLOT while nobody is logged in.
    ``number`` u4: link number. ``is_gone`` ?: to be ended in the next batch. ``since_s`` (connect
    or logout), ``last_frame_s`` and ``waiting_since_s`` f8: monotonic; the last is 0 unless the
    first held byte waits for more.
    """

    def __init__(self) -> None:
        self.slot = np.full(_FIRST, NO_SLOT, np.int32)
        self.number = np.zeros(_FIRST, np.uint32)
        self.since_s = np.zeros(_FIRST)
        self.last_frame_s = np.zeros(_FIRST)
        self.waiting_since_s = np.zeros(_FIRST)
        self.is_gone = np.zeros(_FIRST, np.bool_)
        self._used = 0
        self._free: list[int] = []

    def take(self, number: int, now_s: float) -> int:
        """A seat for a new link."""
        if self._free:
            seat = self._free.pop()
        else:
            seat, self._used = self._used, self._used + 1
            if seat == self.slot.size:
                self._grow()
        self.slot[seat], self.number[seat] = NO_SLOT, number
        self.since_s[seat] = self.last_frame_s[seat] = now_s
        self.waiting_since_s[seat] = 0.0
        self.is_gone[seat] = False
        return seat

    def give_back(self, seat: int) -> None:
        """The link of this seat has ended."""
        self.slot[seat] = NO_SLOT
        self._free.append(seat)

    def excuse(self, lost_s: float, now_s: float) -> None:
        """Take ``lost_s`` off every link's waiting: it was not the links that kept us waiting."""
        waits = self.waiting_since_s > 0.0
        for column in (self.since_s, self.last_frame_s, self.waiting_since_s):
            np.minimum(column + lost_s, now_s, out=column)
        self.waiting_since_s[~waits] = 0.0

    def _grow(self) -> None:
        size = 2 * self.slot.size
        for name in _COLUMNS:
            column = getattr(self, name)
            larger = np.zeros(size, column.dtype)
            larger[: column.size] = column
            setattr(self, name, larger)

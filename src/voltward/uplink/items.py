"""Frames on their way to a platform, many at a time: what is known of each, and its bytes as sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT
from voltward.uplink.due import DUE, Rows
from voltward.uplink.proof import ENTRY

_NAME_AT: Final = np.array([2, *range(4, 21)])  # command and unique id, GB/T 32960.3 table 2
_TIME_AT: Final = np.arange(HEADER, HEADER + MOMENT)


class Source(IntEnum):
    """Where a frame came from, which says where it goes when it cannot be sent."""

    LIVE = 0
    DUE = 1
    HELD = 2
    REPORT = 3  # of GB/T 45688: ``report_desk``
    ASKED = 4


# The first six as in ``due.DUE``. ``source``: of ``Source``; ``place``: its row in the minute, or in
# the request, that is being sent; ``lost``: items that were left out of it; ``lowered``: 1 tells of a
# thermal event as level 3 (``lowered``); ``refused``: error
# answers so far; ``tries``: times sent, ``now_tries``: on this connection; ``sent_s``: monotonic;
# ``sent_ms``: unix. ``outcome``, ``flag``, ``answered_ms``: of the last answer, or of what needs none.
ITEM: Final = np.dtype(
    [
        ("position", "<u8"),
        ("vehicle", "<u8"),
        ("moment_s", "<u4"),
        ("stream", "<u2"),
        ("command", "u1"),
        ("refused", "<u2"),
        ("source", "u1"),
        ("outcome", "u1"),
        ("flag", "u1"),
        ("place", "<i4"),
        ("lost", "<u4"),
        ("lowered", "u1"),
        ("tries", "<u2"),
        ("now_tries", "<u2"),
        ("received_s", "<i8"),
        ("collected_s", "<i8"),
        ("sent_s", "<f8"),
        ("sent_ms", "<u8"),
        ("answered_ms", "<u8"),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """``rows`` ``(n,)`` of ``ITEM``; ``frames``: those of the rows, as they are sent."""

    rows: Rows
    frames: FrameBatch

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def data(self) -> bytes:
        """All frames, one behind the other."""
        return self.frames.buffer[self.frames.offsets[0] : self.frames.offsets[-1]].tobytes()

    def part(self, first: int, stop: int) -> Items:
        """Those from ``first`` to ``stop``; the same memory."""
        frames = FrameBatch(self.frames.buffer, self.frames.offsets[first : stop + 1])
        return Items(self.rows[first:stop], frames)

    def only(self, places: NDArray[Any]) -> Items:
        """Those of ``places``, in their order; or those for which it is true."""
        if places.dtype == np.bool_:
            places = np.flatnonzero(places)
        return Items(self.rows[places], self.frames.select(places))


NO_ITEMS: Final = Items(np.zeros(0, ITEM), FrameBatch.of(()))


def joined(parts: Sequence[Items]) -> Items:
    """One behind the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NO_ITEMS
    sizes = [np.diff(part.frames.offsets) for part in parts]
    data = np.frombuffer(b"".join([part.data for part in parts]), np.uint8)
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    return Items(np.concatenate([part.rows for part in parts]), FrameBatch(data, offsets))


class Queue:
    """Items that wait to be sent, in their order."""

    def __init__(self) -> None:
        self._parts: deque[Items] = deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, items: Items) -> None:
        if len(items):
            self._parts.append(items)
            self._size += len(items)

    def take(self, most: int) -> Items:
        """The first ones."""
        if not self._size:
            return NO_ITEMS
        taken: list[Items] = []
        left = min(most, self._size)
        self._size -= left
        while left:
            first = self._parts.popleft()
            if len(first) > left:
                self._parts.appendleft(first.part(left, len(first)))
                first = first.part(0, left)
            left -= len(first)
            taken.append(first)
        return joined(taken)

    def first(self) -> np.void | None:
        """What is known of the next one."""
        return self._parts[0].rows[0] if self._parts else None

    def rows(self) -> Rows:
        """Of all, of ``ITEM``."""
        return np.concatenate([np.zeros(0, ITEM), *(part.rows for part in self._parts)])

    def clear(self) -> None:
        self._parts.clear()
        self._size = 0


def items_of(rows: Rows, source: Source, places: NDArray[Any] | int = -1) -> Rows:
    """Rows of ``due.DUE`` as ``ITEM``, of frames of which nothing else is known yet."""
    out = np.zeros(len(rows), ITEM)
    for name in DUE.names or ():
        out[name] = rows[name]
    out["source"], out["place"], out["tries"] = source, places, rows["refused"]
    out["received_s"] = out["collected_s"] = rows["moment_s"]
    return out


def rows_of(items: Rows) -> Rows:
    """Rows of ``ITEM`` as due entries."""
    out = np.zeros(len(items), DUE)
    for name in DUE.names or ():
        out[name] = items[name]
    out["refused"] = np.minimum(items["refused"], 0xFF)
    return out


def row_of(item: np.void) -> tuple[int, ...]:
    """One of ``ITEM`` as a due entry."""
    row: tuple[int, ...] = rows_of(np.array([item]))[0].item()
    return row


def entries_of(items: Rows) -> NDArray[Any]:
    """Rows of ``ITEM`` that have their outcome, as ``ENTRY``; streams by number until written."""
    out = np.zeros(len(items), ENTRY)
    for name in ("position", "vehicle", "sent_ms", "answered_ms", "stream", "command"):
        out[name] = items[name]
    out["collected_s"] = np.maximum(items["collected_s"], 0)
    out["lost"] = np.minimum(items["lost"], 0xFFFF)
    out["outcome"], out["flag"] = items["outcome"], items["flag"]
    out["tries"] = np.minimum(items["tries"], 0xFF)
    return out


def with_outcome(items: Rows, outcome: int) -> Rows:
    """The same rows; it is their last word."""
    out = items.copy()
    out["outcome"] = outcome
    return out


def names_and_times(frames: FrameBatch) -> tuple[list[bytes], list[bytes]]:
    """Of each frame, what every answer repeats: command and unique id; and the time of its unit,
    which answers may leave out (empty then)."""
    starts, sizes = frames.offsets[:-1], np.diff(frames.offsets)
    names = frames.buffer[starts[:, None] + _NAME_AT].view("V18").ravel().tolist()
    has_time = sizes > HEADER + MOMENT
    # one without a time is read at its start instead, so that nothing is read behind the end
    at = np.where(has_time[:, None], starts[:, None] + _TIME_AT, starts[:, None])
    times = frames.buffer[at].view("V6").ravel().tolist()
    for place in np.flatnonzero(~has_time).tolist():
        times[place] = b""
    return names, times

"""Vehicles whose frames a platform refuses: held back on this link, asked again ever more seldom.

A refused frame is sent again after ``retry_s``, three times at most. A vehicle that the platform
does not know (04), or of which it refuses everything, gets no live frame through meanwhile: one
frame at growing intervals asks whether it has learned better. Nothing here ever stops others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.uplink.client import LONG_WAIT
from voltward.uplink.due import DUE, MINUTE_S, MinuteFiles, Rows, in_order, names_of, no_rows
from voltward.uplink.items import Source, row_of, rows_of
from voltward.uplink.messages import VIN_UNKNOWN
from voltward.uplink.overdue import RESENDS

Row = tuple[int, ...]
_MOMENT: Final = DUE.names.index("moment_s") if DUE.names else 0


@dataclass(slots=True, eq=False)
class Hold:
    """``first``: the oldest frame that waits; ``lasting``: live frames are not sent either;
    ``probing``: one frame is on its way to ask. Times are monotonic seconds, ``since`` unix."""

    since: float
    interval_s: float
    next_s: float
    flag: int = 0
    errors: int = 0  # answers in a row
    lasting: bool = False
    probing: bool = False
    first: Row | None = None
    planned_s: float = -1.0  # its place in the queue


@dataclass(eq=False)
class Holds:
    """``files``: frames of vehicles that are held, or were and come back next."""

    files: MinuteFiles
    of: dict[int, Hold] = field(default_factory=dict)
    returning: set[int] = field(default_factory=set)
    _queue: list[tuple[float, int]] = field(default_factory=list)

    def load(self, now_s: float, now: float, retry_s: float, gone: Callable[[int], Rows]) -> Rows:
        """After a start: every vehicle with frames here is held, and soon asked for.

        ``gone``: names of frames of a minute that lie elsewhere, or have their outcome already.
        Returns the names of those that stay.
        """
        names = [names_of(no_rows())]
        for minute in self.files.minutes():
            found = self.files.read(minute)
            rows = in_order(found)
            rows = rows[~np.isin(names_of(rows), gone(minute))]
            if len(rows) != len(found):
                self.files.replace(minute, rows)
            for row in rows.tolist():
                hold = self.of.get(row[1]) or self._new(row[1], now_s, now, retry_s)
                hold.first = hold.first or row
                self._plan(row[1], hold)
            names.append(names_of(rows))
        return np.concatenate(names)

    def keeps_back(self, vehicles: NDArray[Any]) -> NDArray[np.bool_]:
        """Whose frames, already due, cannot be sent in their turn ``(n,)``."""
        return _among(vehicles, self.of) | _among(vehicles, self.returning)

    def concerns(self, vehicles: NDArray[Any]) -> NDArray[np.bool_]:
        """Which are held ``(n,)``."""
        return _among(vehicles, self.of)

    def stops_live(self, vehicle: int, now_s: float) -> bool:
        """False for one that may be sent: nothing stands against it, or it is the one that asks."""
        hold = self.of.get(vehicle)
        if hold is None or not hold.lasting:
            return False
        if hold.first is None and not hold.probing and now_s >= hold.next_s:
            hold.probing = True
            return False
        return True

    def divert(self, rows: Rows) -> None:
        """Frames of held vehicles, in order, to the others of theirs; durable on return."""
        self.files.add(rows)
        for row in rows.tolist():
            hold = self.of.get(row[1])
            if hold is not None:
                hold.first = _older(hold.first, row)
                self._plan(row[1], hold)

    def probes(self, now_s: float, most: int) -> list[Row]:
        """The oldest frame of each vehicle that it is time to ask for."""
        found: list[Row] = []
        while self._queue and self._queue[0][0] <= now_s and len(found) < most:
            _, vehicle = heappop(self._queue)
            hold = self.of.get(vehicle)
            if hold is None:
                continue
            hold.planned_s = -1.0
            if hold.probing or hold.first is None or hold.next_s > now_s:
                self._plan(vehicle, hold)
                continue
            hold.probing = True
            found.append(hold.first)
        return found

    def refused(
        self, item: np.void, now_s: float, now: float, retry_s: float, waits: bool = False
    ) -> bool:
        """Take note of an error answer, also in ``item``; True: it is final for this frame.

        ``waits``: the fault is not the frame's, which stays due like one of an unknown vehicle.
        """
        vehicle, flag = int(item["vehicle"]), int(item["flag"])
        hold = self.of.get(vehicle) or self._new(vehicle, now_s, now, retry_s)
        asked = hold.probing and (item["source"] == Source.HELD or hold.first is None)
        hold.errors += 1
        item["refused"] += 1
        hold.flag = flag
        waits = waits or flag == VIN_UNKNOWN
        hold.lasting = waits or hold.errors > RESENDS
        if asked:
            hold.probing = False
            longest_s = LONG_WAIT * retry_s
            hold.interval_s = min(2 * hold.interval_s, longest_s) if hold.lasting else retry_s
        if asked or hold.errors == 1:
            hold.next_s = now_s + hold.interval_s
        self._plan(vehicle, hold)
        return not waits and bool(item["refused"] > RESENDS)

    def accepted(self, item: np.void) -> None:
        vehicle = int(item["vehicle"])
        hold = self.of.get(vehicle)
        if hold is None:
            return
        if item["source"] == Source.HELD or hold.lasting or hold.first is None:
            del self.of[vehicle]
            self.returning.add(vehicle)
        else:  # its refused frame still waits for its time
            hold.errors = 0

    def unsettled(self, items: Rows, now_s: float, retry_s: float) -> None:
        """Frames ``(n,)`` of ``ITEM``: if they asked, they were not answered, or not sent at all."""
        for item in items[_among(items["vehicle"], self.of)]:
            vehicle = int(item["vehicle"])
            hold = self.of[vehicle]
            if item["source"] == Source.HELD or hold.first is None:
                hold.probing = False
                hold.next_s = max(hold.next_s, now_s + retry_s)
                self._plan(vehicle, hold)

    def count(self, item: np.void) -> None:
        """Remember how often the oldest frame was refused."""
        hold = self.of.get(int(item["vehicle"]))
        if hold is not None and hold.first is not None and hold.first[0] == item["position"]:
            hold.first = row_of(item)

    def remove(self, items: Rows) -> None:
        """Frames that have their outcome on disk; the next of their vehicles takes their place."""
        gone = rows_of(items)
        for minute in np.unique(gone["moment_s"] // MINUTE_S).tolist():
            rows = self.files.read(minute)
            self.files.replace(minute, rows[~np.isin(names_of(rows), names_of(gone))])
        for vehicle in {int(one) for one in gone["vehicle"]} & set(self.of):
            hold = self.of[vehicle]
            hold.first = self._oldest(vehicle)
            self._plan(vehicle, hold)

    def come_back(self, put: Callable[[Rows], None]) -> None:
        """Give ``put`` all frames of vehicles that are held no longer; they must be durable there."""
        names = np.fromiter(self.returning, np.uint64)
        for minute in self.files.minutes():
            rows = self.files.read(minute)
            free = np.isin(rows["vehicle"], names)
            if free.any():
                put(rows[free])
                self.files.replace(minute, rows[~free])
        self.returning.clear()

    def expired(self, before_s: float) -> Rows:
        """Frames of the oldest minute when it lies before ``before_s``; ``remove`` follows."""
        oldest = self.files.oldest()
        if oldest is None or (oldest + 1) * MINUTE_S > before_s:
            return no_rows()
        return self.files.read(oldest)

    def _oldest(self, vehicle: int) -> Row | None:
        for minute in self.files.minutes():
            rows = self.files.read(minute)
            own = in_order(rows[rows["vehicle"] == vehicle])
            if len(own):
                return tuple(own[0].tolist())
        return None

    def _new(self, vehicle: int, now_s: float, now: float, retry_s: float) -> Hold:
        hold = Hold(since=now, interval_s=retry_s, next_s=now_s + retry_s)
        self.of[vehicle] = hold
        if vehicle in self.returning:  # refused again before its frames were back
            self.returning.discard(vehicle)
            hold.first = self._oldest(vehicle)
        return hold

    def _plan(self, vehicle: int, hold: Hold) -> None:
        if hold.first is not None and not hold.probing and hold.planned_s != hold.next_s:
            hold.planned_s = hold.next_s
            heappush(self._queue, (hold.next_s, vehicle))


def _among(vehicles: NDArray[Any], names: Collection[int]) -> NDArray[np.bool_]:
    """Few of many: a look for each, not a table of all that are held."""
    if not names:
        return np.zeros(len(vehicles), np.bool_)
    return np.fromiter((one in names for one in vehicles.tolist()), np.bool_, len(vehicles))


def _older(one: Row | None, other: Row) -> Row:
    if one is None:
        return other
    return min(one, other, key=lambda row: (row[_MOMENT], row[0]))

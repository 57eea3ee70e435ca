"""The newest states of the vehicles people look at, kept for a second, shared by all readers.

A state is more than a hundred columns, so reading it costs the store tens of milliseconds. Many
readers of one vehicle, and one reader of many vehicles, share look-ups: one asks at a time, for
everything that was asked for meanwhile and all that is in demand, first for marks of change
(cheap), then for the states that did change.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from voltward.monitoring.store import store
from voltward.telemetry import queries
from voltward.telemetry.queries import LatestState
from voltward.telemetry.queries.marks import latest_marks

FRESH_S = 0.8  # younger than this a state is given as it is
DEMAND_S = 10.0  # so long after it was asked for, a vehicle is looked up with the others
MOST_KEPT = 2_000  # about 15 KB each
BRIEF_FIELDS = ("soc_pct", "alarm_level", "alarm_flags")

Marks = Callable[[list[int]], Mapping[int, int]]
States = Callable[[list[int]], Iterable[LatestState]]


@dataclass
class _Entry:
    """``mark`` None: the vehicle never sent."""

    mark: int | None
    state: LatestState | None
    checked_s: float
    asked_s: float


class Board:
    """For many threads."""

    def __init__(
        self, marks: Marks, states: States, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._marks = marks
        self._states = states
        self._now_s = now_s
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._wanted: set[int] = set()
        self._guard = threading.Lock()  # of the two above; never held while the store is asked
        self._asking = threading.Lock()

    def states(self, vehicle_ids: Iterable[int]) -> dict[int, LatestState]:
        """The newest states, at most ``FRESH_S`` old; vehicles that never sent are left out.

        Raises:
            StoreAway: nothing fresh is known and the store does not answer.
        """
        ids = list(vehicle_ids)
        with self._guard:
            stale = self._stale(ids)
            self._wanted |= stale
        if stale:
            with self._asking:
                self._catch_up(ids)
        with self._guard:
            found = ((one, self._entries.get(one)) for one in ids)
            return {one: entry.state for one, entry in found if entry and entry.state}

    def forget(self) -> None:
        """Know nothing, as in the beginning."""
        with self._guard:
            self._entries.clear()
            self._wanted.clear()

    def state(self, vehicle_id: int) -> LatestState | None:
        """As ``states``; None: it never sent."""
        return self.states((vehicle_id,)).get(vehicle_id)

    def _stale(self, ids: Iterable[int]) -> set[int]:
        now_s, stale = self._now_s(), set()
        for one in ids:
            entry = self._entries.get(one)
            if entry is None or now_s - entry.checked_s > FRESH_S:
                stale.add(one)
            if entry is not None:
                entry.asked_s = now_s
                self._entries.move_to_end(one)
        return stale

    def _catch_up(self, ids: list[int]) -> None:
        with self._guard:
            if not self._stale(ids):  # another reader asked for them while this one waited
                return
            now_s = self._now_s()
            chosen, self._wanted = self._wanted | set(ids), set()
            chosen |= {
                one
                for one, entry in self._entries.items()
                if now_s - entry.asked_s < DEMAND_S and now_s - entry.checked_s > FRESH_S / 2
            }
            known = {one: entry.mark for one, entry in self._entries.items()}
        marks = self._marks(sorted(chosen))
        changed = [one for one in chosen if one in marks and marks[one] != known.get(one)]
        fresh = {state.vehicle_id: state for state in self._states(changed)} if changed else {}
        with self._guard:
            for one in chosen:
                self._keep(one, marks.get(one), fresh.get(one))
            while len(self._entries) > max(MOST_KEPT, len(chosen)):
                self._entries.popitem(last=False)

    def _keep(self, vehicle_id: int, mark: int | None, fresh: LatestState | None) -> None:
        now_s = self._now_s()
        entry = self._entries.get(vehicle_id)
        if entry is None:
            self._entries[vehicle_id] = _Entry(mark, fresh, now_s, now_s)
            return
        entry.checked_s = now_s
        entry.mark = mark
        if fresh is not None or mark is None:
            entry.state = fresh


def _store_marks(vehicle_ids: list[int]) -> Mapping[int, int]:
    with store() as client:
        return latest_marks(client, vehicle_ids)


def _store_states(vehicle_ids: list[int]) -> Iterable[LatestState]:
    with store() as client:
        return queries.latest_states(client, vehicle_ids)


def _store_briefs(vehicle_ids: list[int]) -> Iterable[LatestState]:
    with store() as client:
        return queries.latest_states(client, vehicle_ids, BRIEF_FIELDS)


BOARD = Board(_store_marks, _store_states)
BRIEF = Board(_store_marks, _store_briefs)  # for lists of many vehicles

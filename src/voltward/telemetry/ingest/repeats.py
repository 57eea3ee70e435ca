"""Notices frames that come again: resent, sent over two links, or replayed by somebody (R18).

The store drops them by their key in any case; here they are counted, and a vehicle of which many
come again is named. What came lately is known from memory. What is late, and may have come before
this process began, is looked up in the store, a few frames for each vehicle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba as nb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LATE_MS = 600_000  # a frame this much older than its receipt is no live one
LOOKED_UP = 2  # late frames of a vehicle that the store is asked about, per batch
MOST_LOOKED_UP = 500  # per batch
MANY = 10  # frames of a vehicle that came again before it is named
NAMED_EVERY_MS = 3_600_000

Numbers = NDArray[np.uint64]
Known = Callable[[pa.Table], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Repeated:
    """``rows``: how many came again for sure. ``named``: rows, one of each vehicle to be named."""

    rows: int
    named: NDArray[np.int64]


class Repeats:
    """Memory of the last rows; ``capacity`` (a power of two) to twice as many."""

    def __init__(self, capacity: int = 1 << 20) -> None:
        self._young: Numbers = np.zeros(2 * capacity, np.uint64)
        self._old: Numbers = np.zeros(2 * capacity, np.uint64)
        self._left = capacity
        self._capacity = capacity
        self._again: dict[int, int] = {}
        self._named_ms: dict[int, int] = {}

    def look(self, rows: pa.Table, known: Known) -> Repeated:
        """Rows as the writer takes them, before they are inserted.

        ``known(rows)``: which of the given rows the store has under their key from another place.
        """
        vehicle = np.asarray(rows["vehicle_id"].to_numpy(), np.uint64)
        collected = np.asarray(rows["collected_at"].to_numpy(), np.int64)
        received_ms = np.asarray(rows["received_at"].to_numpy(), np.int64)
        unit = np.asarray(rows["unit_hash"].to_numpy(), np.uint64)
        again = self._remember(_fingerprints(vehicle, collected.astype(np.uint64), unit))
        late = (received_ms - collected * 1000 > LATE_MS) & ~again
        asked = _some_of_each(vehicle, np.flatnonzero(late))
        if asked.size:
            again[asked] = known(rows.take(pa.array(asked)))
        return Repeated(int(np.count_nonzero(again)), self._named(vehicle, received_ms, again))

    def _remember(self, prints: Numbers) -> NDArray[np.bool_]:
        again = np.zeros(prints.size, np.bool_)
        done = 0
        while done < prints.size:
            if self._left <= 0:
                self._old, self._young = self._young, np.zeros_like(self._young)
                self._left = self._capacity
            part = slice(done, done + self._left)
            self._left -= _insert(prints[part], self._young, self._old, again[part])
            done = part.stop
        return again

    def _named(
        self, vehicle: Numbers, received_ms: NDArray[np.int64], again: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        named = []
        for row in np.flatnonzero(again).tolist():
            number, now_ms = int(vehicle[row]), int(received_ms[row])
            if now_ms - self._named_ms.get(number, -NAMED_EVERY_MS) < NAMED_EVERY_MS:
                continue
            self._again[number] = self._again.get(number, 0) + 1
            if self._again[number] >= MANY:
                del self._again[number]
                self._named_ms[number] = now_ms
                named.append(row)
        return np.array(named, np.int64)


def _some_of_each(vehicle: Numbers, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most ``LOOKED_UP`` of the rows of each vehicle, at most ``MOST_LOOKED_UP`` in all."""
    order = rows[np.argsort(vehicle[rows], kind="stable")]
    sorted_vehicle = vehicle[order]
    first = np.searchsorted(sorted_vehicle, sorted_vehicle, "left")
    chosen = order[np.arange(order.size) - first < LOOKED_UP]
    return np.sort(chosen[:MOST_LOOKED_UP])


def _fingerprints(vehicle: Numbers, collected: Numbers, unit: Numbers) -> Numbers:
    """One number, never 0, for each key."""
    mixed = (vehicle * np.uint64(0x9E3779B97F4A7C15)) ^ unit
    mixed ^= collected * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed[mixed == 0] = 1
    return mixed


@nb.njit(cache=True, nogil=True)
def _insert(prints, young, old, again):  # type: ignore[no-untyped-def]
    """Mark in ``again`` what one of the two sets holds; add the rest to ``young``; how many."""
    mask = np.uint64(young.size - 1)
    added = 0
    for i in range(prints.size):
        value = prints[i]
        start = (value ^ (value >> np.uint64(29))) & mask
        slot = start
        while young[slot] != 0 and young[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        if young[slot] == value:
            again[i] = True
            continue
        young[slot] = value
        added += 1
        slot = start
        while old[slot] != 0 and old[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        again[i] = old[slot] == value
    return added


def warm() -> None:
    """Compile the kernel."""
    table = np.zeros(2, np.uint64)
    _insert(np.ones(1, np.uint64), table, table.copy(), np.zeros(1, np.bool_))

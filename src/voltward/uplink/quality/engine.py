"""Counts reports into days of vehicles, however they are cut into batches."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.limits import LimitBook
from voltward.findings.slots import VehicleSlots
from voltward.uplink.quality import completeness, course, memory, sessions, timeliness, truth
from voltward.uplink.quality.catalogue import DEFAULTS, DETECTOR, PLACE
from voltward.uplink.quality.rows import NO_TIME, Reports, Sessions
from voltward.uplink.quality.summary import records_of

Array = NDArray[Any]

DAY_S: Final = 86_400
BEIJING_S: Final = 8 * 3600
KEPT_DAYS: Final = 2  # of receipt; what came before is closed, and on the stream
_DAY_BITS: Final = 16  # days since 1970 until the year 2149


class QualityEngine:
    """One thread drives it; its memory is what ``checkpoint.py`` keeps.

    A report belongs to the day on which it was collected, and to the day on which it was received: so
    a day can be told before the last of it has come, and what is told once is never told less.
    """

    def __init__(self, book: LimitBook | None = None) -> None:
        self.book = book or LimitBook((DETECTOR,))
        self.slots = VehicleSlots()
        self.vehicles: Array = memory.vehicles(0)
        self.groups: Array = np.zeros(0, np.int32)
        self.day_slots = VehicleSlots()
        self.days: Array = np.zeros(0, memory.DAY)
        self.rows = 0

    def use(self, book: LimitBook) -> None:
        """Count by another book from the next batch on."""
        self.book = book
        if len(self.slots):
            self.groups[: len(self.slots)] = book.groups_of(self.slots.vehicles())

    def take(self, reports: Reports) -> None:
        """Count the reports, those of one vehicle in the order in which they stand."""
        if not len(reports):
            return
        self.rows += len(reports)
        slot = self._slots_of(reports.vehicles)
        order = np.argsort(slot, kind="stable")
        reports, slot = reports.chosen(order), slot[order]
        time_s = _believed(reports.time_s, reports.received_ms)
        at, second = self._days_of(slot, reports.vehicles, time_s, reports.received_ms)
        of_row = self.book.rows_of(self.groups[slot], time_s)
        table = self.book.limits(DETECTOR, of_row).table
        place = (slot, at, second, self.vehicles, self.days, table, of_row)
        standing = timeliness.scan(reports, *place)
        completeness.scan(reports, standing, *place)
        truth.scan(reports, standing, at, second, self.days, table, of_row)
        course.scan(reports, standing, *place)

    def take_sessions(self, found: Sessions) -> None:
        """Count logins and logouts, in the order in which they stand."""
        if not found.vehicles.size:
            return
        slot = self._slots_of(found.vehicles)
        time_s = _believed(found.time_s, found.received_ms)
        at, second = self._days_of(slot, found.vehicles, time_s, found.received_ms)
        sessions.scan(found.command, found.sequence, slot, at, second, self.vehicles, self.days)

    def fresh(self) -> int:
        """How many days are not on the stream as they are now."""
        return int(np.count_nonzero(self.days["is_fresh"][: len(self.day_slots)]))

    def told(self) -> list[bytes]:
        """The records that say so; from here on they count as being on the stream."""
        which = np.flatnonzero(self.days["is_fresh"][: len(self.day_slots)])
        self.days["is_fresh"][which] = 0
        days = self.days[which]
        group = self.groups[self.slots.of(days["vehicle"])]
        of_row = self.book.rows_of(group, days["day"].astype(np.int64) * DAY_S)
        limits = self.book.limits(DETECTOR, of_row).table[of_row]
        share, least = limits[:, PLACE["track_share_pct"]], limits[:, PLACE["track_least_km"]]
        return list(records_of(days, share, least))

    def forget_before(self, received: int) -> None:
        """Let go of days that were received before ``received`` and are told."""
        size = len(self.day_slots)
        days = self.days[:size]
        kept = np.flatnonzero((days["received"] >= received) | (days["is_fresh"] != 0))
        if kept.size < size:
            keys = self.day_slots.vehicles()[kept]
            self.days, self.day_slots = days[kept].copy(), VehicleSlots(keys)

    def _slots_of(self, vehicles: Array) -> Array:
        before = len(self.slots)
        slot = self.slots.of(vehicles)
        now = len(self.slots)
        if now > self.vehicles.size:
            self.make_room(max(1024, 2 * now))
        if now > before:
            self.groups[before:now] = self.book.groups_of(self.slots.vehicles()[before:])
        return slot

    def make_room(self, size: int) -> None:
        """Memory for so many vehicles."""
        grown = memory.vehicles(size)
        grown[: self.vehicles.size] = self.vehicles
        groups = np.zeros(size, np.int32)
        groups[: self.groups.size] = self.groups
        self.vehicles, self.groups = grown, groups

    def _days_of(
        self, slot: Array, vehicles: Array, time_s: Array, received_ms: Array
    ) -> tuple[Array, Array]:
        """The record of each row in ``days``, and the second of its day."""
        local_s = time_s + BEIJING_S
        day = local_s // DAY_S
        received = (received_ms // 1000 + BEIJING_S) // DAY_S
        keys = (slot.astype(np.uint64) + np.uint64(1)) << np.uint64(2 * _DAY_BITS)
        keys |= day.astype(np.uint64) << np.uint64(_DAY_BITS) | received.astype(np.uint64)
        before = len(self.day_slots)
        at = self.day_slots.of(keys)
        now = len(self.day_slots)
        if now > self.days.size:
            grown = np.zeros(max(1024, 2 * now), memory.DAY)
            grown[: self.days.size] = self.days
            self.days = grown
        if now > before:
            new = np.flatnonzero(at >= before)
            self.days["vehicle"][at[new]] = vehicles[new]
            self.days["day"][at[new]], self.days["received"][at[new]] = day[new], received[new]
        return at, (local_s - day * DAY_S).astype(np.int64)


def _believed(time_s: Array, received_ms: Array) -> Array:
    """Collection times; where no clock can be right, when it was received (R21)."""
    received_s = received_ms // 1000
    wrong = (time_s == NO_TIME) | (time_s > received_s + DEFAULTS["future_s"])
    return np.where(wrong, received_s, time_s)


def day_number(at_s: float) -> int:
    """Days since 1970 in Beijing."""
    return (int(at_s) + BEIJING_S) // DAY_S

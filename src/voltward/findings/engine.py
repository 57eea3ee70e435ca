"""All detectors over a batch of rows: which vehicle, in which order, by which limits, what is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import h3
import numpy as np
from numpy.typing import NDArray

from voltward.findings import episodes as told
from voltward.findings.detector import Detector, Judged, Rows
from voltward.findings.finding import (
    CLEARED,
    EVENT,
    LATE_S,
    OPENED,
    REOPENED,
    WORSE,
    Finding,
    LimitUsed,
)
from voltward.findings.kernel import kernel
from voltward.findings.limits import LimitBook
from voltward.findings.rows import taken
from voltward.findings.slots import VehicleSlots

Array = NDArray[Any]

AHEAD_S: Final = 86_400  # a collection time so far ahead of reception is no time
CELL_RESOLUTION: Final = 7  # about 1.2 km from the middle to a corner
HOUR_S: Final = 3600
SHADOW: Final = told.MOST_RULES // 2  # rules of watched profiles are numbered from here on
_KINDS: Final = {
    told.OPENED: OPENED,
    told.WORSE: WORSE,
    told.CLEARED: CLEARED,
    told.HAPPENED: EVENT,
}
_STATE: Final = ("vehicle_state", "charging", "speed_kmh", "soc_pct", "odometer_km")
ORDER: Final = np.dtype([("newest_s", "i8"), ("hash", "u8"), ("group", "i4")])

IN_ORDER, REPEATED, LATE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Incoming:
    """``n`` rows as decoded, in the order in which the journal holds them.

    ``time_s`` i8: collection time; ``received_ms`` i8; ``vehicles``, ``unit_hashes``, ``positions``
    u8; ``stream_code`` i4 counts in ``streams``; ``values``: arrays ``(n,)`` of ``rows.NAMES``.
    """

    vehicles: Array
    time_s: Array
    received_ms: Array
    unit_hashes: Array
    positions: Array
    stream_code: Array
    streams: tuple[str, ...]
    values: Mapping[str, Array]

    def __len__(self) -> int:
        return int(self.vehicles.size)

    def chosen(self, which: Array) -> Incoming:
        """The rows of ``which``, in its order."""
        return Incoming(
            self.vehicles[which],
            self.time_s[which],
            self.received_ms[which],
            self.unit_hashes[which],
            self.positions[which],
            self.stream_code[which],
            self.streams,
            taken(self.values, which),
        )


@dataclass
class Counts:
    """Since the engine was made."""

    rows: int = 0
    repeated: int = 0
    set_aside: int = 0
    findings: int = 0
    failed: dict[str, int] = field(default_factory=dict)  # by detector


class Engine:
    """Judges rows. One thread drives it; its memory is what ``checkpoint.py`` keeps.

    A detector that raises is left out of that batch, counted and told in ``failures``: a fault of one
    rule must not silence the others.
    """

    def __init__(self, detectors: Sequence[Detector], book: LimitBook) -> None:
        self.detectors = tuple(detectors)
        self.slots = VehicleSlots()
        self.episodes = told.Episodes()
        self.order: Array = np.zeros(0, ORDER)
        self.memories: dict[str, Array] = {
            one.name: np.zeros(0, one.memory) for one in self.detectors if one.memory is not None
        }
        self.counts = Counts()
        self.failures: list[str] = []
        self._reopened: set[tuple[int, int]] = set()
        self._numbers = rule_numbers(self.detectors)
        self.book = book

    def use(self, book: LimitBook) -> None:
        """Judge by another book from the next batch on."""
        self.book = book
        if len(self.slots):
            self.order["group"][: len(self.slots)] = book.groups_of(self.slots.vehicles())

    def rule_codes(self) -> list[str]:
        """The codes of the rules by their numbers."""
        return list(self._numbers)

    def take(self, incoming: Incoming) -> list[Finding]:
        """Judge the rows; what they tell, in the order of the rows of each rule."""
        if not len(incoming):
            return []
        self.counts.rows += len(incoming)
        slot = self._slots_of(incoming.vehicles)
        time_s = _believed(incoming.time_s, incoming.received_ms)
        order = np.argsort(slot, kind="stable")
        standing = np.empty(order.size, np.int8)
        _sift(slot[order], time_s[order], incoming.unit_hashes[order], self.order, standing)
        found = self._set_aside(incoming, time_s, order[standing == LATE])
        self.counts.repeated += int(np.count_nonzero(standing == REPEATED))
        kept = order[standing == IN_ORDER]
        if kept.size:
            rows = incoming.chosen(kept)
            found += self._judge(rows, Rows(
                slot[kept], time_s[kept], rows.received_ms / 1000, rows.values
            ))  # fmt: skip
        self.counts.findings += len(found)
        return found

    def _slots_of(self, vehicles: Array) -> Array:
        before = len(self.slots)
        slot = self.slots.of(vehicles)
        now = len(self.slots)
        if now > self.order.size:
            self.make_room(max(1024, now, 2 * self.order.size))
        if now > before:
            fresh = self.slots.vehicles()[before:]
            self.order["group"][before:now] = self.book.groups_of(fresh)
        return slot

    def make_room(self, size: int) -> None:
        """Memory for so many vehicles."""
        order = np.zeros(size, ORDER)
        order["newest_s"] = np.iinfo(np.int64).min
        order[: self.order.size] = self.order
        self.order = order
        self.episodes.make_room(size)
        for one in self.detectors:
            if one.memory is not None:
                self.memories[one.name] = _grown(self.memories[one.name], size, one)

    def _set_aside(self, incoming: Incoming, time_s: Array, late: Array) -> list[Finding]:
        """Name the hours of vehicles that must be judged again, once each until the next checkpoint."""
        self.counts.set_aside += late.size
        found = []
        for i in late:
            vehicle, hour = int(incoming.vehicles[i]), int(time_s[i]) // HOUR_S * HOUR_S
            if (vehicle, hour) in self._reopened:
                continue
            self._reopened.add((vehicle, hour))
            found.append(
                Finding(REOPENED, "", vehicle, hour, hour, int(incoming.received_ms[i]), late=True)
            )
        return found

    def forget_reopened(self) -> None:
        """Hours may be named again from here on: what was named is on disk."""
        self._reopened.clear()

    def _judge(self, incoming: Incoming, rows: Rows) -> list[Finding]:
        revision = self.book.rows_of(self.order["group"][rows.slot], rows.time_s)
        found: list[Finding] = []
        for detector in self.detectors:
            try:
                judged = detector.judge(
                    rows,
                    self.memories.get(detector.name, _NO_MEMORY),
                    self.book.limits(detector, revision),
                )
            except Exception as error:
                self.counts.failed[detector.name] = self.counts.failed.get(detector.name, 0) + 1
                self.failures.append(f"{detector.name}: {type(error).__name__}: {error}")
                continue
            for one in judged:
                found += self._told(incoming, rows, revision, detector, one)
        return found

    def _told(
        self,
        incoming: Incoming,
        rows: Rows,
        revision: Array,
        detector: Detector,
        judged: Judged,
    ) -> list[Finding]:
        number = self._numbers[judged.rule] + (SHADOW if judged.profile else 0)
        rule = next(one for one in detector.rules if one.code == judged.rule)
        where, kinds, opened, levels = self.episodes.scan(
            number, rows.slot, rows.time_s, judged.level, judged.value,
            rises=judged.rises, clear_after_s=rule.clear_after_s, is_event=rule.is_event,
        )  # fmt: skip
        return [
            self._finding(
                incoming, rows, detector, judged, rule.value_name, int(revision[i]),
                int(i), _KINDS[int(kind)], int(since), int(level),
            )
            for i, kind, since, level in zip(where, kinds, opened, levels, strict=True)
        ]  # fmt: skip

    def _finding(
        self, incoming: Incoming, rows: Rows, detector: Detector, judged: Judged,
        value_name: str, revision: int, i: int, kind: str, opened_at: int, level: int,
    ) -> Finding:  # fmt: skip
        at, received_ms = int(rows.time_s[i]), int(incoming.received_ms[i])
        return Finding(
            kind,
            judged.rule,
            int(incoming.vehicles[i]),
            opened_at,
            at,
            received_ms,
            level=level,
            reported_level=_reported(int(rows["alarm_level"][i])),
            late=received_ms / 1000 - at > LATE_S,
            command=int(rows["command"][i]),
            edition=int(rows["edition"][i]),
            stream=incoming.streams[incoming.stream_code[i]],
            position=int(incoming.positions[i]),
            unit_hash=int(incoming.unit_hashes[i]),
            state=_numbers_of({name: rows[name][i] for name in _STATE}),
            values=_numbers_of(
                {value_name: judged.value[i], **{k: v[i] for k, v in judged.beside.items()}}
            ),
            limit=self._limit(detector, judged, revision, i),
            cell=_cell(rows, i),
            profile=judged.profile,
        )

    def _limit(self, detector: Detector, judged: Judged, revision: int, i: int) -> LimitUsed | None:
        k = int(judged.limit[i])
        if k < 0:
            return None
        limits = self.book.limits(detector, np.array([revision], np.int32))
        return LimitUsed(
            detector.limit_key(k),
            float(limits.table[revision, k]),
            detector.limits[k].unit,
            self.book.revision(revision),
        )


_NO_MEMORY: Array = np.zeros(0, np.dtype([("nothing", "u1")]))


def rule_numbers(detectors: Iterable[Detector]) -> dict[str, int]:
    """A number for each rule, by the order of the detectors.

    Raises:
        ValueError: one rule of two detectors, or more rules than there are numbers.
    """
    codes = [rule.code for detector in detectors for rule in detector.rules]
    if len(set(codes)) != len(codes):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        raise ValueError(f"rules of more than one detector: {', '.join(twice)}")
    if len(codes) > SHADOW:
        raise ValueError(f"{len(codes)} rules, expected at most {SHADOW}")
    return {code: number for number, code in enumerate(codes)}


def _believed(time_s: Array, received_ms: Array) -> Array:
    """Collection times; where no clock can be right, when the row was received (R21)."""
    received_s = received_ms // 1000
    wrong = (time_s <= 0) | (time_s > received_s + AHEAD_S)
    return np.where(wrong, received_s, time_s)


def _grown(memory: Array, size: int, detector: Detector) -> Array:
    grown = np.zeros(size, detector.memory)
    if detector.fresh is not None:
        grown[:] = detector.fresh
    grown[: memory.size] = memory
    return grown


def _reported(level: int) -> int:
    """4 and less as sent; the codes of abnormal and invalid are no level."""
    return level if level <= 4 else 255


# Integers by which the frame says that it has no value.
_NO_VALUE: Final = frozenset({0xFF, 0xFE})


def _numbers_of(found: Mapping[str, Any]) -> dict[str, float]:
    """Plain numbers; what is missing is left out. float32 is printed as short as it was meant."""
    numbers = {}
    for name, value in found.items():
        if isinstance(value, np.floating):
            if np.isfinite(value):
                numbers[name] = float(str(value))
        elif isinstance(value, np.unsignedinteger):
            if int(value) not in _NO_VALUE:
                numbers[name] = int(value)
        else:
            numbers[name] = int(value)
    return numbers


def _cell(rows: Rows, i: int) -> str:
    """The hexagon of the row's place, "" where it has none. Bit 0 of the status: no fix, the last
    place is sent; 2 and 4: south, west (GB/T 32960.3 table 15)."""
    status = int(rows["position_status"][i])
    latitude, longitude = float(rows["latitude_deg"][i]), float(rows["longitude_deg"][i])
    if status == 0xFF or not (np.isfinite(latitude) and np.isfinite(longitude)):
        return ""
    if latitude == 0 and longitude == 0:
        return ""
    south, west = bool(status & 2), bool(status & 4)
    found = h3.latlng_to_cell(
        -abs(latitude) if south else latitude, -abs(longitude) if west else longitude,
        CELL_RESOLUTION,
    )  # fmt: skip
    return str(found)


@kernel()
def _sift(slot, time_s, unit_hash, order, standing):  # type: ignore[no-untyped-def]
    """How each row stands to those of its vehicle before it; ``order`` remembers the newest."""
    for i in range(slot.size):
        newest = order[slot[i]]
        if time_s[i] < newest.newest_s:
            standing[i] = LATE
        elif time_s[i] == newest.newest_s and unit_hash[i] == newest.hash:
            standing[i] = REPEATED
        else:
            standing[i] = IN_ORDER
            newest.newest_s = time_s[i]
            newest.hash = unit_hash[i]

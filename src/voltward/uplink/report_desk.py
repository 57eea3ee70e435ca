"""The reports that one link owes: few, sent before anything else, answered by the same rules.

A report without any answer is ``unanswered``, and the connection stays: GB/T 45688 says nothing of
answers, so a platform that gives none must not lose its link for it. There is no reissue of them:
after a broken connection they are sent again unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from voltward.base.clock import Clock
from voltward.base.errors import BadInput
from voltward.frames.moments import MOMENT
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.uplink.books import Books
from voltward.uplink.client import Answered
from voltward.uplink.incoming import seconds_of
from voltward.uplink.items import Item, Source, name_of, time_of
from voltward.uplink.links import Link
from voltward.uplink.outcomes import reports_done
from voltward.uplink.proof import REFUSED
from voltward.uplink.reports import (
    KIND_REPORT,
    REPORTS_NUMBER,
    REPORTS_STREAM,
    Report,
    frame_of,
    report_from_bytes,
)

MOST_OPEN: Final = 1000  # reports in memory; the others wait in their stream
SHARE: Final = 10  # of the window in flight, one in so many: it is for vehicles' frames
RESENDS: Final = 3  # after error answers
LOOK_EVERY_S: Final = 0.2
_READ_BYTES: Final = 1 << 16
_log = structlog.get_logger("voltward.uplink")


@dataclass(eq=False)
class ReportDesk:
    """``open``: by number, where each report without an outcome on disk lies in the stream.

    Raises (on ``begin``, ``next`` and ``save``):
        JournalError, OSError: the disk; nothing is lost.
    """

    books: Books
    clock: Clock
    open: dict[int, int] = field(default_factory=dict)
    _position: Position | None = None
    _ready: dict[int, tuple[float, Report | Item]] = field(default_factory=dict)
    _flying: set[int] = field(default_factory=set)
    _finished: set[int] = field(default_factory=set)
    _done: set[int] = field(default_factory=set)  # by an earlier run
    _floor: Position | None = None  # of the outcomes that named them
    _caught_up: bool = False
    _moved: bool = False
    _looked_s: float = -1e9

    def __post_init__(self) -> None:
        self.reader, self.link = self.books.reader, self.books.place.link
        self.proofs = self.books.proofs.name
        self._cursor = Cursor(self.books.place.folder, REPORTS_STREAM)

    def begin(self) -> None:
        """Take up where the last run ended; what has an outcome is not sent again."""
        try:
            found = self._cursor.load()
        except JournalDamaged as error:
            # the proof stream says what was sent, so that reading all again sends nothing twice
            _log.error("reports are read from the start", link=self.link, error=str(error))
            found = Checkpoint()
        note = json.loads(found.note or "{}")
        self._position = found.positions.get(REPORTS_STREAM)
        self._floor = found.positions.get(self.proofs)
        self._done = reports_done(self.reader, self.proofs, self._floor)
        wanted = np.sort(np.array(note.get("open", []), np.uint64))
        for records in self.reader.records_at(REPORTS_STREAM, wanted):
            self._take(records)

    def next(self, most: int, link: Link) -> list[Item]:
        """Reports whose turn has come, the oldest first, at most ``most``."""
        if not link.reports:
            return []
        now_s = self.clock.monotonic_s()
        if now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now_s
            self._read()
        most = min(most, max(1, link.window // SHARE) - len(self._flying))
        items: list[Item] = []
        for number, (at_s, one) in list(self._ready.items()):
            if len(items) >= most:
                break
            if at_s <= now_s:
                del self._ready[number]
                items.append(one if isinstance(one, Item) else _item(one, link))
        self._flying.update(item.position for item in items)
        return items

    def is_final(self, one: Answered, retry_s: float) -> bool:
        """False: an error answer after which the report goes again in its time.

        What is final is forgotten by ``save``, once its outcome is on disk.
        """
        item = one.item
        self._flying.discard(item.position)
        item.refused += one.outcome == REFUSED
        if one.outcome == REFUSED and item.refused <= RESENDS:
            item.now_tries = 0
            self._ready[item.position] = (self.clock.monotonic_s() + retry_s, item)
            return False
        self._finished.add(item.position)
        self._moved = True
        return True

    def again(self, items: Iterable[Item]) -> None:
        """What was in flight when the connection went: first of all, unchanged."""
        back = {item.position: (0.0, item) for item in items}
        self._flying -= set(back)
        self._ready = {**dict(sorted(back.items())), **self._ready}

    def save(self) -> None:
        """Write down how far this is; every outcome is on disk before."""
        if not self._moved:
            return
        for number in self._finished:
            self.open.pop(number, None)
        self._finished = set()
        # until all is read again, what an earlier run proved must stay known
        named = {self.proofs: self.books.proofs.end() if self._caught_up else self._floor}
        named[REPORTS_STREAM] = self._position
        positions = {stream: at for stream, at in named.items() if at is not None}
        note = json.dumps({"open": list(self.open.values())})
        self._cursor.save(Checkpoint(positions, note))
        self._moved = False

    def _read(self) -> None:
        """Read on while there is room; until it is saved, a restart reads the same again."""
        while len(self.open) < MOST_OPEN:
            records = self.reader.read(self._position, REPORTS_STREAM, _READ_BYTES)
            if records.next == self._position:
                self._caught_up = True
                return
            self._position = records.next
            self._moved = True
            self._take(records)

    def _take(self, records: Records) -> None:
        for place in np.flatnonzero(records.kinds == KIND_REPORT).tolist():
            try:
                report = report_from_bytes(records.payload(place))
            except BadInput as error:
                _log.error("a report cannot be read", link=self.link, error=str(error))
                continue
            known = report.number in self.open or report.number in self._done
            if report.link == self.link and not known:
                self.open[report.number] = int(records.positions[place])
                self._ready[report.number] = (0.0, report)


def _item(report: Report, link: Link) -> Item:
    data = frame_of(report, link)
    time = bytes.fromhex(report.body)[:MOMENT]
    collected_s = int(seconds_of(np.frombuffer(time, np.uint8)[None, :])[0])
    return Item(
        data,
        name_of(data),
        time_of(data),
        REPORTS_NUMBER,
        report.number,
        report.vehicle,
        collected_s,
        collected_s,
        collected_s,
        report.command,
        Source.REPORT,
    )

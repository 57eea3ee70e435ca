"""The reports that one link owes: few, sent before anything else, answered by the same rules.

A report without any answer is ``unanswered``, and the connection stays: GB/T 45688 says nothing of
answers, so a platform that gives none must not lose its link for it. There is no reissue of them:
after a broken connection they are sent again unchanged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from voltward.base.clock import Clock
from voltward.base.errors import BadInput
from voltward.columns.batch import FrameBatch
from voltward.frames.moments import MOMENT
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.uplink.books import Books
from voltward.uplink.due import DUE, Rows
from voltward.uplink.incoming import seconds_of
from voltward.uplink.items import NO_ITEMS, Items, Source, items_of, joined
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
    _ready: dict[int, tuple[float, Report | Items]] = field(default_factory=dict)
    _flying: dict[int, Items] = field(default_factory=dict)  # by number, as it was sent
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

    def next(self, most: int, link: Link) -> Items:
        """Reports whose turn has come, the oldest first, at most ``most``."""
        if not link.reports:
            return NO_ITEMS
        now_s = self.clock.monotonic_s()
        if now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now_s
            self._read()
        most = min(most, max(1, link.window // SHARE) - len(self._flying))
        chosen: dict[int, Items] = {}
        for number, (at_s, one) in list(self._ready.items()):
            if len(chosen) >= most:
                break
            if at_s <= now_s:
                del self._ready[number]
                chosen[number] = one if isinstance(one, Items) else _item(one, link)
        self._flying |= chosen
        return joined([Items(one.rows.copy(), one.frames) for one in chosen.values()])

    def is_final(self, item: np.void, retry_s: float) -> bool:
        """``item``: a row of ``ITEM``; False: after its error answer the report goes again in time.

        What is final is forgotten by ``save``, once its outcome is on disk.
        """
        number = int(item["position"])
        sent = self._flying.pop(number)
        is_refused = item["outcome"] == REFUSED
        item["refused"] += is_refused
        if is_refused and item["refused"] <= RESENDS:
            again = _as_before(item, sent)
            self._ready[number] = (self.clock.monotonic_s() + retry_s, again)
            return False
        self._finished.add(number)
        self._moved = True
        return True

    def again(self, rows: Rows) -> None:
        """What was in flight when the connection went: first of all, unchanged."""
        back: dict[int, tuple[float, Report | Items]] = {}
        for item in np.sort(rows, order="position"):
            number = int(item["position"])
            back[number] = (0.0, _as_before(item, self._flying.pop(number)))
        self._ready = {**back, **self._ready}

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


def _as_before(item: np.void, sent: Items) -> Items:
    """To be sent again, with what is known of it now."""
    rows = np.array([item])
    rows["now_tries"] = rows["outcome"] = rows["flag"] = rows["answered_ms"] = 0
    return Items(rows, sent.frames)


def _item(report: Report, link: Link) -> Items:
    time = bytes.fromhex(report.body)[:MOMENT]
    collected_s = int(seconds_of(np.frombuffer(time, np.uint8)[None, :])[0])
    row = (report.number, report.vehicle, collected_s, REPORTS_NUMBER, report.command, 0)
    rows = items_of(np.array([row], DUE), Source.REPORT)
    return Items(rows, FrameBatch.of([frame_of(report, link)]))

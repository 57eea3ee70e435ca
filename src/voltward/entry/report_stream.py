"""Makes reports of what alarms tell, and hands them to the uplink: each once on its stream."""

from __future__ import annotations

from threading import Event
from typing import Final

import numpy as np
import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.clock import SystemClock
from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.exchange.services.report_answers import reports_handed, reports_to_hand_over
from voltward.exchange.services.reports import reports_make
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged, JournalError
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.records import selectors
from voltward.telemetry.ingest.quarantine import write_records
from voltward.uplink.reports import (
    KIND_REPORT,
    REPORTS_STREAM,
    report_from_bytes,
    report_to_bytes,
)

LOOK_EVERY_S: Final = 0.5
READ_BYTES: Final = 1 << 20
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event) -> None:
    """Make and hand over until ``stopping``; a database or disk that is away only makes them wait."""
    stream, told = ReportStream(settings), ""
    try:
        while not stopping.is_set():
            try:
                close_old_connections()
                if stream.step():
                    continue
                told = ""
            except (JournalError, OSError, DatabaseError, Refused) as error:
                text = f"{type(error).__name__}: {error}"
                if text != told:
                    _log.error("reports wait", error=text)
                told = text
            stopping.wait(LOOK_EVERY_S)
    finally:
        stream.close()


class ReportStream:
    """The only writer of its stream. One thread drives it."""

    def __init__(self, settings: Settings) -> None:
        self._journal = places.journal_folder(settings)
        self._keys = places.journal_keys(settings)
        self._cursor = Cursor(settings.data / "office", REPORTS_STREAM)
        self._writer: JournalWriter | None = None

    def step(self) -> int:
        """Work off what waits; how many reports were made or handed over.

        Raises:
            JournalError, OSError, DatabaseError: not now; call again.
        """
        made = reports_make()
        reports = reports_to_hand_over()
        if not reports:
            return made
        if self._writer is None:
            self._writer = JournalWriter(self._journal, REPORTS_STREAM)
            self._learn()
            return 1  # some of them may be there already
        now_ns = SystemClock().now_ns()
        payloads = [report_to_bytes(one) for one in reports]
        try:
            write_records(self._writer, payloads, KIND_REPORT, [now_ns] * len(payloads))
            reports_handed(selectors.installation(), numbers=[one.number for one in reports])
        except BaseException:
            self.close()  # what is on the stream now is learnt before anything is written again
            raise
        self._cursor.save(Checkpoint({REPORTS_STREAM: self._writer.end}))
        return len(reports)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _learn(self) -> None:
        """Mark what the stream has, though a crash kept the rows from saying so."""
        try:
            position = self._cursor.load().positions.get(REPORTS_STREAM)
        except JournalDamaged:
            position = None
        with JournalReader(self._journal, keys=self._keys) as reader:
            while True:
                records = reader.read(position, REPORTS_STREAM, READ_BYTES)
                here = np.flatnonzero(records.kinds == KIND_REPORT).tolist()
                numbers = [report_from_bytes(records.payload(one)).number for one in here]
                if numbers:
                    reports_handed(selectors.installation(), numbers=numbers)
                if records.next == position or not len(records):
                    return
                position = records.next
                self._cursor.save(Checkpoint({REPORTS_STREAM: position}))

"""Judges again, from the store and in order, the hours of vehicles whose rows came late.

Rows older than one judged before are set aside by the engine, which names their vehicle and hour on
the stream (``reopened``). Once the store has them, the stretch is judged by an engine of its own, from
a day before, so that windows are full; what it finds in the hours named goes to the stream under the
names that every order of arrival gives. What the office has already changes nothing there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final

import structlog

from voltward.base.clock import Clock, SystemClock
from voltward.base.errors import BadInput
from voltward.findings.detector import Detector
from voltward.findings.engine import HOUR_S, Engine
from voltward.findings.finding import (
    KIND_FINDING,
    REOPENED,
    STREAM_PREFIX,
    Finding,
    finding_from_json,
    finding_to_json,
)
from voltward.findings.history import rows_of_history
from voltward.findings.limits import LimitBook
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter, State
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.quarantine import write_records

BEFORE: Final = timedelta(hours=25)  # the longest window of a detector, and an hour
AFTER: Final = timedelta(hours=25)  # as far as a late row can change what later rows say
QUIET_S: Final = 30.0  # rows of one outage come one after the other: judged once, behind the last
LOOK_EVERY_S: Final = 2.0
READ_BYTES: Final = 1 << 20
_log = structlog.get_logger("voltward.findings")


@dataclass
class Reopened:
    """Hours of one vehicle to judge again. ``named_s``: when the last of them was named (clock)."""

    hours: set[int] = field(default_factory=set)
    named_s: float = 0.0

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and last hour of each stretch without a hole of more than an hour."""
        found: list[tuple[int, int]] = []
        for hour in sorted(self.hours):
            if found and hour - found[-1][1] <= 2 * HOUR_S:
                found[-1] = found[-1][0], hour
            else:
                found.append((hour, hour))
        return found


def judged_again(
    client: Client,
    vehicle_id: int,
    first_hour: int,
    last_hour: int,
    detectors: Sequence[Detector],
    book: LimitBook,
) -> list[Finding]:
    """What the rows of a vehicle tell of the hours from ``first_hour`` to ``last_hour`` (unix s).

    An episode that began before them is not theirs: its name would depend on where the look began.
    """
    start = datetime.fromtimestamp(first_hour, UTC) - BEFORE
    stop = datetime.fromtimestamp(last_hour + HOUR_S, UTC) + AFTER
    engine = Engine(detectors, book)
    found: list[Finding] = []
    for incoming in rows_of_history(client, [vehicle_id], start, stop):
        found += engine.take(incoming)
    return [
        replace(one, late=True, vehicle_id=vehicle_id)
        for one in found
        if one.kind != REOPENED and one.opened_at >= first_hour
    ]


class Again:
    """Follows one engine's stream for what is reopened; writes to a stream of its own."""

    def __init__(
        self,
        journal: Path,
        name: str,
        folder: Path,
        reader: JournalReader,
        judge: Callable[[int, int, int], Iterable[Finding]],
        clock: Clock | None = None,
    ) -> None:
        """``judge(vehicle, first_hour, last_hour)`` may raise anything while the store is away."""
        self._journal, self._reader, self._judge = journal, reader, judge
        self._clock: Clock = clock or SystemClock()
        self._followed, self._own = f"{STREAM_PREFIX}{name}", f"{STREAM_PREFIX}{name}-again"
        self._cursor = Cursor(folder, f"{name}-again")
        self._writer: JournalWriter | None = None
        self._told = ""
        try:
            self._at: Position | None = self._cursor.load().positions.get(self._followed)
        except JournalDamaged as error:
            _log.error("late rows are looked for from the start", error=str(error))
            self._at = None
        self._read_to = self._at
        self._waiting: dict[int, Reopened] = {}

    def run(self, stopping: Event) -> None:
        while not stopping.wait(LOOK_EVERY_S):
            self.step()
        if self._writer is not None:
            self._writer.close()

    def step(self) -> int:
        """Read what was named, judge what has been quiet for a while; returns findings written."""
        try:
            self._read()
            return self._judge_due()
        except Exception as error:  # the store or the disk is away: what waits, waits
            text = f"{type(error).__name__}: {error}"
            if text != self._told:
                _log.warning("hours to judge again wait", fault=text[:300])
            self._told = text
            return 0

    def _read(self) -> None:
        if self._followed not in self._reader.streams():
            return
        while True:
            records = self._reader.read(self._read_to, self._followed, READ_BYTES)
            for i in range(len(records)):
                if records.kinds[i] == KIND_FINDING:
                    self._note(records.payload(i))
            if self._read_to == records.next:
                return
            self._read_to = records.next

    def _note(self, payload: bytes) -> None:
        try:
            finding = finding_from_json(payload)
        except BadInput as error:
            _log.error("a finding cannot be read", error=str(error))
            return
        if finding.kind == REOPENED:
            waiting = self._waiting.setdefault(finding.vehicle_id, Reopened())
            waiting.hours.add(finding.at)
            waiting.named_s = self._clock.monotonic_s()

    def _judge_due(self) -> int:
        now_s, written = self._clock.monotonic_s(), 0
        for vehicle_id, reopened in list(self._waiting.items()):
            if now_s - reopened.named_s < QUIET_S:
                continue
            found = [
                one
                for first, last in reopened.spans
                for one in self._judge(vehicle_id, first, last)
            ]
            if found:
                self._write(found)
            written += len(found)
            del self._waiting[vehicle_id]
        if not self._waiting and self._read_to != self._at:
            # only now is nothing lost by a kill: all that was named so far has been judged
            assert self._read_to is not None
            self._cursor.save(Checkpoint({self._followed: self._read_to}))
            self._at = self._read_to
        self._told = ""
        return written

    def _write(self, findings: Sequence[Finding]) -> None:
        if self._writer is None:
            self._writer = JournalWriter(self._journal, self._own, clock=self._clock)
        elif self._writer.state is not State.SERVING:
            self._writer.recover()
        payloads = [finding_to_json(one) for one in findings]
        stamps = [self._clock.now_ns()] * len(payloads)
        write_records(self._writer, payloads, KIND_FINDING, stamps)

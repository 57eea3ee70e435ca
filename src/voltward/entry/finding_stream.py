"""Brings the findings of the engines into the office: alarms within a second of the frame."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.canary import CANARY_RULE, CANARY_VIN
from voltward.base.errors import BadInput, Refused
from voltward.base.right_of_way import FINDINGS
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places
from voltward.findings.finding import KIND_FINDING, STREAM_PREFIX, Finding, finding_from_json
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged, JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.monitoring.services.intake import Taken, findings_take
from voltward.records import selectors
from voltward.watchdog.status import beat

LOOK_EVERY_S: Final = 0.2
# some 450 findings: the first of a burst are seen while the last are taken
READ_BYTES: Final = 1 << 18
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event, taken: Callable[[Taken], None]) -> None:
    """Read the streams of findings from this follower's own checkpoint until ``stopping``.

    The checkpoint moves after the database has the findings; repeating a stretch changes nothing.
    """
    follower = FindingStream(settings, taken)
    with follower.reader:
        while not stopping.is_set():
            if not follower.step():
                FINDINGS.free()
                stopping.wait(LOOK_EVERY_S)
    FINDINGS.free()


class FindingStream:
    """What the follower remembers. A stream that cannot be read holds up no other."""

    def __init__(self, settings: Settings, taken: Callable[[Taken], None]) -> None:
        self.reader = JournalReader(
            places.journal_folder(settings), keys=places.journal_keys(settings)
        )
        self._taken = taken
        self._canary = vehicle_id(CANARY_VIN, places.vehicle_key(settings))
        self._beat = places.alarms_beat(settings)
        self._cursor = Cursor(settings.data / "office", "findings")
        self._positions = self._begun()
        self._told = ""

    def step(self) -> bool:
        """Take the next stretch of each stream; False: it is better to wait before the next step."""
        moved = False
        for stream in self.reader.streams():
            if stream.startswith(STREAM_PREFIX):
                moved |= self._tried(stream)
        return moved

    def _tried(self, stream: str) -> bool:
        """Whether something was taken; what fails is told once and tried again."""
        try:
            moved = self._take(stream)
        except (JournalError, OSError, DatabaseError, Refused) as error:
            text = f"{stream}: {type(error).__name__}: {error}"
            if text != self._told:
                _log.error("findings wait for the office", fault=text)
            self._told = text
            return False
        return moved

    def _take(self, stream: str) -> bool:
        records = self.reader.read(self._positions.get(stream), stream, READ_BYTES)
        if self._positions.get(stream) == records.next:
            return False
        close_old_connections()
        found = findings_of(records)
        # the canary is on nobody's books: its findings prove this follower and its database, no more
        known = [one for one in found if one.vehicle_id != self._canary]
        pulse = any(one.rule == CANARY_RULE for one in found if one.vehicle_id == self._canary)
        if known:
            FINDINGS.hold()
            self._taken(findings_take(selectors.installation(), findings=known))
        elif pulse:
            selectors.installation()
        self._positions[stream] = records.next
        self._cursor.save(Checkpoint(dict(self._positions)))
        self._told = ""
        if pulse:
            beat(self._beat, time.time())
        return bool(len(records))

    def _begun(self) -> dict[str, Position]:
        try:
            return dict(self._cursor.load().positions)
        except JournalDamaged as error:
            _log.error("findings are taken from the start", error=str(error))
            return {}


def findings_of(records: Records) -> list[Finding]:
    """The findings among ``records``; one that cannot be read is told, and stays in the journal."""
    found = []
    for i in range(len(records)):
        if records.kinds[i] != KIND_FINDING:
            continue
        try:
            found.append(finding_from_json(records.payload(i)))
        except BadInput as error:
            _log.error("a finding cannot be read", error=str(error))
    return found

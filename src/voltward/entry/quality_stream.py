"""Brings what the days of vehicles came to into the office, from the streams of the quality engines."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import BadInput, Refused
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places
from voltward.exchange.services.quality import quality_days_take
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged, JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.records import selectors
from voltward.uplink.quality.summary import KIND_QUALITY, STREAM_PREFIX, Summary, summaries_of

LOOK_EVERY_S: Final = 2.0
READ_BYTES: Final = 1 << 18  # a few thousand days in one transaction
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event, taken: Callable[[int], object]) -> None:
    """Read the streams from this follower's own checkpoint until ``stopping``.

    The checkpoint moves after the database has the days; repeating a stretch changes nothing.
    """
    follower = QualityStream(settings, taken)
    with follower.reader:
        while not stopping.is_set():
            if not follower.step():
                stopping.wait(LOOK_EVERY_S)


class QualityStream:
    """What the follower remembers. A stream that cannot be read holds up no other."""

    def __init__(self, settings: Settings, taken: Callable[[int], object]) -> None:
        self.reader = JournalReader(
            places.journal_folder(settings), keys=places.journal_keys(settings)
        )
        self._taken = taken
        self._canary = vehicle_id(CANARY_VIN, places.vehicle_key(settings))
        self._cursor = Cursor(settings.data / "office", "quality")
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
            return self._take(stream)
        except (JournalError, OSError, DatabaseError, Refused) as error:
            text = f"{stream}: {type(error).__name__}: {error}"
            if text != self._told:
                _log.error("days wait", stream=stream, error=text)
            self._told = text
            return False

    def _take(self, stream: str) -> bool:
        records = self.reader.read(self._positions.get(stream), stream, READ_BYTES)
        if self._positions.get(stream) == records.next:
            return False
        close_old_connections()
        # the canary is on nobody's books
        told = [one for one in days_of(records) if one.vehicle != self._canary]
        if told:
            self._taken(quality_days_take(selectors.installation(), told=told))
        self._positions[stream] = records.next
        self._cursor.save(Checkpoint(dict(self._positions)))
        self._told = ""
        return bool(len(records))

    def _begun(self) -> dict[str, Position]:
        try:
            return dict(self._cursor.load().positions)
        except JournalDamaged as error:
            _log.error("days are taken from the start", error=str(error))
            return {}


def days_of(records: Records) -> list[Summary]:
    """The days that ``records`` tell; one that cannot be read is told of, and stays in the journal."""
    found: list[Summary] = []
    for i in range(len(records)):
        if records.kinds[i] != KIND_QUALITY:
            continue
        try:
            found += summaries_of(records.payload(i))
        except BadInput as error:
            _log.error("a record of data quality cannot be read", error=str(error))
    return found

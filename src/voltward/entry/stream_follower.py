"""Follows streams of the journal into the office from a checkpoint of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged, JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records

_log = structlog.get_logger("voltward.office")


class StreamFollower(ABC):
    """What a follower remembers. A stream that cannot be read holds up no other.

    The checkpoint moves after the database has what a stretch says; repeating one must change nothing.
    """

    name: str  # of the checkpoint
    prefixes: tuple[str, ...]  # of the streams followed
    read_bytes: int  # at most in one stretch

    def __init__(self, settings: Settings) -> None:
        self.reader: Final = JournalReader(
            places.journal_folder(settings), keys=places.journal_keys(settings)
        )
        self._cursor = Cursor(settings.data / "office", self.name)
        self._positions = self._begun()
        self._told: dict[str, str] = {}

    @abstractmethod
    def take(self, stream: str, records: Records) -> None:
        """Put down what ``records`` say."""

    def kept(self) -> None:  # noqa: B027 - not every follower has something to do then
        """The checkpoint is behind what was taken last."""

    def step(self) -> bool:
        """Take the next stretch of each stream; False: it is better to wait before the next step."""
        moved = False
        for stream in self.reader.streams():
            if stream.startswith(self.prefixes):
                moved |= self._tried(stream)
        return moved

    def _tried(self, stream: str) -> bool:
        """Whether something was taken; what fails is told once and tried again."""
        try:
            return self._taken(stream)
        except (JournalError, OSError, DatabaseError, Refused) as error:
            text = f"{type(error).__name__}: {error}"
            if text != self._told.get(stream):
                _log.error(
                    "a stream waits for the office", follower=self.name, stream=stream, fault=text
                )
            self._told[stream] = text
            return False

    def _taken(self, stream: str) -> bool:
        records = self.reader.read(self._positions.get(stream), stream, self.read_bytes)
        if self._positions.get(stream) == records.next:
            return False
        close_old_connections()
        self.take(stream, records)
        self._positions[stream] = records.next
        self._cursor.save(Checkpoint(dict(self._positions)))
        self._told.pop(stream, None)
        self.kept()
        return bool(len(records))

    def _begun(self) -> dict[str, Position]:
        try:
            return dict(self._cursor.load().positions)
        except JournalDamaged as error:
            _log.error("streams are taken from the start", follower=self.name, error=str(error))
            return {}

"""Brings security events of the gateways into the office within seconds, and what vehicles say of keys.

How far it has come stands in the office's database and moves with the events, so that none is counted
twice. Frames that came again are noticed by the processor; its events are asked of the store.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from threading import Event
from typing import Any, Final

import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.errors import BadInput, Refused
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.exchange.services.security import (
    KNOWN,
    SecurityNews,
    position_of,
    security_events_take,
)
from voltward.gateway.config import SECURITY_STREAMS
from voltward.gateway.online import masked
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.records import selectors

LOOK_EVERY_S: Final = 0.5
READ_BYTES: Final = 1 << 20
LONGEST_VIN: Final = 80  # of 17 octets, some written as \\x00
_NEEDED: Final = {
    "activation": ("outcome", "chip_id", "algorithm", "public_key"),
    "key_exchange": ("algorithm", "since_s", "until_s", "sealed"),
}
_LEFT_OUT: Final = frozenset({"event", "vin", "peer", "other_peer", "link", "reason"})
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event) -> None:
    """Read the streams of security events until ``stopping``.

    Raises:
        BadSetting: the journal's key file cannot be read.
    """
    follower = SecurityFollower(settings)
    with follower.reader:
        while not stopping.is_set():
            if not follower.step():
                stopping.wait(LOOK_EVERY_S)


class SecurityFollower:
    """A stream that cannot be read holds up no other; what fails is told once and tried again."""

    def __init__(self, settings: Settings) -> None:
        self.reader = JournalReader(
            places.journal_folder(settings), keys=places.journal_keys(settings)
        )
        self._told = ""

    def step(self) -> bool:
        """Take the next stretch of each stream; False: it is better to wait before the next step."""
        moved = False
        for stream in self.reader.streams():
            if stream.startswith(SECURITY_STREAMS):
                moved |= self._tried(stream)
        return moved

    def _tried(self, stream: str) -> bool:
        try:
            close_old_connections()
            return self._take(stream)
        except (JournalError, OSError, DatabaseError, Refused) as error:
            text = f"{stream}: {type(error).__name__}: {error}"
            if text != self._told:
                _log.error("security events wait for the office", fault=text)
            self._told = text
            return False

    def _take(self, stream: str) -> bool:
        maker = selectors.maker_first()
        if maker is None:
            return False
        said = position_of(stream)
        begin = Position.parse(said) if said else None
        records = self.reader.read(begin, stream, READ_BYTES)
        if begin == records.next:
            return False
        security_events_take(
            selectors.installation(),
            stream=stream,
            position=str(records.next),
            events=news_of(records),
            fallback=maker,
        )
        self._told = ""
        return bool(len(records))


def news_of(records: Records) -> list[SecurityNews]:
    """The events among ``records``; one that cannot be read is told, and stays in the journal."""
    found = []
    for i in range(len(records)):
        try:
            found.append(_news(json.loads(records.payload(i)), int(records.received_ns[i])))
        except (BadInput, ValueError, TypeError) as error:
            _log.error("a security event cannot be read", error=str(error))
    return found


def _news(told: dict[str, Any], received_ns: int) -> SecurityNews:
    kind = told["reason"] if told.get("event") == "refused" else told.get("event")
    if kind not in KNOWN:
        raise BadInput(f"security event: {kind!r}, expected one of {', '.join(sorted(KNOWN))}")
    missing = [name for name in _NEEDED.get(kind, ()) if name not in told]
    vin = told.get("vin")
    if missing or not isinstance(vin, str) or not vin:
        raise BadInput(f"security event {kind}: without {', '.join(missing) or 'vin'}")
    at = datetime.fromtimestamp(received_ns / 1e9, UTC)
    facts = {name: value for name, value in told.items() if name not in _LEFT_OUT}
    return SecurityNews(at, kind, vin[:LONGEST_VIN], masked(str(told.get("peer", ""))), facts)

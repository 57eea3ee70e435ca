"""Commands between office and gateways: their file out, the news of their small streams in.

How far the news were taken stands in the office's database and moves with them, so that none is taken
twice. The file says what is wanted now, all of it; written when that has changed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Final

import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.errors import BadInput, Refused
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.exchange.selectors.downlink import downlink_due, position_of
from voltward.exchange.services.downlink_running import (
    DownlinkNews,
    Offered,
    downlink_sweep,
    downlink_take,
    offered,
)
from voltward.gateway.answers import SHELL
from voltward.gateway.config import DOWNLINK_STREAMS
from voltward.gateway.downlink import Wanted, stamped, write_wanted
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.records.selectors import installation

LOOK_EVERY_S: Final = 0.5
READ_BYTES: Final = 1 << 20
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event) -> None:
    """Carry both ways until ``stopping``.

    Raises:
        BadSetting: the journal's key file cannot be read.
    """
    exchange = DownlinkExchange(settings)
    with exchange.reader:
        while not stopping.is_set():
            if not exchange.step():
                stopping.wait(LOOK_EVERY_S)


class DownlinkExchange:
    """What fails is told once and tried again; the gateways go on with the last file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._retry = timedelta(seconds=settings.downlink_retry_s)
        self.reader = JournalReader(
            places.journal_folder(settings), keys=places.journal_keys(settings)
        )
        self._read: dict[str, Position] = {}
        self._written: list[Wanted] | None = None
        self._told = ""

    def step(self) -> bool:
        """Take what came, then say what is wanted; False: it is better to wait before the next step."""
        moved = False
        for stream in self.reader.streams():
            if stream.startswith(DOWNLINK_STREAMS):
                moved |= self._tried(stream, lambda stream=stream: self._take(stream))
        self._tried("file", self._say)
        return moved

    def _tried(self, what: str, step: Any) -> bool:
        try:
            close_old_connections()
            return bool(step())
        except (JournalError, OSError, DatabaseError, Refused) as error:
            text = f"{what}: {type(error).__name__}: {error}"
            if text != self._told:
                _log.error("commands to vehicles wait", fault=text)
            self._told = text
            return False

    def _take(self, stream: str) -> bool:
        said = position_of(stream)
        begin = self._read.get(stream) or (Position.parse(said) if said else None)
        records = self.reader.read(begin, stream, READ_BYTES)
        if len(records):
            downlink_take(
                installation(), stream=stream, position=str(records.next), news=news_of(records)
            )
        self._read[stream] = records.next
        return bool(len(records))

    def _say(self) -> bool:
        now = datetime.now(UTC)
        if downlink_due(now, self._retry).exists():
            downlink_sweep(installation(), now=now, retry=self._retry)
        found = wanted_of(offered(self._retry))
        path = places.downlink_file(self._settings)
        if found != self._written or not path.exists():
            write_wanted(path, found, places.downlink_key(self._settings))
            self._written = found
        self._told = ""
        return False


def wanted_of(offers: list[Offered]) -> list[Wanted]:
    """As the gateways read it. A later attempt has the same bytes: an answer to any is the answer."""
    return [
        Wanted(
            one.number,
            one.attempt,
            stamped(one.frame, bytes.fromhex(one.stamp)) if one.stamp else one.frame,
            int(one.until.timestamp()),
        )
        for one in offers
    ]


def news_of(records: Records) -> list[DownlinkNews]:
    """The news among ``records``; one that cannot be read is told, and stays in the journal."""
    found = []
    for place in range(len(records)):
        at = datetime.fromtimestamp(int(records.received_ns[place]) / 1e9, UTC)
        try:
            found.append(_news(json.loads(records.payload(place)), at))
        except (BadInput, KeyError, TypeError, ValueError) as error:
            _log.error("news of a command cannot be read", error=str(error))
    return found


def _news(told: dict[str, Any], at: datetime) -> DownlinkNews:
    what = told["event"]
    if what == "answered":
        frame = bytes.fromhex(told["frame"])
        if len(frame) < SHELL:
            raise BadInput(f"answer: {len(frame)} bytes, expected at least {SHELL}")
        return DownlinkNews(at, what, vin=str(told["vin"]), frame=frame)
    if what not in ("sent", "unfit"):
        raise BadInput(f"news of a command: {what!r}, expected sent, unfit or answered")
    return DownlinkNews(
        at, what, int(told["number"]), int(told["attempt"]), str(told.get("time", ""))
    )

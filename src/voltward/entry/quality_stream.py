"""Brings what the days of vehicles came to into the office, from the streams of the quality engines."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Final

import structlog

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import BadInput
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places
from voltward.entry.stream_follower import StreamFollower
from voltward.exchange.services.quality import quality_days_take
from voltward.journal.reader import Records
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


class QualityStream(StreamFollower):
    """The days of the quality engines; ``taken`` is told how many came in."""

    name, prefixes, read_bytes = "quality", (STREAM_PREFIX,), READ_BYTES

    def __init__(self, settings: Settings, taken: Callable[[int], object]) -> None:
        super().__init__(settings)
        self._count = taken
        self._canary = vehicle_id(CANARY_VIN, places.vehicle_key(settings))

    def take(self, stream: str, records: Records) -> None:
        del stream
        # the canary is on nobody's books
        told = [one for one in days_of(records) if one.vehicle != self._canary]
        if told:
            self._count(quality_days_take(selectors.installation(), told=told))


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

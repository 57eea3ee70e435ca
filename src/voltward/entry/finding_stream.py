"""Brings the findings of the engines into the office: alarms within a second of the frame."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Final

import structlog

from voltward.base.canary import CANARY_RULE, CANARY_VIN
from voltward.base.errors import BadInput
from voltward.base.right_of_way import FINDINGS
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places
from voltward.entry.stream_follower import StreamFollower
from voltward.findings.finding import KIND_FINDING, STREAM_PREFIX, Finding, finding_from_json
from voltward.journal.reader import Records
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


class FindingStream(StreamFollower):
    """The findings of the engines; ``taken`` is told what became of them."""

    name, prefixes, read_bytes = "findings", (STREAM_PREFIX,), READ_BYTES

    def __init__(self, settings: Settings, taken: Callable[[Taken], None]) -> None:
        super().__init__(settings)
        self._count = taken
        self._canary = vehicle_id(CANARY_VIN, places.vehicle_key(settings))
        self._beat = places.alarms_beat(settings)
        self._pulse = False

    def take(self, stream: str, records: Records) -> None:
        del stream
        found = findings_of(records)
        # the canary is on nobody's books: its findings prove this follower and its database, no more
        known = [one for one in found if one.vehicle_id != self._canary]
        self._pulse = any(
            one.rule == CANARY_RULE for one in found if one.vehicle_id == self._canary
        )
        if known:
            FINDINGS.hold()
            self._count(findings_take(selectors.installation(), findings=known))
        elif self._pulse:
            selectors.installation()

    def kept(self) -> None:
        if self._pulse:
            beat(self._beat, time.time())


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

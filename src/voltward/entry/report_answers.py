"""Brings what became of reports, and what platforms fed back, from the uplink's streams into the office."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event
from typing import Final

import numpy as np
import structlog

from voltward.base.errors import BadInput
from voltward.base.settings import Settings
from voltward.entry.stream_follower import StreamFollower
from voltward.exchange.services.manual_reports_opening import Told, manual_reports_take
from voltward.exchange.services.report_answers import (
    Fed,
    Outcome,
    feedback_take,
    instant,
    report_answers_take,
)
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT
from voltward.journal.reader import Records
from voltward.records import selectors
from voltward.uplink.incoming import seconds_of
from voltward.uplink.lowered import KIND_LOWERED, lowered_from_bytes
from voltward.uplink.proof import KIND_PROOF, STREAM_PREFIX, proof_from_bytes
from voltward.uplink.reports import (
    FEEDBACK_BYTES,
    FEEDBACK_PREFIX,
    KIND_FEEDBACK,
    is_report,
)

LOOK_EVERY_S: Final = 0.5
READ_BYTES: Final = 4 << 20
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event) -> None:
    """Read the streams from this follower's own checkpoint until ``stopping``.

    The checkpoint moves after the database has what they say; repeating a stretch changes nothing.
    """
    follower = ReportAnswers(settings)
    with follower.reader:
        while not stopping.is_set():
            if not follower.step():
                stopping.wait(LOOK_EVERY_S)


class ReportAnswers(StreamFollower):
    """Outcomes of reports, what platforms fed back, and what they hear of as level 3."""

    name, prefixes, read_bytes = "report-answers", (STREAM_PREFIX, FEEDBACK_PREFIX), READ_BYTES

    def take(self, stream: str, records: Records) -> None:
        outcomes, fed, told = outcomes_of(records), fed_of(records, stream), told_of(records)
        if outcomes:
            report_answers_take(selectors.installation(), outcomes=outcomes)
        if fed:
            feedback_take(selectors.installation(), fed=fed)
        if told:
            manual_reports_take(told)


def outcomes_of(records: Records) -> list[Outcome]:
    """What became of the reports among ``records`` of a proof stream; of frames others ask."""
    found: list[Outcome] = []
    for place in np.flatnonzero(records.kinds == KIND_PROOF).tolist():
        try:
            batch = proof_from_bytes(records.payload(place))
        except BadInput as error:
            _log.error("a proof cannot be read", error=str(error))
            continue
        for entry in batch.entries[is_report(batch.entries)]:
            found.append(
                Outcome(
                    batch.link, int(entry["position"]), int(entry["outcome"]), int(entry["flag"]),
                    int(entry["tries"]), instant(int(entry["sent_ms"])),
                    instant(int(entry["answered_ms"])),
                )
            )  # fmt: skip
    return found


def told_of(records: Records) -> list[Told]:
    """Thermal events that a platform hears of as level 3, among ``records`` of a proof stream."""
    found: list[Told] = []
    for place in np.flatnonzero(records.kinds == KIND_LOWERED).tolist():
        try:
            lowered = lowered_from_bytes(records.payload(place))
        except BadInput as error:
            _log.error("what was sent as level 3 cannot be read", error=str(error))
            continue
        for entry in lowered.entries:
            at = datetime.fromtimestamp(int(entry["collected_s"]), UTC)
            sent_at = instant(int(entry["sent_ms"]))
            found.append(Told(lowered.link, int(entry["vehicle"]), at, at, sent_at))
    return found


def fed_of(records: Records, stream: str) -> list[Fed]:
    """Feedback as platforms sent it; what is too short was answered with an error and stays here."""
    found: list[Fed] = []
    for place in np.flatnonzero(records.kinds == KIND_FEEDBACK).tolist():
        frame = records.payload(place)
        body = frame[HEADER : HEADER + FEEDBACK_BYTES]
        if len(frame) <= HEADER + FEEDBACK_BYTES:
            _log.error("feedback is too short", stream=stream, octets=len(frame))
            continue
        moment_s = int(seconds_of(np.frombuffer(body[:MOMENT], np.uint8)[None, :])[0])
        received_at = datetime.fromtimestamp(records.received_ns[place] / 1e9, UTC)
        vin = frame[4:21].decode("ascii", "backslashreplace").rstrip("\0 ")
        link = stream.removeprefix(FEEDBACK_PREFIX)
        found.append(Fed(link, vin, body, instant(moment_s * 1000), received_at))
    return found

"""Reports out of the office and answers into it: each once, whatever crashes in between."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.exchange.platforms_made import approved, person

from voltward.base.settings import Settings
from voltward.entry import places, report_stream, stream_follower
from voltward.entry.report_answers import ReportAnswers
from voltward.entry.report_stream import ReportStream
from voltward.exchange.models import FeedbackReceived, ReportDue
from voltward.fleet.models import Vehicle
from voltward.journal.errors import JournalFull
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.records.models import Maker, Person
from voltward.telemetry.ingest.quarantine import write_records
from voltward.uplink.proof import ACCEPTED, ENTRY, KIND_PROOF, ProofBatch, proof_to_bytes
from voltward.uplink.reports import KIND_FEEDBACK, report_from_bytes

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
BODY = "1a030f081e05" + "00" * 11 + "01"


class Office:
    """A data folder with a link, its reports, and what the uplink would write."""

    def __init__(self, folder: Path, vehicle: Vehicle, head: Person, officer: Person) -> None:
        self.settings, self.vehicle = Settings(data=folder), vehicle
        self.platform = approved(head, officer).platform

    def report(self) -> ReportDue:
        count = ReportDue.objects.count()
        return ReportDue.objects.create(
            maker=self.vehicle.maker, platform=self.platform, vehicle=self.vehicle, command=0x11,
            moment=AT, correction=count, body=BODY,
        )  # fmt: skip

    def hand_over(self, build: type[ReportStream] = ReportStream) -> None:
        stream = build(self.settings)
        try:
            while stream.step():
                pass
        finally:
            stream.close()

    def on_the_stream(self) -> list[int]:
        with JournalReader(places.journal_folder(self.settings)) as reader:
            records = reader.read(None, "reports", 1 << 20)
            return [report_from_bytes(records.payload(i)).number for i in range(len(records))]

    def write(self, stream: str, kind: int, payload: bytes) -> None:
        with JournalWriter(places.journal_folder(self.settings), stream) as writer:
            write_records(writer, [payload], kind, [1_790_000_000_000_000_000])

    def follow(self) -> None:
        follower = ReportAnswers(self.settings)
        with follower.reader:
            while follower.step():
                pass


@pytest.fixture
def office(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vehicle: Vehicle,
    safety_head: Person,
    maker: Maker,
) -> Office:
    # the connection of the test's own transaction must live on
    monkeypatch.setattr(stream_follower, "close_old_connections", lambda: None)
    return Office(tmp_path, vehicle, safety_head, person(maker, "officer", "cyber_officer"))


def test_reports_lie_on_the_stream_once_and_say_so(office: Office) -> None:
    first = office.report()
    office.hand_over()
    second = office.report()
    office.hand_over()
    office.hand_over()
    assert office.on_the_stream() == [first.pk, second.pk]
    assert set(ReportDue.objects.values_list("state", flat=True)) == {"handed"}


def crash_between(
    office: Office, monkeypatch: pytest.MonkeyPatch, build: type[ReportStream]
) -> list[int]:
    """The record is on disk; the row that would say so is not."""
    office.report()
    with monkeypatch.context() as broken:
        broken.setattr(report_stream, "reports_handed", fails)
        with pytest.raises(JournalFull):
            office.hand_over()
    assert ReportDue.objects.get().state == "due"
    office.hand_over(build)
    return office.on_the_stream()


def fails(*_arguments: object, **_named: object) -> int:
    raise JournalFull("here the process dies")


def test_what_a_crash_left_on_the_stream_is_not_written_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(crash_between(office, monkeypatch, ReportStream)) == 1
    assert ReportDue.objects.get().state == "handed"


class LearnsNothing(ReportStream):
    """A build that trusts its rows alone."""

    def _learn(self) -> None:
        return None


def test_a_build_that_does_not_read_its_stream_again_is_noticed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(crash_between(office, monkeypatch, LearnsNothing)) == 2


def test_answers_on_the_proof_stream_reach_their_reports(office: Office) -> None:
    report = office.report()
    entries = np.zeros(2, ENTRY)
    entries["position"], entries["command"] = report.pk, (0x11, 2)  # the other is a frame's
    entries["outcome"], entries["flag"], entries["tries"] = ACCEPTED, 1, (1, 9)
    entries["sent_ms"] = entries["answered_ms"] = 1_790_000_000_123
    payload = proof_to_bytes(ProofBatch("national", ("reports",), entries))
    office.write("proof-national", KIND_PROOF, payload)
    office.write("proof-national", KIND_PROOF, b"no proof")
    office.follow()
    report.refresh_from_db()
    assert (report.state, report.flag, report.tries) == ("accepted", 1, 1)
    assert report.answered_at == datetime.fromtimestamp(1_790_000_000.123, UTC)


def feedback(vin: str, body: str = BODY) -> bytes:
    unit = bytes.fromhex(body)
    head = b"##\x90\xfe" + vin.encode() + b"\1" + len(unit).to_bytes(2, "big")
    return head + unit + b"\0"


def test_feedback_becomes_a_case_however_often_it_is_read(office: Office) -> None:
    office.write("feedback-national", KIND_FEEDBACK, feedback(office.vehicle.vin))
    office.write("feedback-national", KIND_FEEDBACK, feedback(office.vehicle.vin, BODY[:20]))
    office.follow()
    (office.settings.data / "office" / "report-answers.cursor").unlink()
    office.follow()
    case = FeedbackReceived.objects.get()
    assert (case.vehicle, case.body, case.moment) == (office.vehicle, BODY, AT)

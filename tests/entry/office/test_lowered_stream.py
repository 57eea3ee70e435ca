"""Thermal events on the proof stream into manual reports: each once, whatever crashes in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.entry.office.test_report_streams import Office

from voltward.entry import report_answers, stream_follower
from voltward.entry.report_answers import ReportAnswers
from voltward.exchange.models import ManualReport
from voltward.fleet.models import Vehicle
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalFull
from voltward.journal.reader import Records
from voltward.records.models import Maker, Notice, Person
from voltward.uplink.lowered import KIND_LOWERED, LOWERED, Lowered, lowered_to_bytes

pytestmark = pytest.mark.django_db
AT_S = 1_773_534_605
AT = datetime.fromtimestamp(AT_S, UTC)


@pytest.fixture
def office(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vehicle: Vehicle,
    safety_head: Person,
    maker: Maker,
) -> Office:
    from tests.exchange.platforms_made import person

    # the connection of the test's own transaction must live on
    monkeypatch.setattr(stream_follower, "close_old_connections", lambda: None)
    return Office(tmp_path, vehicle, safety_head, person(maker, "officer", "cyber_officer"))


def sent(office: Office, *seconds: int) -> None:
    """The uplink is about to send frames collected then, as level 3."""
    entries = np.zeros(len(seconds), LOWERED)
    entries["vehicle"] = office.vehicle.vehicle_id
    entries["collected_s"] = np.array(seconds) + AT_S
    entries["sent_ms"] = (entries["collected_s"].astype(np.uint64) + 1) * 1000
    office.write("proof-national", KIND_LOWERED, lowered_to_bytes(Lowered("national", entries)))


def test_what_was_sent_as_level_3_opens_one_manual_report(office: Office) -> None:
    sent(office, 0, 1, 2)
    office.write("proof-national", KIND_LOWERED, b"nothing that could be read")
    sent(office, 3)
    office.follow()
    office.follow()
    case = ManualReport.objects.get()
    assert (case.vehicle, case.begins_at) == (office.vehicle, AT)
    assert case.told_at == AT + timedelta(seconds=1)
    assert Notice.objects.filter(kind="manual_report").exists()


def crash_before(office: Office, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The process dies at the first call of ``name``; the next one takes over."""

    def dies(*_arguments: object, **_named: object) -> None:
        raise JournalFull("here the process dies")

    sent(office, 0)
    with monkeypatch.context() as broken:
        owner = Cursor if name == "save" else report_answers
        broken.setattr(owner, name, dies)
        office.follow()
    office.follow()


@pytest.mark.parametrize("name", ["save", "manual_reports_take"])
def test_a_crash_before_or_behind_the_database_loses_and_doubles_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    crash_before(office, monkeypatch, name)
    assert ManualReport.objects.count() == 1
    assert Notice.objects.filter(kind="manual_report").values("subject").distinct().count() == 1


class MovesFirst(ReportAnswers):
    """A build whose cursor moves before the database has it."""

    def take(self, stream: str, records: Records) -> None:
        self._positions[stream] = records.next
        self._cursor.save(Checkpoint(dict(self._positions)))
        super().take(stream, records)


def test_a_build_that_moves_its_cursor_first_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow() -> None:
        follower = MovesFirst(office.settings)
        with follower.reader:
            while follower.step():
                pass

    monkeypatch.setattr(office, "follow", follow)
    crash_before(office, monkeypatch, "manual_reports_take")
    with pytest.raises(AssertionError):
        assert ManualReport.objects.count() == 1

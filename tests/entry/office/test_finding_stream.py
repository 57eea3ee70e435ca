"""The follower of the findings has the right of way while it takes, and gives it back."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event

import pytest
from tests.watchdog.test_probes import written

from voltward.base.right_of_way import FINDINGS
from voltward.base.settings import Settings
from voltward.entry import finding_stream, places, stream_follower
from voltward.findings.finding import OPENED, Finding
from voltward.fleet.models import Vehicle
from voltward.journal.writer import JournalWriter
from voltward.monitoring.models import Alarm
from voltward.monitoring.services.intake import Taken

pytestmark = pytest.mark.django_db


def test_others_give_way_while_findings_are_taken_and_no_longer(
    tmp_path: Path, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_follower, "close_old_connections", lambda: None)
    values, now_s, stopping = Settings(data=tmp_path), int(time.time()), Event()
    writer = JournalWriter(places.journal_folder(values), "findings-main")
    written(writer, Finding(OPENED, "temperature.high", vehicle.vehicle_id, now_s, now_s,
                            now_s * 1000, level=3))  # fmt: skip
    was_free: list[bool] = []

    def told(_: Taken) -> None:
        was_free.append(FINDINGS.give(0))
        stopping.set()

    finding_stream.follow(values, stopping, told)
    writer.close()
    assert was_free == [False]
    assert FINDINGS.give(0)
    assert Alarm.objects.get().vehicle == vehicle

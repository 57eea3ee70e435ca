"""The stream of data quality into the office: each day once, whatever is read twice or cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.exchange.quality import KEY, ago, car, number

from voltward.base.canary import CANARY_VIN
from voltward.base.settings import Settings
from voltward.base.vehicle_id import vehicle_id
from voltward.entry import places, stream_follower
from voltward.entry.quality_stream import QualityStream
from voltward.exchange.models import QualityDay, QualityModelDay, QualityWaiting
from voltward.journal.writer import JournalWriter
from voltward.records.models import Maker
from voltward.telemetry.ingest.quarantine import write_records
from voltward.uplink.quality import memory
from voltward.uplink.quality.summary import KIND_QUALITY, records_of

pytestmark = pytest.mark.django_db


class Stream:
    """A journal that a quality engine writes, and followers of it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=folder)
        (folder / "secrets").mkdir(parents=True)
        self.settings.vehicle_key_file.parent.mkdir(parents=True, exist_ok=True)
        self.settings.vehicle_key_file.write_bytes(KEY)
        self.taken: list[int] = []

    def write(self, *told: tuple[int, int], raw: bytes = b"") -> None:
        """Vehicles with their rows of yesterday."""
        days = np.zeros(len(told), memory.DAY)
        days["vehicle"], days["rows"] = [one for one, _ in told], [rows for _, rows in told]
        days["day"] = days["received"] = number(ago(1))
        payloads = [raw] if raw else list(records_of(days))
        with JournalWriter(places.journal_folder(self.settings), "quality-main") as writer:
            write_records(writer, payloads, KIND_QUALITY, [1] * len(payloads))

    def follow(self) -> None:
        follower = QualityStream(self.settings, self.taken.append)
        with follower.reader:
            while follower.step():
                pass


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stream:
    # the connection of the test's own transaction must live on
    monkeypatch.setattr(stream_follower, "close_old_connections", lambda: None)
    return Stream(tmp_path)


def test_days_on_the_stream_become_rows_once(stream: Stream, maker: Maker) -> None:
    vehicle = car(maker)
    stream.write((vehicle.vehicle_id, 10))
    stream.follow()
    stream.write((vehicle.vehicle_id, 30))
    stream.follow()
    stream.follow()
    assert QualityDay.objects.get(vehicle=vehicle).rows == 30
    assert QualityModelDay.objects.get().rows == 30
    assert stream.taken == [1, 1]


def test_a_follower_that_forgot_its_place_changes_nothing(stream: Stream, maker: Maker) -> None:
    vehicle = car(maker)
    stream.write((vehicle.vehicle_id, 10))
    stream.write((vehicle.vehicle_id, 30))
    stream.follow()
    (stream.settings.data / "office" / "quality.cursor").unlink()
    stream.follow()
    assert QualityModelDay.objects.get().rows == 30
    assert QualityDay.objects.get().rows == 30


def test_what_cannot_be_read_holds_up_nothing(stream: Stream, maker: Maker) -> None:
    vehicle = car(maker)
    stream.write(raw=b"no record of ours")
    stream.write((vehicle.vehicle_id, 10))
    stream.follow()
    assert QualityDay.objects.get().rows == 10


def test_the_canary_is_on_nobodys_books(stream: Stream) -> None:
    stream.write((vehicle_id(CANARY_VIN, KEY), 10))
    stream.follow()
    assert not QualityWaiting.objects.exists()
    assert stream.taken == []

"""A recorded day of an enrolled vehicle, sent again by somebody else: no new row, no new alarm (R18).

All its signatures are right, and while the vehicle is away the gateway cannot tell who sends them.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.findings.rows import frames_of_recording
from tests.gateway.car import OK
from tests.gateway.sealed_car import SealedCar
from tests.gateway.servers import Phone, events, eventually, gateway
from tests.gateway.test_proving import source
from tests.telemetry.ingest.scene import Patience, moment, rows_in

from voltward.base.clock import ManualClock
from voltward.exchange.models import SecurityEvent
from voltward.exchange.services.replays import replays_take
from voltward.findings import engine
from voltward.findings.again import QUIET_S, Again, judged_again
from voltward.findings.catalogue import DETECTORS
from voltward.findings.finding import KIND_FINDING, finding_from_json
from voltward.findings.follower import FindingsConfig, FindingsFollower
from voltward.findings.limits import LimitBook
from voltward.fleet.models import Vehicle
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER
from voltward.journal.reader import JournalReader
from voltward.monitoring.models import Alarm, AlarmStep, Episode
from voltward.monitoring.services.intake import findings_take
from voltward.records.selectors import installation
from voltward.simulator.data import fire_recording
from voltward.telemetry.client import Client
from voltward.telemetry.ingest import decoding
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.sink import StoreSink
from voltward.telemetry.queries.refusals import replays
from voltward.telemetry.store.process import StoreProcess

pytestmark = pytest.mark.django_db
DAY_S = 86_400
STREAMS = ("findings-main", "findings-main-again")
TOGETHER = 100  # frames sent before their answers are read
_names = itertools.count()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreProcess]:
    with StoreProcess(tmp_path_factory.mktemp("replayed") / "store", memory_mb=1500) as process:
        yield process


@pytest.fixture(scope="module")
def day() -> list[bytes]:
    """Data units of a real car's last day, the one on which it burned: each 60th, its end whole."""
    recording = fire_recording()
    rows = recording.rows()
    chosen = np.flatnonzero(rows.collected_at >= rows.collected_at.max() - DAY_S)
    thinned = np.union1d(chosen[::60], chosen[-120:])
    frames = frames_of_recording(recording, rows.take(thinned), Edition.Y2025)
    return [frame[HEADER:-1] for frame in frames]


class Office:
    """What follows the gateway, made anew for each look, as after a restart."""

    def __init__(self, folder: Path, store: StoreProcess, key: bytes) -> None:
        self.folder, self.journal = folder, folder / "journal"
        self.database, self.store = f"day{next(_names)}", store
        self.told: dict[str, int] = {}
        # of each insert the store is asked about a few rows only: of several, enough to name a vehicle
        self.processor = ProcessorConfig(
            self.journal, folder / "processor", key, rows=20, wait_ms=10.0
        )

    def client(self) -> Client:
        return self.store.client(self.database)

    def looks(self) -> dict[str, Any]:
        """Everything that came is stored, judged and taken; what there is then."""
        with opened(self.processor, StoreSink(self.client)) as processor:
            processor.drain(Patience(100))
        self._judges()
        self.told = {stream: self._takes(stream) for stream in STREAMS}
        return {
            "rows": rows_in(self.client()),
            "alarms": list(Alarm.objects.order_by("pk").values()),
            "episodes": list(Episode.objects.order_by("pk").values()),
            "steps": list(AlarmStep.objects.order_by("pk").values()),
        }

    def _judges(self) -> None:
        """As rows come, and then again the hours of which rows came late."""
        config = FindingsConfig(
            self.processor, self.folder / "snapshots", self.folder / "findings",
            self.folder / "findings.json",
        )  # fmt: skip
        clock, book = ManualClock(), LimitBook(DETECTORS)
        with JournalReader(self.journal) as reader:
            follower = FindingsFollower(config, reader, DETECTORS)
            follower.drain()
            follower.close()
            again = Again(
                self.journal, "main", config.folder, reader,
                lambda vehicle, first, last: judged_again(
                    self.client(), vehicle, first, last, DETECTORS, book
                ),
                clock,
            )  # fmt: skip
            again.step()
            clock.advance(QUIET_S)
            again.step()
            if again._writer is not None:
                again._writer.close()

    def _takes(self, stream: str) -> int:
        """How many findings there are."""
        with JournalReader(self.journal) as reader:
            if stream not in reader.streams():
                return 0
            records = reader.read(None, stream, 1 << 26)
            found = [
                finding_from_json(records.payload(place))
                for place in range(len(records))
                if records.kinds[place] == KIND_FINDING
            ]
        findings_take(installation(), findings=found)
        return len(found)


def heard(port: int, recorded: list[bytes]) -> None:
    """All of it from a socket of its own, and each frame is taken for good."""
    with Phone(port) as phone:
        for first in range(0, len(recorded), TOGETHER):
            some = recorded[first : first + TOGETHER]
            phone.sends(*some)
            assert {phone.hears().flag for _ in some} == {OK}


@contextmanager
def recorded_day(office: Office, vin: str, day: list[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """A gateway to which the vehicle has sent its day, and gone; its port, and what passed."""
    car = SealedCar(vin)
    passed = [car.login(time=moment(int(time.time()))), *(car.signed(0x02, unit) for unit in day)]
    with gateway(office.journal, keys=source(office.folder, car)) as server:
        heard(server.port, passed)
        eventually(lambda: events(office.journal, "close"))
        yield server.port, passed


@pytest.fixture
def office(tmp_path: Path, store: StoreProcess, vehicle: Vehicle) -> Office:
    return Office(tmp_path, store, b"k" * 32)


def replayed(office: Office, vin: str, day: list[bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What there is after the day, and after it was sent again."""
    with recorded_day(office, vin, day) as (port, passed):
        before = office.looks()
        heard(port, passed)
        eventually(lambda: len(events(office.journal, "close")) == 2)
        return before, office.looks()


def test_a_recorded_day_sent_again_adds_no_row_and_no_alarm_and_is_told(
    office: Office, vehicle: Vehicle, day: list[bytes]
) -> None:
    before, after = replayed(office, vehicle.vin, day)
    assert len(before["rows"]) == len(day)
    assert "thermal.runaway" in {one["rule"] for one in before["alarms"]}
    assert after == before
    assert office.told["findings-main-again"] > 0  # its hours were judged again, from the store
    (told,) = events(office.journal, "replayed_login", "security-0")
    assert told["vin"] == vehicle.vin
    noticed = replays(office.client(), datetime.now(UTC) - timedelta(days=1))
    assert replays_take(installation(), replays=noticed) == 1
    assert SecurityEvent.objects.get().kind == "replayed_data"


def test_a_build_that_names_rows_by_their_arrival_is_caught(
    office: Office, vehicle: Vehicle, day: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = itertools.count()

    def by_arrival(_buffer: Any, starts: Any, _stops: Any) -> Any:
        return np.array([next(arrived) for _ in starts], np.uint64)

    monkeypatch.setattr(decoding, "unit_hashes", by_arrival)
    before, after = replayed(office, vehicle.vin, day)
    assert len(after["rows"]) == 2 * len(before["rows"])


def test_a_build_that_judges_what_comes_again_as_another_day_is_caught(
    office: Office, vehicle: Vehicle, day: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = itertools.count()

    def another_day(time_s: Any, _received_ms: Any) -> Any:
        return time_s + np.array([next(arrived) // len(day) * DAY_S for _ in time_s], np.int64)

    monkeypatch.setattr(engine, "_believed", another_day)
    before, after = replayed(office, vehicle.vin, day)
    assert after["rows"] == before["rows"]
    assert len(after["episodes"]) > len(before["episodes"])

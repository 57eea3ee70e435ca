"""What the demonstration plants: the rounds themselves find a case for every queue, with the usual limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.management import call_command
from tests.monitoring import car
from tests.monitoring.conftest import Surroundings
from tests.monitoring.watch.conftest import frame

from voltward.base.vehicle_id import vehicle_id
from voltward.columns.batch import FrameBatch
from voltward.entry.management.commands.demo_setup import Command
from voltward.findings.catalogue import DETECTORS
from voltward.findings.engine import Engine
from voltward.findings.incoming import incoming_of
from voltward.findings.limits import BookFile, Group, LimitBook
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Episode, WatchCase, WatchLimit
from voltward.monitoring.models.watch import QUEUES
from voltward.monitoring.services.intake import findings_take
from voltward.monitoring.services.watch_rounds import watch_round
from voltward.records.selectors import installation
from voltward.simulator.planted import frames_of, planted_vehicles
from voltward.simulator.run import SimulateConfig, simulated_vehicles
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.decoding import Decoder

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def demo(around: Surroundings, capsys: pytest.CaptureFixture[str]) -> Surroundings:
    """The demo's books, as ``voltward up`` makes them; nothing has been sent yet."""
    cars = simulated_vehicles(SimulateConfig(("", 0), demo=True))
    texts = [f"{c.vin},{c.model_name},{c.battery_type},{c.usage},{c.used_d}" for c in cars]
    call_command(Command(), *texts)
    capsys.readouterr()
    return around


def sent(around: Surroundings, frames: list[bytes]) -> None:
    """Into the store as reissue, through the detectors onto the desk."""
    car.store(around.client, *frames, key=_key(frames[0]))
    batch = Batch(
        (), FrameBatch.of(frames), np.full(len(frames), int(NOW.timestamp()) * 10**9, np.int64),
        np.arange(len(frames), dtype=np.uint64), np.zeros(len(frames), np.int32), ("gateway-0",), (), {},
    )  # fmt: skip
    none = np.zeros(0, np.uint64)
    book = LimitBook(DETECTORS, BookFile(1, (Group("default"),)), none, np.zeros(0, np.uint32))
    decoded = Decoder(_key(frames[0])).whole(batch, np.arange(len(frames)))
    found = Engine(DETECTORS, book).take(incoming_of(decoded))
    findings_take(installation(), findings=found)


def _key(a_frame: bytes) -> bytes:
    """The installation's, by which the demo's vehicles have their numbers."""
    from voltward.fleet.keys import vehicle_key

    vin = a_frame[4:21].decode()
    assert Vehicle.objects.get(vin=vin).vehicle_id == vehicle_id(vin, vehicle_key())
    return vehicle_key()


def rounds(around: Surroundings) -> dict[str, list[WatchCase]]:
    around.forget()
    watch_round(NOW)
    cases = WatchCase.objects.select_related("vehicle").order_by("pk")
    return {queue: [one for one in cases if one.queue == queue] for queue, _title in QUEUES}


def test_each_queue_shows_what_the_rounds_found(demo: Surroundings) -> None:
    alive = simulated_vehicles(SimulateConfig(("", 0), demo=True))[1]
    sent(demo, [frame(alive.vin, NOW - timedelta(seconds=20), state="started", soc_pct=60)])
    # before the past has arrived: nobody but those who never send is away
    early = rounds(demo)
    assert {queue for queue, cases in early.items() if cases} == {"long_offline"}
    assert len(early["long_offline"]) == 2
    for vehicle in planted_vehicles():
        if vehicle.sent:
            sent(demo, frames_of(vehicle, NOW))
    demo.written |= {"frames_rows", "latest_frames"}
    found = rounds(demo)
    assert {queue: len(cases) for queue, cases in found.items()} == {
        "long_offline": 2, "suddenly_silent": 2, "over_discharge": 1, "dense_parking": 1,
        "frequent_alarms": 1, "model_share": 1,
    }  # fmt: skip
    assert not [case for cases in found.values() for case in cases if case.ended_at]
    assert found["dense_parking"][0].vehicles_number == 104
    assert found["model_share"][0].subject == "fault:Lanting 500"
    assert found["frequent_alarms"][0].now["per_1000_km"] > 5
    assert Episode.objects.filter(level__gte=3).exists()


def test_only_the_batterys_own_number_is_given_and_that_by_two_persons(demo: Surroundings) -> None:
    del demo
    (own,) = WatchLimit.objects.exclude(maker=None)
    assert own.code == "standing.self_discharge_pct_per_d"
    assert own.proposed_by != own.approved_by
    assert "演示" in own.source


def test_the_second_start_changes_nothing(
    demo: Surroundings, capsys: pytest.CaptureFixture[str]
) -> None:
    del demo
    before = list(Vehicle.objects.order_by("pk").values()), WatchLimit.objects.count()
    cars = simulated_vehicles(SimulateConfig(("", 0), demo=True))
    texts = [f"{c.vin},{c.model_name},{c.battery_type},{c.usage},{c.used_d}" for c in cars]
    call_command(Command(), *texts)
    capsys.readouterr()
    assert (list(Vehicle.objects.order_by("pk").values()), WatchLimit.objects.count()) == before

"""Approved limits reach the engine: what is published, when, and what a database that is away leaves."""

from __future__ import annotations

import errno
import time
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from django.db import OperationalError
from tests.monitoring.limit_drafts import SPREAD, STEP, approved, begun

from voltward.base.errors import BadInput
from voltward.entry import limit_snapshot
from voltward.entry.limit_snapshot import LimitPublisher
from voltward.findings.catalogue import DETECTORS
from voltward.findings.limits import LimitBook, read_book, read_groups
from voltward.fleet import services
from voltward.fleet.models import BatteryType, Configuration, Vehicle, VehicleModel
from voltward.fleet.services.owners import vehicle_sell
from voltward.records.models import Maker, Person

DETECTOR = next(one for one in DETECTORS if one.name == "thermal.runaway")
STEP_AT = [one.name for one in DETECTOR.limits].index("step_c")
LATER = 4_000_000_000  # unix s, after every revision


@pytest.fixture
def built(vehicle: Vehicle, maker: Maker, operator: Person) -> Vehicle:
    """A vehicle of a known model and battery."""
    model, _ = VehicleModel.objects.get_or_create(maker=maker, name="示例轿跑")
    battery = BatteryType.objects.create(
        maker=maker, name="B1", chemistry="01", rated_voltage_v=350.0, cells=96
    )
    made = Configuration.objects.create(maker=maker, model=model, name="B1", battery_type=battery)
    Vehicle.objects.filter(pk=vehicle.pk).update(configuration=made)
    vehicle.refresh_from_db()
    return vehicle


def step_of(folder: Path, *vehicles: Vehicle) -> list[float]:
    """The limit that the engine would use for each vehicle, far in the future."""
    book = LimitBook.load(folder, DETECTORS)
    numbers = np.array([one.vehicle_id & (2**64 - 1) for one in vehicles], np.uint64)
    rows = book.rows_of(book.groups_of(numbers), np.full(numbers.size, LATER, np.int64))
    table = book.limits(DETECTOR, rows).table
    return [float(table[row, STEP_AT]) for row in rows]


@pytest.mark.django_db
def test_the_narrowest_scope_reaches_its_vehicles_and_no_other_makers(
    tmp_path: Path,
    built: Vehicle,
    other_vehicle: Vehicle,
    operator: Person,
    safety_head: Person,
) -> None:
    plain = services.vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)
    publisher = LimitPublisher(tmp_path)
    assert publisher.publish()
    assert step_of(tmp_path, built, plain, other_vehicle) == [20.0, 20.0, 20.0]
    begun(approved(operator, safety_head, {STEP: 25.0, SPREAD: 310.0}))
    assert publisher.publish()
    assert step_of(tmp_path, built, plain, other_vehicle) == [25.0, 25.0, 20.0]
    assert built.configuration is not None
    model, battery = built.configuration.model_id, built.configuration.battery_type_id
    approved(operator, safety_head, {STEP: 30.0}, scope="chemistry", subject="01")
    publisher.publish()
    assert step_of(tmp_path, built, plain) == [30.0, 25.0]
    approved(operator, safety_head, {STEP: 35.0}, scope="battery_type", subject=str(battery))
    publisher.publish()
    assert step_of(tmp_path, built, plain) == [35.0, 25.0]
    approved(operator, safety_head, {STEP: 40.0}, scope="vehicle_model", subject=str(model))
    publisher.publish()
    assert step_of(tmp_path, built, plain) == [40.0, 25.0]


@pytest.mark.django_db
def test_groups_carry_chemistry_and_facts_with_the_rated_voltage_as_the_fallback(
    tmp_path: Path, built: Vehicle, operator: Person
) -> None:
    vehicle_sell(operator_of(built), vin=built.vin, sold_on=date(2026, 3, 1), kind="person",
                 usage_class="private")  # fmt: skip
    LimitPublisher(tmp_path).publish()
    group = read_book(tmp_path).groups[1]
    assert group.chemistry == "01"
    assert group.facts["facts.max_working_voltage_v"] == 350.0
    assert (group.facts["facts.cells"], group.facts["facts.is_lfp"]) == (96.0, 1.0)
    assert group.facts["facts.private"] == 1.0
    BatteryType.objects.update(max_working_voltage_v=400.0)
    LimitPublisher(tmp_path).publish()
    assert read_book(tmp_path).groups[1].facts["facts.max_working_voltage_v"] == 400.0


def operator_of(vehicle: Vehicle) -> Person:
    """Somebody who may sell it."""
    from voltward.records import selectors, services

    return services.person_create(
        selectors.installation(), login="sales", display_name="sales", maker=vehicle.maker,
        roles=["aftersales"],
    )  # fmt: skip


@pytest.mark.django_db
def test_what_has_not_changed_is_not_written_again(
    tmp_path: Path, vehicle: Vehicle, operator: Person, safety_head: Person
) -> None:
    publisher = LimitPublisher(tmp_path)
    assert publisher.publish()
    first = read_book(tmp_path).generation
    assert not publisher.publish()
    approved(operator, safety_head, {STEP: 25.0})
    assert publisher.publish()
    assert read_book(tmp_path).generation > first
    assert read_groups(tmp_path)[0] == read_book(tmp_path).generation
    (tmp_path / "limits.json").unlink()
    assert publisher.publish()


@pytest.mark.django_db
@pytest.mark.usefixtures("vehicle")
def test_each_kind_of_change_is_seen(built: Vehicle, operator: Person, safety_head: Person) -> None:
    from voltward.monitoring.selectors.limit_groups import limits_seen

    seen = [limits_seen()]
    for change in (
        lambda: approved(operator, safety_head, {STEP: 25.0}),
        lambda: BatteryType.objects.update(chemistry="04"),
        lambda: Vehicle.objects.filter(pk=built.pk).update(configuration=None),
        lambda: VehicleModel.objects.update(top_speed_kmh=200.0),
    ):
        change()
        seen.append(limits_seen())
    assert len(set(seen)) == len(seen)


@pytest.mark.django_db
def test_ten_thousand_vehicles_are_published_within_two_seconds(
    tmp_path: Path, built: Vehicle
) -> None:
    made = [
        Vehicle(
            maker=built.maker, vin=f"LVVDB11B0SE{number:06d}", vehicle_id=number + 1,
            configuration=built.configuration, source="import", state="unregistered",
        )
        for number in range(10_000)
    ]  # fmt: skip
    Vehicle.objects.bulk_create(made)
    began = time.monotonic()
    LimitPublisher(tmp_path).publish()
    assert time.monotonic() - began < 2.0
    _, vehicles, groups = read_groups(tmp_path)
    assert vehicles.size == 10_001
    assert set(groups.tolist()) == {1}


# ---- the thread that publishes, without a database


class Failing:
    """Publishes at the second try, which ends the thread's work."""

    def __init__(self, error: Exception, stop: Event) -> None:
        self.error, self.stop, self.tries = error, stop, 0

    def publish(self) -> bool:
        self.tries += 1
        if self.tries == 1:
            raise self.error
        self.stop.set()
        return True


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), BadInput("book"), OperationalError("away")],
)
def test_a_snapshot_that_cannot_be_written_keeps_the_last_one_and_is_written_later(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    stop = Event()
    failing = Failing(error, stop)
    (tmp_path / "limits.json").write_text("the last one")
    monkeypatch.setattr(limit_snapshot, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(limit_snapshot, "close_old_connections", lambda: None)
    monkeypatch.setattr(limit_snapshot, "limits_seen", lambda: (1,))
    monkeypatch.setattr(limit_snapshot, "LimitPublisher", lambda _folder: failing)
    limit_snapshot.follow(tmp_path, stop)
    assert failing.tries == 2
    assert "the limit snapshot" in caplog.text
    assert (tmp_path / "limits.json").read_text() == "the last one"


def test_only_what_changed_is_looked_at_again_within_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, counts = Event(), iter((1, 1, 1, 2, 2))
    published = []

    def seen() -> tuple[int, ...]:
        number = next(counts, None)
        if number is None:
            stop.set()
            return (2,)
        return (number,)

    class Publishing:
        def publish(self) -> bool:
            published.append(1)
            return True

    monkeypatch.setattr(limit_snapshot, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(limit_snapshot, "close_old_connections", lambda: None)
    monkeypatch.setattr(limit_snapshot, "limits_seen", seen)
    monkeypatch.setattr(limit_snapshot, "LimitPublisher", lambda _folder: Publishing())
    limit_snapshot.follow(tmp_path, stop)
    assert len(published) == 2

"""Approved links reach the uplink: what is published, when, whose vehicles, and what a bad link leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError
from tests.exchange.platforms_made import PASSWORD, agreed, approved, drafted, person

from voltward.entry import link_snapshot
from voltward.entry.link_snapshot import LinkPublisher
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.services import platform_contents as contents
from voltward.exchange.services import platforms as services
from voltward.exchange.services.platform_approving import uplink_retire_ask
from voltward.exchange.services.platform_running import uplink_pause
from voltward.fleet import services as fleet
from voltward.fleet.models import Configuration, Vehicle, VehicleModel
from voltward.fleet.services.owners import vehicle_sell
from voltward.records import days
from voltward.records.approvals import approval_accept
from voltward.records.models import Maker, Person
from voltward.uplink.links import VEHICLES_FILE, Link, read_links, read_vehicles

KEY = bytes(range(32))
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(maker: Maker) -> Person:
    return person(maker, "officer", "cyber_officer")


def links(folder: Path) -> dict[str, Link]:
    return {one.name: one for one in read_links(folder, KEY).links}


def masks(folder: Path) -> dict[int, tuple[int, str]]:
    """By vehicle number: its links' bits and its usage class."""
    usages = read_links(folder, KEY).usages
    _generation, rows = read_vehicles(folder)
    return {int(v): (int(mask), usages[usage]) for v, mask, usage in rows}


def number(vehicle: Vehicle) -> int:
    return vehicle.vehicle_id & 0xFFFF_FFFF_FFFF_FFFF


def test_an_approved_link_is_published_with_its_password_and_a_draft_is_not(
    tmp_path: Path, vehicle: Vehicle, safety_head: Person, officer: Person
) -> None:
    drafted(safety_head, "city")
    approved(safety_head, officer, edition=2025, tls=True)
    publisher = LinkPublisher(tmp_path, KEY)
    assert publisher.publish()
    found = links(tmp_path)
    assert set(found) == {"national"}
    link = found["national"]
    assert (link.password, link.edition, link.tls, link.all_vehicles) == (
        PASSWORD,
        2025,
        True,
        True,
    )
    assert masks(tmp_path) == {number(vehicle): (1 << link.number, "")}
    assert not publisher.publish()
    assert PASSWORD.encode() not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_pause_new_settings_and_retirement_are_each_published(
    tmp_path: Path, vehicle: Vehicle, safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    publisher = LinkPublisher(tmp_path, KEY)
    publisher.publish()
    uplink_pause(officer, name="national", reason="x")
    assert publisher.publish()
    assert links(tmp_path)["national"].paused
    services.uplink_draft(safety_head, name="national")
    services.uplink_write(
        safety_head, name="national", number=2, settings={"port": 9999}, password="fresh"
    )
    assert not publisher.publish()
    agreed(safety_head, officer, PlatformRevision.objects.get(number=2))
    assert publisher.publish()
    link = links(tmp_path)["national"]
    assert (link.port, link.password) == (9999, "fresh")
    asked = uplink_retire_ask(safety_head, name="national", reason="x")
    approval_accept(officer, approval_id=asked.pk)
    assert publisher.publish()
    assert not links(tmp_path)
    assert not masks(tmp_path)


def test_a_link_takes_what_fits_every_kind_of_choice_and_whom_it_names(
    tmp_path: Path, maker: Maker, operator: Person, safety_head: Person, officer: Person
) -> None:
    model = VehicleModel.objects.create(maker=maker, name="M")
    built = Configuration.objects.create(maker=maker, model=model, name="M")
    vins = [f"LVVDB11B0RE00000{one}" for one in range(1, 7)]
    cars = [fleet.vehicle_register(operator, vin=vin, key=b"k" * 32) for vin in vins]
    for car, usage, region in zip(
        cars, ("taxi", "taxi", "private", "taxi", "taxi"), ("310101", "110105", "310101", "310101", "310101"),
        strict=False,
    ):  # fmt: skip
        vehicle_sell(
            safety_head, vin=car.vin, sold_on=date(2026, 3, 2), kind="company", usage_class=usage,
            region_code=region,
        )  # fmt: skip
    Vehicle.objects.filter(pk__in=[cars[at].pk for at in (0, 1, 2, 4)]).update(configuration=built)
    row = drafted(safety_head, all_vehicles=False)
    contents.uplink_choose(
        safety_head, name="national", number=1, models=[model.pk], usages=["taxi"], regions=["31"],
        vins=[vins[5]],
    )  # fmt: skip
    agreed(safety_head, officer, row)
    Vehicle.objects.filter(pk=cars[4].pk).update(
        state="scrapped", scrapped_on=date(2026, 5, 1), scrap_proof="x"
    )
    LinkPublisher(tmp_path, KEY).publish()
    # 1: elsewhere, 2: private, 3: another model, 4: scrapped
    assert masks(tmp_path) == {number(cars[0]): (1, "taxi"), number(cars[5]): (1, "")}


def test_beside_another_maker_all_means_all_of_ones_own(
    tmp_path: Path, vehicle: Vehicle, other_vehicle: Vehicle, safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    LinkPublisher(tmp_path, KEY).publish()
    assert not links(tmp_path)["national"].all_vehicles
    assert set(masks(tmp_path)) == {number(vehicle)}


def test_a_build_that_sends_all_beside_another_maker_would_be_found(
    tmp_path: Path, vehicle: Vehicle, other_vehicle: Vehicle, safety_head: Person, officer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    approved(safety_head, officer)
    monkeypatch.setattr(link_snapshot, "has_one_maker", lambda: True)
    LinkPublisher(tmp_path, KEY).publish()
    assert links(tmp_path)["national"].all_vehicles


def test_an_item_is_left_out_from_its_day_on(
    tmp_path: Path, safety_head: Person, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = drafted(safety_head)
    tomorrow = days.today() + timedelta(days=1)
    item = contents.Item(0x05, "DB31", "B", tomorrow, None, "private")
    contents.uplink_leave_out(safety_head, name="national", number=1, item=item)
    agreed(safety_head, officer, row)
    publisher = LinkPublisher(tmp_path, KEY)
    publisher.publish()
    assert links(tmp_path)["national"].left_out == {}
    monkeypatch.setattr(link_snapshot, "today", lambda: tomorrow)
    assert publisher.publish()
    assert links(tmp_path)["national"].left_out == {"private": [5]}


def test_a_link_that_cannot_be_written_keeps_no_other_from_its_changes(
    tmp_path: Path, safety_head: Person, officer: Person, caplog: pytest.LogCaptureFixture
) -> None:
    approved(safety_head, officer)
    approved(safety_head, officer, "city")
    PlatformRevision.objects.filter(platform__name="city").update(sealed=b"changed")
    LinkPublisher(tmp_path, KEY).publish()
    assert set(links(tmp_path)) == {"national"}
    assert "city" in caplog.text
    assert PASSWORD not in caplog.text


def test_files_that_somebody_removed_are_written_again(
    tmp_path: Path, safety_head: Person, officer: Person
) -> None:
    approved(safety_head, officer)
    publisher = LinkPublisher(tmp_path, KEY)
    publisher.publish()
    (tmp_path / VEHICLES_FILE).unlink()
    assert publisher.publish()
    assert read_vehicles(tmp_path)


def test_following_outlives_a_database_that_is_away_and_writes_when_it_is_back(
    tmp_path: Path, safety_head: Person, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(safety_head, officer)
    asked: list[int] = []
    seen = link_snapshot.links_seen

    def flaky() -> tuple[int, ...]:
        asked.append(1)
        if len(asked) < 3:
            raise OperationalError("away")
        return seen()

    class Once(Event):
        """Ends the follower when the files are there, and waits for nothing."""

        def wait(self, timeout: float | None = None) -> bool:
            if len(asked) >= 3:
                self.set()
            return True

    monkeypatch.setattr(link_snapshot, "links_seen", flaky)
    monkeypatch.setattr(link_snapshot, "close_old_connections", lambda: None)
    link_snapshot.follow(tmp_path, KEY, Once())
    assert set(links(tmp_path)) == {"national"}


def test_every_kind_of_change_that_moves_a_vehicle_is_seen(
    maker: Maker, operator: Person, safety_head: Person, officer: Person, vehicle: Vehicle
) -> None:
    approved(safety_head, officer)
    seen = link_snapshot.links_seen()
    steps: list[Callable[[], object]] = [
        lambda: uplink_pause(officer, name="national", reason="x"),
        lambda: fleet.vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32),
        lambda: vehicle_sell(
            safety_head, vin=vehicle.vin, sold_on=date(2026, 3, 2), kind="person",
            usage_class="private",
        ),
        lambda: services.uplink_draft(safety_head, name="national"),
    ]  # fmt: skip
    for step in steps:
        step()
        now = link_snapshot.links_seen()
        assert now != seen
        seen = now
    assert PublicPlatform.objects.count() == 1

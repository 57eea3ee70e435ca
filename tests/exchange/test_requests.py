"""Expired frames sent on request: asked for with a reason, handed to the uplink, done when it says so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.exchange.platforms_made import approved, drafted

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.base.settings import Settings
from voltward.entry import places, request_files
from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PublicPlatform, UplinkRequest
from voltward.exchange.services import requests as services
from voltward.exchange.services.requests import uplink_request
from voltward.fleet.models import Vehicle
from voltward.records.models import AuditRow, Person
from voltward.uplink.proof_frames import ProvedFrame
from voltward.uplink.requests import read_request

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 15)


def frame(vehicle: Vehicle, number: int) -> ProvedFrame:
    at = datetime(2026, 3, 15, 4, 0, number, tzinfo=UTC)
    return ProvedFrame(
        vehicle.vehicle_id, at, number, at, 0, 1000 + number, 2, 6, 0, 0, 0, None, None, at, 0
    )


@pytest.fixture
def expired(monkeypatch: pytest.MonkeyPatch, vehicle: Vehicle) -> list[ProvedFrame]:
    """What the store would find; tests/exchange/proofs asks the store itself."""
    found = [frame(vehicle, number) for number in range(3)]
    monkeypatch.setattr(services, "expired_of", lambda *_: found)
    return found


@pytest.fixture
def platform(safety_head: Person, officer: Person, uplink: dict[str, LinkStatus]) -> PublicPlatform:
    return approved(safety_head, officer).platform


def asked(actor: Person, vin: str, reason: str = "平台要求补数", **more: object) -> UplinkRequest:
    facts: dict[str, object] = {"name": "national", "first": DAY, "last": DAY, **more}
    return uplink_request(actor, vin=vin, reason=reason, **facts)  # type: ignore[arg-type]


def test_a_request_names_every_frame_and_leaves_an_audit_row(
    platform: PublicPlatform, officer: Person, vehicle: Vehicle, expired: list[ProvedFrame]
) -> None:
    row = asked(officer, vehicle.vin)
    assert (row.state, row.frames, row.platform) == ("waiting", 3, platform)
    told = AuditRow.objects.get(action="uplink.request", result="done")
    assert (told.after["frames"], told.after["reason"]) == (3, "平台要求补数")


def test_who_may_not_and_what_is_not_there_asks_for_nothing(
    platform: PublicPlatform, officer: Person, operator: Person, other_officer: Person,
    vehicle: Vehicle, other_vehicle: Vehicle, expired: list[ProvedFrame],
) -> None:  # fmt: skip
    with pytest.raises(NotPermitted):
        asked(operator, vehicle.vin)
    with pytest.raises(NotFound):
        asked(other_officer, other_vehicle.vin)
    with pytest.raises(NotFound):
        asked(officer, other_vehicle.vin)
    with pytest.raises(BadInput):
        asked(officer, vehicle.vin, reason=" ")
    expired.clear()
    with pytest.raises(BadInput):
        asked(officer, vehicle.vin)
    assert not UplinkRequest.objects.exists()


def test_a_platform_that_is_not_in_use_is_sent_nothing(
    safety_head: Person, vehicle: Vehicle, expired: list[ProvedFrame]
) -> None:
    drafted(safety_head, "local")
    with pytest.raises(WrongState):
        asked(safety_head, vehicle.vin, name="local")


def test_the_uplink_gets_a_file_and_its_empty_copy_says_done(
    platform: PublicPlatform, officer: Person, vehicle: Vehicle, expired: list[ProvedFrame],
    tmp_path: Path,
) -> None:  # fmt: skip
    settings = Settings(data=tmp_path)
    row = asked(officer, vehicle.vin)
    for _ in range(2):
        request_files.look(settings)
    path = places.links_folder(settings) / "requests" / "national" / str(row.pk)
    rows = read_request(path)
    assert rows["position"].tolist() == [1000, 1001, 1002]
    assert rows["command"].tolist() == [3, 3, 3]
    assert rows["vehicle"][0] == vehicle.vehicle_id
    own = places.uplink_folder(settings) / "national" / "requested" / str(row.pk)
    own.parent.mkdir(parents=True)
    own.write_bytes(rows.tobytes())
    request_files.look(settings)
    row.refresh_from_db()
    assert row.state == "waiting"
    own.write_bytes(b"")
    request_files.look(settings)
    row.refresh_from_db()
    assert (row.state, path.exists()) == ("done", False)
    assert row.done_at is not None
    assert AuditRow.objects.filter(action="uplink.request_done", result="done").count() == 1


def test_the_links_page_takes_a_request_and_shows_it(
    platform: PublicPlatform, officer: Person, operator: Person, vehicle: Vehicle,
    expired: list[ProvedFrame],
) -> None:  # fmt: skip
    client, reader = Client(), Client()
    client.force_login(officer)
    reader.force_login(operator)
    url, ask = reverse("uplink", args=["national"]), reverse("uplink-request", args=["national"])
    given = {"vin": vehicle.vin.lower(), "first": "2026-03-15", "last": "2026-03-15"}
    assert reader.post(ask, {**given, "reason": "x"}).status_code == 403
    client.post(ask, given)
    assert not UplinkRequest.objects.exists()
    client.post(ask, {**given, "reason": "平台要求补数"})
    assert UplinkRequest.objects.get().frames == 3
    page = client.get(url).content.decode()
    assert "平台要求补数" in page
    assert ask in page
    assert ask not in reader.get(url).content.decode()

"""The track of a vehicle: hexagons for everybody, places as sent for those who say why."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import pytest
from django.test import Client
from tests.monitoring.alarms_made import alarm
from tests.monitoring.car import report
from tests.monitoring.conftest import Surroundings

from voltward.base.geo import shifted
from voltward.fleet.models import Vehicle
from voltward.frames.grammar import Edition
from voltward.monitoring import map_source
from voltward.monitoring.map_source import MapSource
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.selectors import installation
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 3, 15, 4, 1, tzinfo=UTC)
DAY = {"start": "2026-03-15T00:00:00", "end": "2026-03-15T23:59:00"}
# three hexagons one after another, some kilometres apart
ROUTE = [(116.40, 39.90), (116.4001, 39.9001), (116.46, 39.90), (116.52, 39.90), (116.5201, 39.9)]


@pytest.fixture
def driven(vehicle: Vehicle, around: Surroundings) -> Vehicle:
    """A place every four minutes."""
    around.put(
        *(
            report(vehicle.vin, BEGUN + timedelta(minutes=4 * number), speed_kmh=10.0 * number,
                   place={"longitude_deg": x, "latitude_deg": y})
            for number, (x, y) in enumerate(ROUTE)
        )
    )  # fmt: skip
    return vehicle


def points(client: Client, vehicle: Vehicle, **more: str) -> dict[str, Any]:
    answer = client.get(f"/vehicles/{vehicle.vin}/track/points/", {**DAY, **more})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    return found


def exact(client: Client, vehicle: Vehicle, reason: str, span: dict[str, str] = DAY) -> Any:
    query = "&".join(f"{name}={value}" for name, value in span.items())
    return client.post(f"/vehicles/{vehicle.vin}/track/exact/?{query}", {"reason": reason})


def test_the_track_is_masked_to_hexagons_and_five_minutes(
    as_operator: Client, driven: Vehicle
) -> None:
    found = points(as_operator, driven)
    assert not found["exact"]
    cells = [h3.latlng_to_cell(y, x, 7) for x, y in (ROUTE[0], ROUTE[2], ROUTE[3])]
    assert [one["cell"] for one in found["stays"]] == cells
    begins = [one["from"] for one in found["stays"]]
    assert all(at % 300_000 == 0 for one in found["stays"] for at in (one["from"], one["to"]))
    assert begins[0] == int(datetime(2026, 3, 15, 4, tzinfo=UTC).timestamp() * 1000)
    text = json.dumps(found)
    assert "116.4001" not in text
    assert "points" not in found
    assert not AuditRow.objects.filter(action="position.read").exists()


def test_a_reason_opens_the_places_as_sent_and_is_written_down_with_the_span(
    as_operator: Client, operator: Person, driven: Vehicle
) -> None:
    body = exact(as_operator, driven, "road rescue").json()
    assert body["exact"]
    assert [one[1:4] for one in body["points"]] == [
        [x, y, 10.0 * number] for number, (x, y) in enumerate(ROUTE)
    ]
    row = AuditRow.objects.get(action="position.read")
    assert (row.actor, row.subject) == (operator, f"Vehicle:{driven.pk}")
    assert row.after["reason"] == "road rescue"
    assert row.after["start"].startswith("2026-03-14T16:00")


def test_without_a_reason_the_places_stay_closed_unless_a_grave_alarm_is_open(
    as_operator: Client, driven: Vehicle
) -> None:
    refused = exact(as_operator, driven, "  ")
    assert (refused.status_code, refused.json()["detail"]) == (422, "请填写查看精确轨迹的原因。")
    assert not AuditRow.objects.filter(action="position.read").exists()
    alarm(driven, 4, "thermal.runaway")
    assert exact(as_operator, driven, "").json()["exact"]
    assert AuditRow.objects.get(action="position.read").after["reason"] == "open_alarm"
    assert (
        "可直接查看精确轨迹" in as_operator.get(f"/vehicles/{driven.vin}/track/").content.decode()
    )


def test_the_places_of_more_than_a_day_are_not_given_at_once(
    as_operator: Client, driven: Vehicle
) -> None:
    week = {"start": "2026-03-10T00:00:00", "end": "2026-03-17T00:00:00"}
    refused = exact(as_operator, driven, "why", week)
    assert refused.status_code == 422
    assert "24 小时" in refused.json()["detail"]
    assert len(points(as_operator, driven, **week)["stays"]) == 3


def test_the_last_day_is_a_day(as_operator: Client, vehicle: Vehicle, around: Surroundings) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    around.put(report(vehicle.vin, at))
    assert len(exact(as_operator, vehicle, "why", {"range": "1d"}).json()["points"]) == 1
    assert exact(as_operator, vehicle, "why", {"range": "7d"}).status_code == 422


def test_who_may_not_read_positions_gets_hexagons_and_a_refusal_on_record(
    driven: Vehicle, maker: Maker
) -> None:
    person = person_create(
        installation(), login="quality", display_name="q", maker=maker, roles=["quality_engineer"]
    )
    client = Client()
    client.force_login(person)
    assert len(points(client, driven)["stays"]) == 3
    assert exact(client, driven, "curious").status_code == 403
    refusal = AuditRow.objects.get(result="refused")
    assert (refusal.actor, refusal.after) == (person, {"needs": "position.read"})
    assert "data-exact-form" not in client.get(f"/vehicles/{driven.vin}/track/").content.decode()


def test_another_makers_vehicle_has_no_track(
    as_operator: Client, other_vehicle: Vehicle, around: Surroundings
) -> None:
    for path in ("track/", "track/points/"):
        assert as_operator.get(f"/vehicles/{other_vehicle.vin}/{path}").status_code == 404
    assert exact(as_operator, other_vehicle, "why").status_code == 404


def test_both_datums_are_brought_to_that_of_the_map(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = (round(float(one), 6) for one in shifted(*ROUTE[0]))
    place = {"longitude_deg": x, "latitude_deg": y, "datum": "gcj02"}
    around.put(report(vehicle.vin, BEGUN, edition=Edition.Y2025, place=place))
    (found,) = exact(as_operator, vehicle, "why").json()["points"]
    assert found[1:3] == pytest.approx(ROUTE[0], abs=2e-6)
    tiles = MapSource("https://tiles.example/{z}/{x}/{y}.png", "gcj02", "", 60)
    monkeypatch.setattr(map_source, "_handed_in", [lambda: tiles])
    (found,) = exact(as_operator, vehicle, "why").json()["points"]
    assert found[1:3] == pytest.approx((x, y), abs=2e-6)


def test_an_empty_span_leads_to_the_newest_day(as_operator: Client, driven: Vehicle) -> None:
    found = points(as_operator, driven, start="2026-03-01T00:00:00", end="2026-03-01T01:00:00")
    assert found["stays"] == []
    assert found["newest"].startswith("range=free")


def test_a_span_that_is_none_and_a_store_that_is_away_are_told(
    as_operator: Client, driven: Vehicle, around: Surroundings
) -> None:
    path = f"/vehicles/{driven.vin}/track/points/"
    wrong = as_operator.get(path, {"start": DAY["end"], "end": DAY["start"]})
    assert wrong.status_code == 422
    around.is_away = True
    assert as_operator.get(path, DAY).status_code == 503

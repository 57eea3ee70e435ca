"""The map: whose vehicles it counts, how exactly it places them, and who may know more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import pytest
from django.test import Client
from tests.monitoring.alarms_made import alarm
from tests.monitoring.car import POSITION, report
from tests.monitoring.conftest import Surroundings

from voltward.base.geo import shifted
from voltward.entry import settings as entry_settings
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.frames.grammar import Edition
from voltward.monitoring import map_source, states
from voltward.monitoring.map_source import MapSource
from voltward.monitoring.map_source import map_source as checked_source
from voltward.pages.middleware import CONTENT_SECURITY_POLICY
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.protection.places import NEEDED
from voltward.records.selectors import installation
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db
KEY = b"k" * 32
X, Y = POSITION["longitude_deg"], POSITION["latitude_deg"]
CELL = h3.latlng_to_cell(Y, X, 7)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def cells(client: Client, zoom: float = 12, bbox: str = "") -> dict[str, Any]:
    answer = client.get("/map/cells/", {"zoom": zoom, "bbox": bbox})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    return found


def properties(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["properties"] for one in body["features"]]


@pytest.fixture
def no_reader(maker: Maker) -> Client:
    """Reads telemetry, but no exact positions."""
    person_create(
        installation(), login="quality", display_name="q", maker=maker, roles=["quality_engineer"]
    )
    client = Client()
    client.force_login(Person.objects.get(login="quality"))
    return client


@pytest.mark.parametrize(("zoom", "resolution"), [(3, 2), (4, 3), (5, 4), (7, 5), (8, 6), (12, 7)])
def test_the_numbers_are_those_of_the_planted_vehicles_at_every_zoom(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings,
    zoom: int, resolution: int,
) -> None:  # fmt: skip
    vins = [f"LVVDB11B0RE00000{number}" for number in (2, 3, 4)]
    for vin in vins:
        vehicle_register(operator, vin=vin, key=KEY)
    around.put(
        report(vehicle.vin, now()),
        report(vins[0], now(), charging="parked_charging", speed_kmh=0, state="off"),
        report(vins[1], now(), speed_kmh=0),
        report(vins[2], now() - timedelta(days=1)),
    )
    body = cells(as_operator, zoom)
    assert body["resolution"] == resolution
    assert properties(body) == [
        {
            "cell": h3.cell_to_parent(CELL, resolution), "all": 4, "online": 3, "driving": 1,
            "charging": 1, "parked": 1, "offline": 1, "level": 0, "alarmed": 0,
        }
    ]  # fmt: skip
    assert body["totals"] == {"driving": 1, "charging": 1, "parked": 1, "offline": 1}
    assert (body["vehicles"], body["unplaced"]) == (4, 0)


def test_another_makers_vehicles_are_in_no_hexagon(
    as_operator: Client, other_operator: Person, other_vehicle: Vehicle, vehicle: Vehicle,
    around: Surroundings,
) -> None:  # fmt: skip
    alarm(other_vehicle, 4)
    around.put(report(other_vehicle.vin, now()))
    body = cells(as_operator)
    assert (body["features"], body["vehicles"], body["totals"]["driving"]) == ([], 1, 0)
    assert as_operator.get("/map/alarms/").json() == {"points": []}
    answer = as_operator.get("/vehicles/", {"hexagon": CELL})
    assert other_vehicle.vin not in answer.content.decode()
    client = Client()
    client.force_login(other_operator)
    (theirs,) = properties(cells(client))
    assert (theirs["all"], theirs["level"]) == (1, 4)
    assert as_operator.post(f"/vehicles/{other_vehicle.vin}/place/").status_code == 404


def test_only_what_lies_in_the_box_is_sent(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, now()))
    assert len(cells(as_operator, bbox="116,39,117,41")["features"]) == 1
    assert cells(as_operator, bbox="100,20,110,30")["features"] == []
    assert cells(as_operator, bbox="100,20,110,30")["totals"]["driving"] == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"zoom": "x"},
        {"zoom": "nan"},
        {"zoom": "99"},
        {"bbox": "1,2,3", "zoom": "4"},
        {"bbox": "a,b,c,d", "zoom": "4"},
        {"bbox": "0,inf,1,2", "zoom": "4"},
        {"bbox": "0,9,1,2", "zoom": "4"},
        {},
    ],
)
def test_a_box_or_zoom_that_is_none_is_refused(
    as_operator: Client, around: Surroundings, asked: dict[str, str]
) -> None:
    assert as_operator.get("/map/cells/", asked).status_code == 422


def test_without_the_store_the_map_says_so(as_operator: Client, around: Surroundings) -> None:
    around.is_away = True
    answer = as_operator.get("/map/cells/", {"zoom": 4})
    assert answer.status_code == 503
    assert "遥测存储暂不可用" in answer.json()["detail"]
    assert as_operator.get("/map/").status_code == 200


def test_a_place_of_the_new_edition_is_brought_to_the_hexagons_datum(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    x, y = (round(float(one), 6) for one in shifted(X, Y))
    sent = {"longitude_deg": x, "latitude_deg": y, "datum": "gcj02"}
    around.put(report(vehicle.vin, now(), edition=Edition.Y2025, place=sent))
    assert properties(cells(as_operator))[0]["cell"] == CELL


def test_south_and_west_are_signs_and_nought_is_no_place(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    vehicle_register(operator, vin="LVVDB11B0RE000002", key=KEY)
    around.put(
        report(vehicle.vin, now(), place={"status_raw": 6, "longitude_deg": 58.4, "latitude_deg": 34.6}),
        report("LVVDB11B0RE000002", now(), place={"longitude_deg": 0.0, "latitude_deg": 0.0}),
    )  # fmt: skip
    body = cells(as_operator)
    assert [one["cell"] for one in properties(body)] == [h3.latlng_to_cell(-34.6, -58.4, 7)]
    assert body["unplaced"] == 1


def test_hexagons_are_drawn_in_the_datum_of_the_tiles(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    around.put(report(vehicle.vin, now()))
    plain = cells(as_operator)["features"][0]["geometry"]["coordinates"][0]
    assert len(plain) == 7
    assert plain[0] == plain[-1]
    tiles = MapSource("https://tiles.example/{z}/{x}/{y}.png", "gcj02", "", 60)
    monkeypatch.setattr(map_source, "_handed_in", [lambda: tiles])
    moved = cells(as_operator, bbox="116,39,117,41")["features"][0]["geometry"]["coordinates"][0]
    for before, after in zip(plain, moved, strict=True):
        assert after == pytest.approx([float(one) for one in shifted(*before)], abs=2e-5)


def test_an_alarm_is_a_point_from_level_3_on_in_the_middle_of_its_hexagon(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, now()))
    grave = alarm(vehicle, 3)
    alarm(vehicle, 2, "cell.spread")
    alarm(vehicle, 4, "thermal.runaway", state=states.CLOSED, verdict="false", closed_at=now(),
          closed_by=operator)  # fmt: skip
    (point,) = as_operator.get("/map/alarms/").json()["points"]
    assert (point["id"], point["level"], point["vin"]) == (grave.pk, 3, vehicle.vin)
    middle = h3.cell_to_latlng(CELL)
    assert point["at"] == [round(middle[1], 3), round(middle[0], 3)]
    assert str(X) not in json.dumps(point)
    (found,) = properties(cells(as_operator))
    assert (found["level"], found["alarmed"]) == (3, 1)


def test_an_alarm_of_a_vehicle_that_never_said_where_it_is_stands_where_it_opened(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    cell = h3.latlng_to_cell(31.2, 121.5, 7)
    alarm(vehicle, 4, cell=cell)
    alarm(vehicle, 3, "other", cell="")
    points = as_operator.get("/map/alarms/").json()["points"]
    middle = h3.cell_to_latlng(cell)
    assert [one["at"] for one in points] == [[round(middle[1], 3), round(middle[0], 3)], None]


def test_a_hexagon_leads_to_exactly_its_vehicles(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    vehicle_register(operator, vin="LVVDB11B0RE000002", key=KEY)
    far = {"longitude_deg": 121.5, "latitude_deg": 31.2}
    around.put(report(vehicle.vin, now()), report("LVVDB11B0RE000002", now(), place=far))
    for resolution in (2, 5, 7):
        cell = h3.cell_to_parent(CELL, resolution)
        page = as_operator.get("/vehicles/", {"hexagon": cell}).content.decode()
        assert "共 1 条" in page
        assert vehicle.vin in page
        assert f'value="{cell}"' in page
    assert (
        "共 0 条" in as_operator.get("/vehicles/", {"hexagon": "822000000000000"}).content.decode()
    )
    assert (
        "hexagon"
        not in as_operator.get("/vehicles/")
        .content.decode()
        .split("<tbody")[0]
        .split('type="hidden"')[0]
        .split('id="filter"')[-1]
    )


@pytest.mark.parametrize("wrong", ["x", "892830828ffffff", "' OR 1=1", "87" + "f" * 20])
def test_what_is_no_hexagon_of_the_map_filters_nothing_silently(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, wrong: str
) -> None:
    api = as_operator.get("/api/vehicles/", {"hexagon": wrong})
    assert api.status_code in (400, 401, 403)
    assert as_operator.get("/vehicles/", {"hexagon": wrong}).status_code == 200


def test_a_place_stays_a_hexagon_until_somebody_says_why(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, now()))
    found = as_operator.post(f"/vehicles/{vehicle.vin}/place/").json()
    middle = h3.cell_to_latlng(CELL)
    assert (found["exact"], found["cell"]) == (False, CELL)
    assert (found["longitude_deg"], found["latitude_deg"]) == (
        round(middle[1], 3),
        round(middle[0], 3),
    )
    assert not AuditRow.objects.filter(action="position.read").exists()
    found = as_operator.post(f"/vehicles/{vehicle.vin}/place/", {"reason": "tow it"}).json()
    assert (found["exact"], found["longitude_deg"], found["latitude_deg"]) == (True, X, Y)
    row = AuditRow.objects.get(action="position.read")
    assert (row.subject, row.after["reason"]) == (f"Vehicle:{vehicle.pk}", "tow it")


def test_an_open_grave_alarm_shows_the_place_at_once_and_writes_it_down(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, now()))
    alarm(vehicle, 2, "cell.spread")
    assert not as_operator.post(f"/vehicles/{vehicle.vin}/place/").json()["exact"]
    alarm(vehicle, 3)
    assert as_operator.post(f"/vehicles/{vehicle.vin}/place/").json()["exact"]
    row = AuditRow.objects.get(action="position.read")
    assert (row.actor, row.after["reason"]) == (operator, "open_alarm")
    assert NEEDED["open_alarm"](operator, f"Vehicle:{vehicle.pk}")
    assert not NEEDED["open_alarm"](operator, "Vehicle:x")


def test_who_may_not_read_positions_sees_hexagons_whatever_the_alarm(
    no_reader: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin, now()))
    alarm(vehicle, 4)
    assert not no_reader.post(f"/vehicles/{vehicle.vin}/place/").json()["exact"]
    assert no_reader.post(f"/vehicles/{vehicle.vin}/place/", {"reason": "x"}).status_code == 403
    assert AuditRow.objects.filter(action="position.read", result="refused").exists()
    assert "data-exact" not in no_reader.get("/map/").content.decode()


def test_a_vehicle_that_never_sent_has_no_place(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    assert as_operator.post(f"/vehicles/{vehicle.vin}/place/").status_code == 404


def test_the_map_keeps_to_the_policy_and_opens_it_to_the_tiles_alone(
    as_operator: Client, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert as_operator.get("/map/")["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    tiles = checked_source(
        "https://tiles.example:8443/{z}/{x}/{y}.png", "gcj02", "审图号 GS(0)", 60
    )
    monkeypatch.setattr(map_source, "_handed_in", [lambda: tiles])
    answer = as_operator.get("/map/")
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["img-src"].split()[-1] == "https://tiles.example:8443"
    assert policy["connect-src"] == "'self' https://tiles.example:8443"
    assert (policy["script-src"], policy["style-src"]) == ("'self'", "'self'")
    assert "审图号 GS(0)" in answer.content.decode()
    assert "china.json" not in answer.content.decode()
    # every other page stays closed
    assert as_operator.get("/vehicles/")["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "tiles",
    ["ftp://x/{z}/{x}/{y}", "https://x/{z}/{x}", "https://x; script-src *//{z}/{x}/{y}", "{z}/{x}/{y}"],
)  # fmt: skip
def test_a_source_of_tiles_that_is_none_is_refused_at_once(tiles: str) -> None:
    with pytest.raises(Exception, match="map_tiles"):
        checked_source(tiles, "gcj02", "", 60)


def test_without_tiles_the_outline_is_drawn_in_its_own_datum() -> None:
    assert checked_source("", "gcj02", "", 60).datum == "wgs84"
    assert entry_settings.VOLTWARD.map_tiles == ""

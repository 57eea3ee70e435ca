"""Wall screens: what they show, whose, to which token, and what they say when data are late."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.monitoring.alarms_made import alarm
from tests.monitoring.car import POSITION, report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.monitoring import fleet_map, screens, states
from voltward.monitoring.ui.screens import SCREENS
from voltward.pages.middleware import CONTENT_SECURITY_POLICY
from voltward.records.models import Person
from voltward.records.services import tokens
from voltward.records.services.clocks import clock_start
from voltward.telemetry.ingest.status import Status

pytestmark = pytest.mark.django_db
KEY = b"k" * 32
NAMES = [one.name for one in SCREENS]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def data(client: Client, name: str = "national") -> dict[str, Any]:
    answer = client.get(f"/screen/{name}/data/")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def wall(person: Person, *pages: str) -> Client:
    text = tokens.own_token_create(person, name="wall", days=1, scope="wall", pages=pages)[1]
    client = Client()
    client.post("/wall/", {"token": text})
    return client


@pytest.fixture
def fleet(operator: Person, vehicle: Vehicle, around: Surroundings) -> list[Vehicle]:
    """One drives, one charges and came late, one is silent without a fix; sixty of a model in all."""
    vins = [f"LVVDB11B0RE0001{number:02d}" for number in range(60)]
    cars = [vehicle_register(operator, vin=vin, key=KEY, model_name="M1") for vin in vins]
    around.put(
        report(cars[0].vin, now()),
        report(cars[1].vin, now() - timedelta(seconds=1), charging="parked_charging", state="off",
               speed_kmh=0, place={"status_raw": 1}),
        report(cars[2].vin, now() - timedelta(days=1)),
    )  # fmt: skip
    return cars


@pytest.mark.parametrize("name", NAMES)
def test_each_screen_is_a_page_with_numbers_behind_it(
    as_operator: Client, fleet: list[Vehicle], name: str
) -> None:
    page = as_operator.get(f"/screen/{name}/")
    assert page.status_code == 200
    assert page["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert 'data-bs-theme="dark"' in page.content.decode()
    assert data(as_operator, name)["fleet"]["online"] == 2


def test_the_numbers_are_those_of_the_fleet(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings, status: Callable[..., Status]
) -> None:
    around.status = status()
    found = data(as_operator)
    assert found["fleet"] == {
        "frames_per_s": 12.5, "lag_s": 0.2, "vehicles": 61, "online": 2, "driving": 1, "charging": 1,
        "parked": 0, "offline": 1, "timely_pct": 100.0, "fixed_pct": 50.0, "unplaced": 0,
    }  # fmt: skip
    (hexagon,) = found["hexagons"]
    cell = h3.latlng_to_cell(POSITION["latitude_deg"], POSITION["longitude_deg"], 7)
    assert hexagon["properties"]["cell"] == h3.cell_to_parent(cell, 3)
    assert hexagon["properties"]["all"] == 3


def test_alarms_stand_in_their_hour_by_level(as_operator: Client, fleet: list[Vehicle]) -> None:
    begun = now().replace(minute=0, second=0)
    for number, (level, hours) in enumerate([(1, 0), (1, 0), (3, 0), (4, 5), (2, 23), (2, 24)]):
        alarm(fleet[0], level, f"rule-{number}", at=begun - timedelta(hours=hours))
    alarm(fleet[0], 0, "data.quality")  # a remark is no alarm
    found = data(as_operator)
    assert len(found["hours"]) == 24
    assert [one["levels"] for one in found["hours"] if any(one["levels"])] == [
        [0, 1, 0, 0], [0, 0, 0, 1], [2, 0, 1, 0],
    ]  # fmt: skip
    assert found["hours"][-1]["at"] == int(begun.timestamp() * 1000)
    assert found["open"] == [2, 2, 1, 1]


def test_open_cases_come_gravest_first_with_the_clock_that_ends_first(
    as_operator: Client, safety_head: Person, operator: Person, fleet: list[Vehicle]
) -> None:
    old = alarm(fleet[0], 2, "cell.spread", at=now() - timedelta(hours=3), owner=operator)
    fire = alarm(fleet[1], 4, "thermal.runaway")
    alarm(fleet[2], 1)
    alarm(fleet[3], 3, state=states.CLOSED, verdict="true", closed_at=now(), closed_by=operator)
    begun = now() - timedelta(minutes=5)
    clock = clock_start(
        safety_head, code="fire_basic_samr", subject=f"Alarm:{fire.pk}", started_at=begun,
        subject_text="x", event="x", owner=safety_head,
    )  # fmt: skip
    found = data(as_operator, "duty")["cases"]
    assert [one["id"] for one in found] == [fire.pk, old.pk]
    assert found[0]["due_ms"] == int(clock.due_order_at.timestamp() * 1000)
    assert (found[1]["due_ms"], found[1]["owner"]) == (None, operator.display_name)


def test_models_are_ranked_by_alarms_per_ten_thousand_and_small_ones_left_out(
    as_operator: Client, vehicle: Vehicle, fleet: list[Vehicle]
) -> None:
    for number in range(3):
        alarm(fleet[number])
    alarm(vehicle)  # the only one of its model
    alarm(fleet[5], 2, at=now() - timedelta(hours=25))
    assert data(as_operator, "quality")["models"] == [
        {"model": "M1", "alarms": 3, "vehicles": 60, "rate": 500.0}
    ]


def test_rules_and_verdicts_of_a_week_are_counted(
    as_operator: Client, operator: Person, fleet: list[Vehicle]
) -> None:
    done = {"state": states.CLOSED, "closed_at": now(), "closed_by": operator}
    alarm(fleet[0], 2, "a")
    alarm(fleet[1], 3, "a", verdict="true", **done)
    alarm(fleet[2], 1, "b", verdict="false", **done)
    alarm(fleet[3], 1, "c", at=now() - timedelta(days=8))
    found = data(as_operator, "quality")
    assert found["rules"] == [
        {"rule": "a", "alarms": 2, "level": 3, "style": "3"},
        {"rule": "b", "alarms": 1, "level": 1, "style": "1"},
    ]
    assert {one["verdict"]: one["alarms"] for one in found["verdicts"]} == {"属实": 1, "误报": 1}


def test_the_ticker_holds_the_last_ten_and_no_whole_vin(
    as_operator: Client, fleet: list[Vehicle]
) -> None:
    made = [alarm(fleet[number], 1, at=now() - timedelta(minutes=number)) for number in range(12)]
    alarm(fleet[20], 3)
    found = data(as_operator)
    assert [one["id"] for one in found["ticker"]][1:] == [one.pk for one in made[:9]]
    text = json.dumps(found)
    assert all(one.vin not in text for one in fleet)
    assert fleet[0].vin[-6:] in text


def test_another_makers_numbers_and_alarms_are_on_no_screen(
    as_operator: Client, other_operator: Person, other_vehicle: Vehicle, vehicle: Vehicle,
    around: Surroundings,
) -> None:  # fmt: skip
    alarm(other_vehicle, 4)
    around.put(report(other_vehicle.vin, now()))
    ours = data(as_operator)
    assert (ours["fleet"]["online"], ours["fleet"]["vehicles"]) == (0, 1)
    assert (ours["hexagons"], ours["points"], ours["ticker"], ours["cases"]) == ([], [], [], [])
    assert ours["open"] == [0, 0, 0, 0]
    client = Client()
    client.force_login(other_operator)
    theirs = data(client)
    assert (theirs["fleet"]["online"], theirs["open"]) == (1, [0, 0, 0, 1])


def test_a_token_opens_its_screen_and_that_screens_data_alone(
    operator: Person, fleet: list[Vehicle]
) -> None:
    client = wall(operator, "screen-duty")
    assert client.get("/screen/duty/").status_code == 200
    assert data(client, "duty")["fleet"]["online"] == 2
    closed = ["/screen/national/", "/screen/national/data/", "/screen/quality/data/", "/screen/",
              "/map/", "/map/cells/?zoom=4", "/map/alarms/", f"/vehicles/{fleet[0].vin}/track/"]  # fmt: skip
    for path in closed:
        assert client.get(path).status_code == 302, path
    assert client.post("/screen/duty/data/").status_code == 302
    assert client.post(f"/vehicles/{fleet[0].vin}/place/").status_code in (302, 403)


def test_a_screen_goes_on_to_the_pages_of_its_token_in_turn(
    operator: Person, as_operator: Client, fleet: list[Vehicle]
) -> None:
    alone = wall(operator, "screen-duty").get("/screen/duty/").content.decode()
    assert 'data-following=""' in alone
    two = wall(operator, "screen-duty", "screen-national")
    assert 'data-following="/screen/national/"' in two.get("/screen/duty/").content.decode()
    assert 'data-following="/screen/duty/"' in two.get("/screen/national/").content.decode()
    assert 'data-page-s="60"' in two.get("/screen/duty/").content.decode()
    # a person at a desk stays where they are, unless they want to see it turn
    assert 'data-following=""' in as_operator.get("/screen/duty/").content.decode()
    turning = as_operator.get("/screen/quality/?turn=1").content.decode()
    assert 'data-following="/screen/national/?turn=1"' in turning


def test_all_screens_of_a_maker_share_one_look(
    as_operator: Client, operator: Person, fleet: list[Vehicle], around: Surroundings
) -> None:
    data(as_operator)
    asked = around.asked
    others = wall(operator, "screen-duty", "screen-quality")
    others.get("/screen/duty/data/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for name in ("duty", "quality"):
            data(others, name)
            data(as_operator, name)
    assert around.asked == asked
    assert [one["sql"] for one in queries if "monitoring_alarm" in one["sql"]] == []


def test_without_the_store_the_alarms_are_still_shown_and_the_fleet_tells_its_age(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings
) -> None:
    before = data(as_operator)
    alarm(fleet[0], 4, cell=h3.latlng_to_cell(31.2, 121.5, 7))
    around.is_away = True
    screens.forget()
    kept = data(as_operator)
    assert (kept["data_ms"], kept["fleet"]["online"]) == (before["data_ms"], 2)
    assert kept["open"] == [0, 0, 0, 1]
    screens.forget()
    fleet_map.forget()
    never = data(as_operator)
    assert (never["data_ms"], never["hexagons"], never["models"]) == (None, [], [])
    assert (never["open"], never["points"][0]["level"]) == ([0, 0, 0, 1], 4)


def test_a_processor_that_is_silent_gives_no_rate(
    as_operator: Client, fleet: list[Vehicle], around: Surroundings, status: Callable[..., Status]
) -> None:
    around.status = status(
        updated_ns=int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1e9)
    )
    assert data(as_operator)["fleet"]["frames_per_s"] is None


def test_who_reads_no_telemetry_sees_no_screen(
    as_system_admin: Client, around: Surroundings
) -> None:
    for name in NAMES:
        assert as_system_admin.get(f"/screen/{name}/").status_code == 403
        assert as_system_admin.get(f"/screen/{name}/data/").status_code == 403
    assert as_system_admin.get("/screen/").status_code == 403

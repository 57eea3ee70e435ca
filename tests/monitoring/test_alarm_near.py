"""Charging operator and nearest outlet of an alarm: what a list says, what the page of a grave one says."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import h3
import pytest
from django.test import Client
from tests.fleet.places import outlet, site
from tests.monitoring.alarms import opened
from tests.monitoring.car import report
from tests.monitoring.conftest import Surroundings

from voltward.base.errors import BadInput
from voltward.fleet.models import Vehicle
from voltward.monitoring.alarm_lists import ALARMS
from voltward.monitoring.alarm_near import distance_text, give_near, spot_of
from voltward.monitoring.models import DeskRule
from voltward.monitoring.selectors.alarms import alarm_visible
from voltward.monitoring.services.desk_rules import Proposal, desk_rule_propose
from voltward.records import days
from voltward.records.models import Maker, Person

pytestmark = pytest.mark.django_db
PLACE = (121.4712, 31.2345)
CELL = h3.latlng_to_cell(PLACE[1], PLACE[0], 7)
CHARGING, DRIVING = {"charging": 1}, {"vehicle_state": 1, "speed_kmh": 60.0, "charging": 3}
PARKED = {"vehicle_state": 2, "speed_kmh": 0.0, "charging": 3}


def near_of(actor: Person):  # type: ignore[no-untyped-def]
    alarms = list(alarm_visible(actor).order_by("pk"))
    give_near(actor, alarms)
    return [one.near for one in alarms]


def test_a_list_says_the_outlet_in_whole_kilometres_from_the_hexagon(
    maker: Maker, operator: Person, vehicle: Vehicle
) -> None:
    outlet(maker, "W1", 121.5, 31.26)
    opened(vehicle, cell=CELL, state_then=CHARGING)
    opened(vehicle, cell="", rule="fault.4", state_then=CHARGING)
    here, nowhere = near_of(operator)
    assert re.fullmatch(r"网点 W1 · 约 \d+ km", here.outlet)
    assert (nowhere.outlet, nowhere.operator) == ("", "")


def test_what_a_list_says_is_the_same_wherever_in_its_hexagon_the_vehicle_is(
    maker: Maker, operator: Person, vehicle: Vehicle
) -> None:
    """Else a name and a distance would tell more than the masked place does."""
    outlet(maker, "W1", 121.5, 31.26)
    site(maker, "C1", *PLACE)
    for number, (y, x) in enumerate(h3.cell_to_boundary(CELL)):
        inside = (0.02 * y + 0.98 * PLACE[1], 0.02 * x + 0.98 * PLACE[0])
        cell = h3.latlng_to_cell(*inside, 7)
        assert cell == CELL
        opened(vehicle, cell=cell, rule=f"fault.{number}", state_then=CHARGING)
    said = {(one.operator, one.outlet) for one in near_of(operator)}
    assert len(said) == 1
    assert not next(iter(near_of(operator))).is_exact


def test_a_list_names_every_operator_whose_site_the_vehicle_may_stand_at(
    maker: Maker, operator: Person, vehicle: Vehicle
) -> None:
    opened(vehicle, cell=CELL, state_then=CHARGING)
    assert near_of(operator)[0].operator == ""
    site(maker, "C1", *PLACE, operator="甲充电")
    assert near_of(operator)[0].operator == "可能为 甲充电"
    site(maker, "C2", PLACE[0] + 0.008, PLACE[1], operator="乙充电")
    site(maker, "C3", PLACE[0] + 0.009, PLACE[1], operator="丙充电")
    assert near_of(operator)[0].operator.endswith(" 等 3 家")
    site(maker, "C4", PLACE[0] + 0.2, PLACE[1], operator="丁充电")  # 19 km away
    assert near_of(operator)[0].operator.endswith(" 等 3 家")


def test_an_operator_is_said_of_charging_and_parked_vehicles_alone(
    maker: Maker, operator: Person, vehicle: Vehicle
) -> None:
    site(maker, "C1", *PLACE)
    for rule, state in (
        ("fault.1", CHARGING),
        ("fault.2", PARKED),
        ("fault.3", DRIVING),
        ("fault.4", {}),
    ):
        opened(vehicle, rule=rule, cell=CELL, state_then=state)
    assert [one.operator for one in near_of(operator)] == ["可能为 示例充电"] * 2 + [""] * 2


def test_how_near_counts_follows_the_row_in_force(
    maker: Maker, operator: Person, vehicle: Vehicle
) -> None:
    spot = spot_of(CELL)
    assert spot is not None
    beyond = spot.latitude_deg + (spot.within_m + 500) / 111_195
    site(maker, "C1", spot.longitude_deg, beyond)
    opened(vehicle, cell=CELL, state_then=CHARGING)
    assert near_of(operator)[0].operator == ""
    DeskRule.objects.create(
        code="charging_site_reach", amount=600, unit="metre", source="测试", confidence="M",
        effective_from=days.today(),
    )  # fmt: skip
    assert near_of(operator)[0].operator == "可能为 示例充电"


def test_a_reach_that_says_nothing_is_no_rule(safety_head: Person) -> None:
    for amount in (0, 2001):
        proposal = Proposal("charging_site_reach", 0, amount, "测试", "M", days.today())
        with pytest.raises(BadInput):
            desk_rule_propose(safety_head, proposal=proposal, reason="测试")
    proposal = Proposal("charging_site_reach", 0, 300, "测试", "M", days.today())
    assert desk_rule_propose(safety_head, proposal=proposal, reason="测试").pk


def test_distances_are_said_as_exactly_as_the_place_is_known() -> None:
    assert distance_text(123.4, is_exact=True) == "123\u2009m"
    assert distance_text(3249.0, is_exact=True) == "3.2\u2009km"
    assert distance_text(3249.0, is_exact=False) == "约 3 km"
    assert distance_text(120.0, is_exact=False) == "约 1 km"


def text_of(client: Client, address: str) -> str:
    page = html.unescape(client.get(address).content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_desk_sees_both_in_the_row(as_operator: Client, maker: Maker, vehicle: Vehicle) -> None:
    outlet(maker, "W1", 121.5, 31.26)
    site(maker, "C1", *PLACE)
    opened(vehicle, cell=CELL, state_then=PARKED)
    page = text_of(as_operator, "/alarms/")
    assert "充电运营商 可能为 示例充电" in page
    assert "最近网点 网点 W1 · 约" in page


def test_the_page_of_a_grave_alarm_says_them_exactly_and_of_another_it_does_not(
    as_operator: Client, maker: Maker, vehicle: Vehicle, around: Surroundings
) -> None:
    outlet(maker, "W1", 121.5, 31.26)
    site(maker, "C1", PLACE[0] + 0.001, PLACE[1])
    site(maker, "C2", PLACE[0] + 0.008, PLACE[1], operator="乙充电")
    at = {"longitude_deg": PLACE[0], "latitude_deg": PLACE[1]}
    now = datetime.now(UTC).replace(microsecond=0)
    around.put(report(vehicle.vin, now, place=at, charging="parked_charging", speed_kmh=0))
    mild = opened(vehicle, level=2, cell=CELL, state_then=CHARGING)
    said = text_of(as_operator, f"/alarms/{mild.pk}/")
    assert "可能为 示例充电 / 乙充电" in said
    assert re.search(r"网点 W1 · 约 \d km", said)
    opened(vehicle, level=3, rule="fault.4", cell=CELL, state_then=CHARGING)
    said = text_of(as_operator, f"/alarms/{mild.pk}/")
    assert "充电运营商 示例充电 站 C1 95 m 021-5550002 最近网点" in said
    assert "网点 W1 · 3.9 km 售后维修 · 08:00-20:00 021-5550001" in said


def test_a_vehicle_that_drives_on_is_at_no_site(
    as_operator: Client, maker: Maker, vehicle: Vehicle, around: Surroundings
) -> None:
    site(maker, "C1", *PLACE)
    at = {"longitude_deg": PLACE[0], "latitude_deg": PLACE[1]}
    around.put(report(vehicle.vin, datetime.now(UTC).replace(microsecond=0), place=at))
    alarm = opened(vehicle, level=3, cell=CELL, state_then=CHARGING)
    assert "充电运营商 — 最近网点 —" in text_of(as_operator, f"/alarms/{alarm.pk}/")


def test_the_api_says_what_the_list_says(
    as_operator: Client, maker: Maker, vehicle: Vehicle, operator: Person
) -> None:
    site(maker, "C1", *PLACE)
    alarm = opened(vehicle, cell=CELL, state_then=CHARGING)
    row = as_operator.get("/api/alarms/").json()["results"][0]
    assert (row["charging_operator"], row["outlet"]) == ("可能为 示例充电", None)
    ready = ALARMS.ready(operator, [alarm])
    assert ready[0].near.operator == "可能为 示例充电"

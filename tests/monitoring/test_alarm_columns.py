"""The alarm centre's columns: which are there at first, which a reader chooses, in which order rows come."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import h3
import pytest
from django.test import Client
from django.utils import timezone, translation
from tests.monitoring.alarms import opened

from voltward.fleet.models import Vehicle
from voltward.monitoring.alarm_cells import STACKS, slots_of
from voltward.monitoring.alarm_lists import ALARMS
from voltward.monitoring.alarm_words import where_text
from voltward.monitoring.provinces import NAMES, province_of
from voltward.records.models import Person
from voltward.records.services.list_views import list_columns_choose

pytestmark = pytest.mark.django_db
GUANGZHOU = h3.latlng_to_cell(23.13, 113.26, 7)


def row_of(page: str, alarm_id: int) -> str:
    return html.unescape(re.findall(rf'<tr id="alarm-{alarm_id}".*?</tr>', page, re.DOTALL)[0])


def heads_of(page: str) -> list[str]:
    head = re.findall(r"<thead.*?</thead>", page, re.DOTALL)[0]
    titles = re.findall(r"<th [^>]*>(?:<a[^>]*>)?([^<]*)", head)[1:]
    return [title.rstrip(" ↓↑") for title in titles]


def late_charging_alarm(vehicle: Vehicle, **more: object) -> int:
    at = timezone.now() - timedelta(minutes=42)
    alarm = opened(
        vehicle, level=3, at=at, cell=GUANGZHOU, is_late=True, is_reissue=True,
        state_then={"charging": 1, "soc_pct": 78.0}, **more,
    )  # fmt: skip
    type(alarm).objects.filter(pk=alarm.pk).update(received_at=at + timedelta(minutes=42))
    return int(alarm.pk)


def test_what_an_operator_needs_is_there_before_anybody_chose(
    as_operator: Client, vehicle: Vehicle
) -> None:
    alarm_id = late_charging_alarm(vehicle)
    page = as_operator.get("/alarms/").content.decode()
    assert heads_of(page) == [str(stack.title) for stack in STACKS]
    row = row_of(page, alarm_id)
    for said in (
        "充电 · SOC 78\u2009%", "补发 · 晚 42 分钟", "平台研判 · ", "广东 · 23.1", "充电运营商 —",
        "最近网点 —", vehicle.vin, vehicle.model_name,
    ):  # fmt: skip
        assert said in row, said


def test_chosen_columns_are_kept_and_drawn_by_page_and_live_rows_alike(
    as_operator: Client, operator: Person, vehicle: Vehicle
) -> None:
    alarm_id = late_charging_alarm(vehicle)
    list_columns_choose(operator, of="alarm", columns=["level", "vin", "rule", "opened_at"])
    page = as_operator.get("/alarms/").content.decode()
    assert heads_of(page) == ["研判", "VIN", "规则", "发生时间"]
    body = as_operator.get(f"/alarms/rows/?id={alarm_id}").json()["rows"][0]["html"]
    for row in (row_of(page, alarm_id), html.unescape(body)):
        assert "insulation.low" in row
        assert "广东" not in row
        assert row.count("<td") == 5
    asked = as_operator.get("/alarms/?columns=place").content.decode()
    assert heads_of(asked) == ["位置"]
    assert "广东 · 23.1" in row_of(asked, alarm_id)


def test_the_chooser_offers_every_column_and_goes_back_to_the_usual(
    as_operator: Client, vehicle: Vehicle
) -> None:
    opened(vehicle)
    page = as_operator.get("/alarms/").content.decode()
    offered = re.findall(r'name="columns" value="(\w+)"', page)
    assert [one.key for one in ALARMS.columns] == offered[: len(ALARMS.columns)]
    as_operator.post("/lists/alarm/columns/", {"columns": ["verdict"], "query": ""})
    assert heads_of(as_operator.get("/alarms/").content.decode()) == ["结论"]
    as_operator.post("/lists/alarm/columns/", {"usual": "1", "query": ""})
    assert len(heads_of(as_operator.get("/alarms/").content.decode())) == len(STACKS)


def test_another_readers_choice_is_not_mine(
    as_operator: Client, safety_head: Person, vehicle: Vehicle
) -> None:
    opened(vehicle)
    list_columns_choose(safety_head, of="alarm", columns=["vin"])
    assert len(heads_of(as_operator.get("/alarms/").content.decode())) == len(STACKS)


def test_the_heads_order_by_time_and_by_urgency(as_operator: Client, vehicle: Vehicle) -> None:
    now = timezone.now()
    old = opened(vehicle, level=4, rule="thermal.runaway", at=now - timedelta(days=1))
    new = opened(vehicle, level=1, at=now)

    def shown(query: str) -> list[int]:
        page = as_operator.get(f"/alarms/?{query}").content.decode()
        return [int(one) for one in re.findall(r'<tr id="alarm-(\d+)"', page)]

    assert shown("") == shown("sort=-level") == [old.pk, new.pk]
    assert shown("sort=-opened_at") == shown("sort=level") == [new.pk, old.pk]
    page = as_operator.get("/alarms/?sort=-opened_at").content.decode()
    assert re.search(r'aria-sort="descending"><a href="[^"]*sort=opened_at[^"]*">发生', page)
    assert "data-first" not in page  # what is new has no place in an order of its own


def test_columns_that_are_read_together_share_a_cell_where_the_first_was_chosen() -> None:
    keys = ["vin", "title", "rule", "judged", "model"]
    found = [[keys[place] for place in at] for _stack, at in slots_of(keys)]
    assert found == [["vin", "model"], ["title", "judged"], ["rule"]]


def test_a_place_is_told_with_its_province_and_no_nearer(vehicle: Vehicle) -> None:
    assert where_text(GUANGZHOU).startswith("广东 · 23.1")
    assert where_text("") == "—"
    assert province_of(h3.latlng_to_cell(35.7, 139.7, 7)) == ""
    assert province_of("nonsense") == ""
    with translation.override("en"):
        assert where_text(GUANGZHOU).startswith("Guangdong · ")


@pytest.mark.parametrize(
    ("name", "latitude", "longitude"),
    [("北京", 39.90, 116.40), ("天津", 39.13, 117.19), ("河北", 38.04, 114.50),
     ("重庆", 29.56, 106.55), ("四川", 30.66, 104.07), ("香港", 22.32, 114.17), ("海南", 20.02, 110.33)],
)  # fmt: skip
def test_a_city_lies_in_its_province_even_inside_anothers_outline(
    name: str, latitude: float, longitude: float
) -> None:
    assert str(NAMES[province_of(h3.latlng_to_cell(latitude, longitude, 7))]) == name


def test_the_api_tells_the_province_by_its_code(as_operator: Client, vehicle: Vehicle) -> None:
    opened(vehicle, cell=GUANGZHOU)
    (row,) = as_operator.get("/api/alarms/").json()["results"]
    assert row["province"] == "44"
    assert row["place"].startswith("23.1")

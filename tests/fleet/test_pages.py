"""The list of vehicles and the record of one, as pages."""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.records.models import AuditRow, ExportRule, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db


def many(maker: Maker, number: int) -> None:
    vins = [f"LVVDB11B0RE{index:06d}" for index in range(number)]
    vehicle_admit_unregistered(installation(), vins=vins, key=b"k" * 32, fallback=maker)


def whole(answer: Any) -> bytes:
    """A streamed file as the browser gets it."""
    return b"".join(answer.streaming_content)


def test_the_list_shows_only_the_own_makers_vehicles(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    text = as_operator.get("/vehicles/").content.decode()
    assert vehicle.vin in text
    assert other_vehicle.vin not in text


def test_an_empty_list_says_what_fills_it(as_operator: Client) -> None:
    assert "还没有车辆" in as_operator.get("/vehicles/").content.decode()


def test_a_filter_without_answers_offers_to_clear_it(as_operator: Client, vehicle: Vehicle) -> None:
    text = as_operator.get("/vehicles/?vin=LFP").content.decode()
    assert "没有符合筛选条件的记录" in text
    assert vehicle.vin not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [("vin=000001", True), ("vin=lvvdb", True), ("vin=B11B", False), ("model_name=示例", True),
     ("state=unregistered", False), ("state=registered", True)],
)  # fmt: skip
def test_the_filter_narrows_the_list(
    as_operator: Client, vehicle: Vehicle, query: str, found: bool
) -> None:
    assert (vehicle.vin in as_operator.get(f"/vehicles/?{query}").content.decode()) is found


@pytest.mark.parametrize(
    "query", ["page=999", "page=x", "sort=-password", "sort=vin", "export=exe", "state=%00"]
)
def test_odd_queries_are_answered(as_operator: Client, vehicle: Vehicle, query: str) -> None:
    assert as_operator.get(f"/vehicles/?{query}").status_code == 200


def test_long_lists_come_in_pages_and_can_be_sorted(as_operator: Client, operator: Person) -> None:
    assert operator.maker is not None
    many(operator.maker, 120)
    first = as_operator.get("/vehicles/").content.decode()
    assert "共 120 条" in first
    assert first.count("/record/") == 0
    assert "LVVDB11B0RE000049" in first
    assert "LVVDB11B0RE000050" not in first
    page = as_operator.get("/vehicles/?sort=-vin").content.decode()
    for _ in range(2):
        link = re.search(r'rel="next" href="([^"]*)"', page)
        assert link
        page = as_operator.get("/vehicles/" + html.unescape(link[1])).content.decode()
    assert "LVVDB11B0RE000000" in page
    assert 'rel="next"' not in page


def test_the_export_holds_what_the_filter_shows_and_is_recorded(
    as_operator: Client, operator: Person
) -> None:
    assert operator.maker is not None
    many(operator.maker, 120)
    answer = as_operator.get("/vehicles/?vin=00001&export=csv")
    lines = whole(answer).decode("utf-8-sig").splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("VIN,车型")
    assert AuditRow.objects.get(action="vehicle.export").subject == f"{len(lines) - 1} rows"
    book = zipfile.ZipFile(BytesIO(whole(as_operator.get("/vehicles/?export=xlsx"))))
    assert b"LVVDB11B0RE000119" in book.read("xl/worksheets/sheet1.xml")


def test_an_export_above_the_limit_is_refused_with_words(
    as_operator: Client, operator: Person
) -> None:
    assert operator.maker is not None
    many(operator.maker, 2)
    ExportRule.objects.update(rows=1)
    answer = as_operator.get("/vehicles/?export=csv")
    assert answer.status_code == 422
    assert "导出上限" in answer.content.decode()
    assert not AuditRow.objects.filter(action="vehicle.export").exists()


def test_the_record_of_another_maker_is_not_found(
    as_operator: Client, other_vehicle: Vehicle
) -> None:
    for path in (
        f"/vehicles/{other_vehicle.vin}/",
        f"/vehicles/{other_vehicle.vin}/record/",
        "/vehicles/x/",
    ):
        answer = as_operator.get(path)
        assert answer.status_code == 404
        assert answer["X-Request-Number"] in answer.content.decode()


def test_the_record_warns_of_a_wrong_check_digit(as_operator: Client, vehicle: Vehicle) -> None:
    text = as_operator.get(f"/vehicles/{vehicle.vin}/record/").content.decode()
    assert "校验码不符" in text


def test_a_vehicles_page_opens_at_its_first_tab(as_operator: Client, vehicle: Vehicle) -> None:
    answer = as_operator.get(f"/vehicles/{vehicle.vin}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/vehicles/{vehicle.vin}/")


def test_a_vehicle_is_registered_by_form(as_operator: Client, operator: Person) -> None:
    answer = as_operator.post(
        "/vehicles/register/", {"vin": "LVVDB11B0RE000009", "model_name": "M1"}
    )
    assert answer.status_code == 302
    assert Vehicle.objects.get().maker == operator.maker


def test_the_form_says_what_is_wrong(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    for vin, words in (
        (vehicle.vin, "该车辆已建档"),
        (other_vehicle.vin, "未被占用"),
        ("I" * 17, "17 位"),
    ):
        answer = as_operator.post("/vehicles/register/", {"vin": vin})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_a_system_admin_may_not_register(as_system_admin: Client) -> None:
    assert (
        as_system_admin.post("/vehicles/register/", {"vin": "LVVDB11B0RE000009"}).status_code == 403
    )
    assert not Vehicle.objects.exists()


def test_the_search_box_answers_with_links_and_opens_the_only_hit(
    as_operator: Client, vehicle: Vehicle
) -> None:
    partly = as_operator.get("/search/?q=000001", headers={"HX-Request": "true"}).content.decode()
    assert f"/vehicles/{vehicle.vin}/" in partly
    assert as_operator.get("/search/?q=000001")["Location"] == f"/vehicles/{vehicle.vin}/"
    nothing = as_operator.get("/search/?q=<script>").content.decode()
    assert "<script>”" not in nothing
    assert "没有与" in nothing


def test_who_may_read_no_vehicles_finds_none(as_system_admin: Client, vehicle: Vehicle) -> None:
    text = as_system_admin.get(f"/search/?q={vehicle.vin}").content.decode()
    assert f"/vehicles/{vehicle.vin}/" not in text

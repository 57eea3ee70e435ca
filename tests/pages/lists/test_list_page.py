"""A list as page and as API: what an address may ask, what it shows, and what it gives away."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from voltward.fleet.lists import VEHICLES
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.fleet.ui.vehicles import VehicleList
from voltward.pages.lists.api import api_of
from voltward.pages.lists.declaration import MASK, ListColumn
from voltward.pages.room import REGISTRY, Room
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db


def many(maker: Maker | None, number: int, first: int = 0) -> None:
    assert maker is not None
    vins = [f"LVVDB11B0RE{index:06d}" for index in range(first, first + number)]
    vehicle_admit_unregistered(installation(), vins=vins, key=b"k" * 32, fallback=maker)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return html.unescape(answer.content.decode())


def whole(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]*)"', page)
    assert found, rel
    return f"/vehicles/{found[1]}"


# ---- facets


def test_facets_count_what_the_other_filters_leave(
    as_operator: Client, operator: Person, vehicle: Vehicle
) -> None:
    many(operator.maker, 4, first=100)
    page = as_operator.get("/vehicles/?model=示例轿跑").context["facets"]
    counts = {
        facet.name: [(one.value, one.count, one.chosen) for one in facet.shown] for facet in page
    }
    assert [one for one in counts["state"] if one[1]] == [("registered", 1, False)]
    assert ("unregistered", 0, False) in counts["state"]
    assert counts["model"] == [("示例轿跑", 1, True)]
    chosen = as_operator.get("/vehicles/?state=unregistered").context["facets"]
    counts = {facet.name: [(one.value, one.count) for one in facet.shown] for facet in chosen}
    assert {one for one in counts["state"] if one[1]} == {("registered", 1), ("unregistered", 4)}
    assert counts["model"] == []


def test_a_chip_takes_and_gives_back_its_choice(as_operator: Client, vehicle: Vehicle) -> None:
    page = text(as_operator, "/vehicles/?vin=000001")
    assert 'href="?vin=000001&state=registered"' in page
    page = text(as_operator, "/vehicles/?vin=000001&state=registered")
    assert re.search(r'class="vw-chip" aria-current="true" href="\?vin=000001"', page)
    assert '<input type="hidden" form="filter" name="state" value="registered">' in page


# ---- what an address may ask


def test_what_nobody_knows_is_ignored_on_pages_and_said(
    as_operator: Client, vehicle: Vehicle
) -> None:
    for query, hint in (
        ("colour=red", "found colour, known are vin, "),
        ("sort=-password", "sort: found -password, known are vin, "),
        ("columns=vin,password", "columns: found password, known are vin, "),
    ):
        page = text(as_operator, f"/vehicles/?{query}")
        assert hint in page
        assert vehicle.vin in page
    assert "已忽略" not in text(as_operator, "/vehicles/?vin=LVV&sort=-vin")


@pytest.mark.parametrize(
    ("query", "words"),
    [("colour=red", "found colour, known are vin, "), ("sort=password", "sort: found password, known are"),
     ("sort=maker__name", "sort: found maker__name"), ("fields=vin,maker", "fields: found maker, known are vin"),
     ("after=x", "cursor"), ("before=x", "cursor"), ("maker=1", "found maker"), ("vin__gt=A", "found vin__gt")],
)  # fmt: skip
def test_what_nobody_knows_is_an_error_of_the_api(
    as_operator: Client, vehicle: Vehicle, query: str, words: str
) -> None:
    answer = as_operator.get(f"/api/vehicles/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert words in answer.json()["detail"]
    assert vehicle.vin not in answer.content.decode()


def test_a_page_with_a_cursor_that_is_none_is_refused(
    as_operator: Client, vehicle: Vehicle
) -> None:
    assert vehicle.vin not in text(as_operator, "/vehicles/?after=guessed", 400)


def test_another_makers_cursor_opens_nothing(
    as_operator: Client, operator: Person, other_operator: Person
) -> None:
    many(operator.maker, 60)
    foreign = Client()
    foreign.force_login(other_operator)
    assert foreign.get(link(text(as_operator, "/vehicles/"), "next")).status_code == 400
    following = as_operator.get("/api/vehicles/?page_size=5").json()["next"]
    assert foreign.get(following).status_code == 400


def test_pages_lead_forth_and_back_while_rows_come_in(
    as_operator: Client, operator: Person
) -> None:
    many(operator.maker, 120, first=1000)
    first = text(as_operator, "/vehicles/")
    second = text(as_operator, link(first, "next"))
    many(operator.maker, 5)  # before everything shown so far
    assert "LVVDB11B0RE001050" in second
    assert "LVVDB11B0RE001049" not in second
    back = text(as_operator, link(second, "prev"))
    assert [f"LVVDB11B0RE{number:06d}" in back for number in (1000, 1049, 1050, 4)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert "LVVDB11B0RE000004" in text(as_operator, link(back, "prev"))


# ---- the API


def test_the_api_walks_by_its_links_in_any_order(as_operator: Client, operator: Person) -> None:
    many(operator.maker, 23)
    for sort in ("vin", "-vin", "first_seen_at", "-registered_at"):
        address, found = f"/api/vehicles/?page_size=5&sort={sort}&fields=vin", []
        counts = []
        while address:
            answer = as_operator.get(address).json()
            assert all(set(row) == {"vin"} for row in answer["results"])
            found += [row["vin"] for row in answer["results"]]
            counts.append(answer["count"])
            address = answer["next"]
        assert len(found) == len(set(found)) == 23
        assert counts == [23, None, None, None, None]
        assert answer["previous"]
        assert as_operator.get(answer["previous"]).json()["results"][-1]["vin"] == found[19]


def test_two_cursors_at_once_are_refused(as_operator: Client, vehicle: Vehicle) -> None:
    assert as_operator.get("/api/vehicles/?after=a&before=b").status_code == 400


def test_every_list_with_an_api_is_in_the_document(as_safety_head: Client) -> None:
    document = as_safety_head.get("/api/schema/").json()
    for one in (one for one in REGISTRY.lists().values() if one.api):
        get = document["paths"][f"/api/{one.api}"]["get"]
        named = {parameter["name"] for parameter in get["parameters"]}
        assert {
            *one.filterset.base_filters,
            "sort",
            "fields",
            "page_size",
            "after",
            "before",
        } <= named
    row = document["components"]["schemas"]["VehicleRow"]["properties"]
    assert set(row) == {column.key for column in VEHICLES.columns}
    now = next(
        one
        for one in document["paths"]["/api/vehicles/"]["get"]["parameters"]
        if one["name"] == "now"
    )
    assert "charging" in now["schema"]["enum"]


# ---- personal data


@pytest.fixture
def with_plates(monkeypatch: pytest.MonkeyPatch, vehicle: Vehicle) -> Vehicle:
    """The list of vehicles with a column of personal data."""
    column = ListColumn("车牌", key="plate", masked_by="owner.read")
    declared = replace(VEHICLES, columns=(*VEHICLES.columns[:1], column))
    monkeypatch.setattr(VehicleList, "declaration", declared)
    rooms = [replace(room, lists=()) for room in REGISTRY.rooms]
    monkeypatch.setattr(REGISTRY, "rooms", [*rooms, Room("test", lists=(declared,))])
    Vehicle.objects.update(plate="京A12345")
    vehicle.refresh_from_db()
    return vehicle


def test_personal_data_is_masked_on_the_page_and_in_a_plain_export(
    as_operator: Client, with_plates: Vehicle
) -> None:
    assert "京A12345" not in text(as_operator, "/vehicles/")
    assert MASK in text(as_operator, "/vehicles/")
    file = whole(as_operator.get("/vehicles/?export=csv"))
    assert "京A12345" not in file
    assert MASK in file


def test_personal_data_is_masked_in_the_api(with_plates: Vehicle, operator: Person) -> None:
    from rest_framework.test import APIRequestFactory, force_authenticate

    request = APIRequestFactory().get("/api/vehicles/")
    force_authenticate(request, user=operator)
    answer = api_of(VehicleList.declaration).as_view()(request)
    assert answer.data["results"][0]["plate"] == MASK


def test_with_a_reason_holders_of_the_grant_take_it_out_and_it_is_recorded(
    as_operator: Client, with_plates: Vehicle
) -> None:
    wish = {"export": "csv", "personal": "1"}
    refused = as_operator.post("/vehicles/?vin=LVV", {**wish, "reason": " "})
    assert refused.status_code == 422
    assert not AuditRow.objects.filter(action="vehicle.export").exists()
    answer = as_operator.post(
        "/vehicles/?vin=LVV&columns=vin,plate", {**wish, "reason": "事故联络"}
    )
    assert "京A12345" in whole(answer)
    row = AuditRow.objects.get(action="vehicle.export")
    assert (row.result, row.subject) == ("read", "1 rows")
    assert row.after == {
        "query": "vin=LVV", "sort": "", "columns": ["vin", "plate"], "format": "csv", "rows": 1,
        "personal": True, "reason": "事故联络",
    }  # fmt: skip


def test_without_the_grant_a_reason_uncovers_nothing(
    with_plates: Vehicle, operator: Person
) -> None:
    from voltward.records.services import person_create

    reader = person_create(
        installation(), login="quality", display_name="q", maker=operator.maker,
        roles=["quality_engineer"],
    )  # fmt: skip
    client = Client()
    client.force_login(reader)
    answer = client.post("/vehicles/", {"export": "csv", "personal": "1", "reason": "x"})
    assert "京A12345" not in whole(answer)


def test_a_masked_column_cannot_sort() -> None:
    with pytest.raises(ValueError, match="masked columns cannot sort"):
        replace(VEHICLES, columns=(ListColumn("x", key="x", sort="plate", masked_by="owner.read"),))


# ---- export


def test_the_export_has_the_chosen_columns_in_the_chosen_order_of_rows(
    as_operator: Client, operator: Person
) -> None:
    many(operator.maker, 3)
    file = whole(
        as_operator.get("/vehicles/?export=csv&columns=vin,state&sort=-vin&state=unregistered")
    )
    assert file.splitlines() == [
        "VIN,车辆状态",
        *(f"LVVDB11B0RE00000{number},未建档" for number in (2, 1, 0)),
    ]


def test_no_cell_of_an_export_runs_as_a_formula(
    as_operator: Client, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    Vehicle.objects.update(model_name="=cmd|' /C calc'!A0")
    address = "/vehicles/?export=csv&columns=vin,model_name"
    assert "'=cmd" in whole(as_operator.get(address))
    monkeypatch.setattr("voltward.pages.lists.export.harmless", lambda value: value)
    assert ",=cmd" in whole(as_operator.get(address))  # the broken build shows here


def test_the_audit_trail_of_an_export_is_there_before_the_file(
    as_operator: Client, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.records.services.audit.write_row", lambda *x, **y: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        as_operator.get("/vehicles/?export=csv")

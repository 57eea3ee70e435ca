"""Service outlets and charging sites: who writes them, closing, history, import, pages.

Listing, filtering, export and API: ``tests/pages/lists/test_every_list.py``.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.fleet.places import OUTLET, SITE, site
from tests.records.import_runs import applied, csv_of, keep_under, worked

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.place_subjects import find_outlets, find_sites
from voltward.fleet.selectors.places import outlet_listed, place_listed
from voltward.fleet.services import places
from voltward.records import days, selectors, services
from voltward.records.history import history_of
from voltward.records.models import AuditRow, ImportRun, Maker, Person, Unit
from voltward.records.services import imports

pytestmark = pytest.mark.django_db


def person(maker: Maker, role: str) -> Person:
    return services.person_create(
        selectors.installation(), login=role, display_name=role, maker=maker, roles=[role]
    )


@pytest.fixture
def aftersales(maker: Maker) -> Person:
    return person(maker, "aftersales")


def last_audit(action: str) -> Any:
    row = AuditRow.objects.filter(action=action, result="done").order_by("pk").last()
    assert row is not None
    return row


def test_an_outlet_is_added_and_changed_with_its_history(aftersales: Person) -> None:
    row = places.outlet_write(aftersales, values=OUTLET)
    places.outlet_write(aftersales, values={"phone": "021-5559999"}, row_id=row.pk)
    told = last_audit("outlet.write")
    assert (told.before, told.after) == ({"phone": "021-5550001"}, {"phone": "021-5559999"})
    newest = history_of(row)[0]
    assert (newest.action, newest.actor) == ("outlet.write", "aftersales")
    assert newest.fields == (("值班电话", "021-5550001", "021-5559999"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"longitude_deg": 181.0}, {"latitude_deg": -90.5}, {"datum": "bd09"}, {"kind": "shop"},
        {"name": ""}, {"longitude_deg": 0.0, "latitude_deg": 0.0}, {"closed_on": date(2026, 1, 1)},
        {"maker": 1}, {"latitude_deg": float("nan")},
    ],
)  # fmt: skip
def test_what_is_no_outlet_is_refused_and_nothing_written(
    aftersales: Person, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadInput):
        places.outlet_write(aftersales, values={**OUTLET, **wrong})
    assert not ServiceOutlet.objects.exists()
    assert not AuditRow.objects.filter(action="outlet.write", result="done").exists()


def test_a_code_is_the_makers_own_once(aftersales: Person, other_operator: Person) -> None:
    places.outlet_write(aftersales, values=OUTLET)
    with pytest.raises(BadInput):
        places.outlet_write(aftersales, values=OUTLET)
    row = places.site_write(other_operator, values=SITE)
    assert places.site_write(aftersales, values=SITE).maker != row.maker
    with pytest.raises(NotFound):
        places.site_write(aftersales, values={"name": "别家"}, row_id=row.pk)
    with pytest.raises(NotFound):
        places.site_close(aftersales, row_id=row.pk, closed_on=days.today(), reason="停")


def test_an_outlet_belongs_to_a_unit_that_is_one(
    aftersales: Person, maker: Maker, other_maker: Maker
) -> None:
    unit = Unit.objects.create(maker=maker, kind="outlet", code="U1", name="浦东")
    plant = Unit.objects.create(maker=maker, kind="plant", code="U2", name="工厂")
    strange = Unit.objects.create(maker=other_maker, kind="outlet", code="U1", name="别家")
    with pytest.raises(BadInput):
        places.outlet_write(aftersales, values={**OUTLET, "unit": plant})
    with pytest.raises(NotFound):
        places.outlet_write(aftersales, values={**OUTLET, "unit": strange})
    row = places.outlet_write(aftersales, values={**OUTLET, "unit": unit})
    assert unit.service_outlet == row
    with pytest.raises(BadInput):
        places.outlet_write(aftersales, values={**OUTLET, "code": "W2", "unit": unit})


WRITERS = {
    "outlet": {"aftersales", "safety_head"},
    "site": {"aftersales", "safety_head", "monitoring_operator"},
}


@pytest.mark.parametrize(
    "role",
    [
        "aftersales", "safety_head", "monitoring_operator", "outlet", "quality_engineer",
        "incident_desk", "production", "auditor", "regulator", "system_admin",
    ],
)  # fmt: skip
def test_each_kind_is_written_by_those_who_answer_for_it_alone(maker: Maker, role: str) -> None:
    actor = person(maker, role)
    for kind, write, values in (
        ("outlet", places.outlet_write, OUTLET),
        ("site", places.site_write, SITE),
    ):
        if role in WRITERS[kind]:
            assert write(actor, values=values).pk
        else:
            with pytest.raises(NotPermitted):
                write(actor, values=values)
    assert ServiceOutlet.objects.count() == (role in WRITERS["outlet"])
    assert ChargingSite.objects.count() == (role in WRITERS["site"])


def test_a_closing_names_its_day_and_reason_and_is_taken_back(aftersales: Person) -> None:
    row = places.site_write(aftersales, values=SITE)
    soon = days.today() + timedelta(days=3)
    with pytest.raises(BadInput):
        places.site_close(aftersales, row_id=row.pk, closed_on=soon, reason=" ")
    with pytest.raises(WrongState):
        places.site_reopen(aftersales, row_id=row.pk, reason="开")
    places.site_close(aftersales, row_id=row.pk, closed_on=soon, reason="场地到期")
    assert last_audit("site.close").after == {"closed_on": str(soon), "reason": "场地到期"}
    assert place_listed(aftersales, ChargingSite).get().state == "open"
    with pytest.raises(WrongState):
        places.site_close(aftersales, row_id=row.pk, closed_on=soon, reason="再停")
    places.site_reopen(aftersales, row_id=row.pk, reason="续租")
    places.site_close(aftersales, row_id=row.pk, closed_on=days.today(), reason="停")
    assert place_listed(aftersales, ChargingSite).get().state == "closed"
    assert last_audit("site.reopen").before == {"closed_on": str(soon)}


# ---- files


HEADERS = [
    "网点编号", "网点名称", "城市区域", "经度", "纬度", "坐标系", "值班电话", "网点类型", "营业时间", "停业日期",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_under(tmp_path, monkeypatch)


@pytest.mark.usefixtures("folder")
def test_a_file_adds_and_changes_outlets_and_is_undone(safety_head: Person) -> None:
    old = places.outlet_write(safety_head, values=OUTLET)
    rows = [
        ["W1", "浦东网点", "上海 浦东新区", "121.51", "31.2", "", "021-5550009", "", "", ""],
        ["W2", "回收点", "上海 嘉定区", "121.2", "31.4", "gcj02", "", "battery_take_back", "", "2026-02-01"],
        ["W3", "错", "上海", "421.2", "31.4", "", "", "", "", ""],
        ["W4", "错", "上海", "", "31.4", "", "", "", "", ""],
    ]  # fmt: skip
    run = applied(safety_head, csv_of(rows, HEADERS), kind="service_outlet", good_rows_only=True)
    assert (run.new_rows, run.changed_rows, run.refused_rows) == (1, 1, 2)
    old.refresh_from_db()
    assert (old.longitude_deg, old.phone, old.hours) == (121.51, "021-5550009", "08:00-20:00")
    fresh = ServiceOutlet.objects.get(code="W2")
    assert (fresh.kind, fresh.datum) == ("battery_take_back", "gcj02")
    assert fresh.closed_on == date(2026, 2, 1)
    assert [change.kind for change in history_of(fresh)] == ["insert"]
    imports.import_ask_undo(safety_head, run_id=run.pk)
    assert worked(run).kept_rows == 0
    old.refresh_from_db()
    assert old.longitude_deg == 121.5
    assert not ServiceOutlet.objects.filter(code="W2").exists()


@pytest.mark.usefixtures("folder")
def test_a_file_adds_charging_sites_and_needs_operator_and_source(aftersales: Person) -> None:
    headers = ["场站编号", "场站名称", "城市区域", "lng", "lat", "充电运营商", "数据来源"]
    rows = [
        ["C1", "一站", "上海", "121.5", "31.2", "示例充电", "清单"],
        ["C2", "二站", "上海", "121.5", "31.2", "", "清单"],
        ["C3", "三站", "上海", "121.5", "31.2", "示例充电", ""],
    ]
    run = applied(aftersales, csv_of(rows, headers), kind="charging_site", good_rows_only=True)
    assert (run.new_rows, run.refused_rows) == (1, 2)
    assert ChargingSite.objects.get().operator == "示例充电"


@pytest.mark.parametrize("kind", ["service_outlet", "charging_site"])
def test_who_may_not_write_a_kind_imports_none(maker: Maker, kind: str) -> None:
    actor = person(maker, "production")  # may import other things
    with pytest.raises(NotPermitted):
        imports.import_upload(actor, kind=kind, file_name="k.csv", pieces=[b"x"])
    assert not ImportRun.objects.exists()


# ---- pages


def client_of(actor: Person) -> Client:
    client = Client()
    client.force_login(actor)
    return client


def form_of(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize(
    ("slug", "kind", "values"),
    [("outlets", ServiceOutlet, OUTLET), ("charging-sites", ChargingSite, SITE)],
)
def test_the_pages_add_change_close_and_open_again(
    aftersales: Person, slug: str, kind: type[Any], values: dict[str, Any]
) -> None:
    client = client_of(aftersales)
    wrong = {**form_of(values), "latitude_deg": "95"}
    assert client.post(f"/{slug}/new/", wrong).status_code == 422
    assert client.post(f"/{slug}/new/", form_of(values)).status_code == 302
    row = kind.objects.get()
    assert client.post(f"/{slug}/new/", form_of(values)).status_code == 422
    client.post(f"/{slug}/{row.pk}/edit/", form_of({**values, "name": "新名"}))
    client.post(f"/{slug}/{row.pk}/close/", {"closed_on": days.today(), "reason": "停"})
    row.refresh_from_db()
    assert (row.name, row.closed_on) == ("新名", days.today())
    assert "已停业" in client.get(f"/{slug}/{row.pk}/").content.decode()
    assert client.post(f"/{slug}/{row.pk}/close/", {}).status_code == 422
    client.post(f"/{slug}/{row.pk}/close/", {"reason": "开"})
    row.refresh_from_db()
    assert row.closed_on is None


@pytest.mark.parametrize(
    ("role", "status"),
    [("outlet", 200), ("regulator", 200), ("production", 403), ("system_admin", 403)],
)
def test_who_reads_places_sees_no_way_to_change_them(maker: Maker, role: str, status: int) -> None:
    row, client = site(maker, "C9", 121.5, 31.2), client_of(person(maker, role))
    answer = client.get(f"/charging-sites/{row.pk}/")
    assert answer.status_code == status
    assert f"/charging-sites/{row.pk}/edit/" not in answer.content.decode()
    for path in ("new/", f"{row.pk}/edit/", f"{row.pk}/close/"):
        assert client.post(f"/charging-sites/{path}", form_of(SITE)).status_code == 403
    row.refresh_from_db()
    assert row.closed_on is None
    assert ChargingSite.objects.count() == 1


def test_another_makers_place_is_not_found(maker: Maker, other_operator: Person) -> None:
    row, client = site(maker, "C9", 121.5, 31.2), client_of(other_operator)
    for path in ("", "edit/", "close/"):
        assert client.get(f"/charging-sites/{row.pk}/{path}").status_code == 404
    assert not place_listed(other_operator, ChargingSite).exists()


def test_the_search_box_finds_places_by_code_or_name(
    aftersales: Person, other_operator: Person
) -> None:
    places.outlet_write(aftersales, values=OUTLET)
    places.site_write(aftersales, values=SITE)
    assert [one.title for one in find_outlets(aftersales, "浦东", 5)] == ["浦东网点"]
    assert [one.title for one in find_outlets(aftersales, "W1", 5)] == ["浦东网点"]
    assert [one.title for one in find_sites(aftersales, "世纪", 5)] == ["世纪大道站"]
    assert not find_sites(other_operator, "世纪", 5)
    assert outlet_listed(aftersales).get().state == "open"

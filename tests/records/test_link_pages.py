"""Linking records from their pages: by number, in either direction, by those who may."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.conftest import _person

from voltward.base.errors import NotFound
from voltward.fleet import services
from voltward.fleet.models import BatteryType, Terminal, Vehicle
from voltward.fleet.services import products
from voltward.records import links
from voltward.records.actions import label
from voltward.records.models import AuditRow, Link, Person

pytestmark = pytest.mark.django_db
REPLACES = "fleet.replaces"


@pytest.fixture
def second(operator: Person) -> Vehicle:
    return services.vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)


@pytest.fixture
def terminal(safety_head: Person) -> Terminal:
    return products.terminal_write(safety_head, values={"serial": "T-1"})


def sent(kind: str, other_kind: str, other: str) -> dict[str, str]:
    return {"kind": kind, "other_kind": other_kind, "other": other}


def panel(client: Client, address: str) -> str:
    """What the page shows of its links."""
    text = client.get(address).content.decode()
    return text.split('id="links"')[1].split("</section>")[0]


def test_a_link_made_on_one_page_stands_on_both_in_its_own_words(
    as_operator: Client, vehicle: Vehicle, terminal: Terminal
) -> None:
    address = f"/links/of/{label(terminal)}/add/"
    answer = as_operator.post(address, sent(REPLACES + links.BACK, "Vehicle", vehicle.vin.lower()))
    assert answer["Location"].startswith("/terminals/")
    link = Link.objects.get()
    assert (link.source, link.target) == (label(vehicle), label(terminal))
    mine = panel(as_operator, f"/terminals/{terminal.pk}/")
    assert "被替换为" in mine
    assert vehicle.vin in mine
    theirs = panel(as_operator, f"/vehicles/{vehicle.vin}/record/")
    assert "替换了" in theirs
    assert f"/terminals/{terminal.pk}/" in theirs


def test_a_link_without_direction_is_kept_once(
    operator: Person, vehicle: Vehicle, second: Vehicle
) -> None:
    one, two = label(vehicle), label(second)
    first = links.link_make(operator, kind=links.RELATED.code, source=two, target=one)
    again = links.link_make(operator, kind=links.RELATED.code, source=one, target=two)
    assert first == again
    assert [row.title for row in links.links_of(operator, one)] == ["相关"]


def test_a_number_nobody_has_another_makers_and_the_record_itself_are_refused_with_words(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    address = f"/links/of/{label(vehicle)}/add/"
    for other_kind, other, words in (
        ("Vehicle", "LVVDB11B0RE999999", "没有找到"), ("Vehicle", other_vehicle.vin, "没有找到"),
        ("Nothing", vehicle.vin, "没有找到"), ("Vehicle", "", "没有找到"),
        ("Vehicle", vehicle.vin, "不能与自己关联"),
    ):  # fmt: skip
        answer = as_operator.post(address, sent(REPLACES, other_kind, other), follow=True)
        assert words in answer.content.decode()
    assert "须从列表中选择" in as_operator.post(
        address, sent("nothing", "Vehicle", vehicle.vin), follow=True
    ).content.decode()  # fmt: skip
    assert not Link.objects.exists()


def test_links_are_read_by_many_and_written_by_few(
    as_operator: Client, operator: Person, vehicle: Vehicle, second: Vehicle, other_operator: Person
) -> None:
    assert operator.maker is not None
    link = links.link_make(operator, kind=REPLACES, source=label(vehicle), target=label(second))
    auditor, stranger = Client(), Client()
    auditor.force_login(_person("auditor", "auditor", operator.maker))
    stranger.force_login(other_operator)
    shown = panel(auditor, f"/vehicles/{vehicle.vin}/record/")
    assert second.vin in shown
    assert "<form" not in shown
    address = f"/links/of/{label(vehicle)}/add/"
    assert auditor.post(address, sent(REPLACES, "Vehicle", second.vin)).status_code == 403
    assert auditor.post(f"/links/{link.pk}/remove/").status_code == 403
    assert stranger.post(address, sent(REPLACES, "Vehicle", second.vin)).status_code == 404
    assert stranger.post(f"/links/{link.pk}/remove/").status_code == 404
    assert Link.objects.get() == link


def test_a_link_is_removed_from_the_page_and_stays_in_the_trail(
    as_operator: Client, operator: Person, vehicle: Vehicle, second: Vehicle
) -> None:
    link = links.link_make(operator, kind=REPLACES, source=label(vehicle), target=label(second))
    page = f"/vehicles/{vehicle.vin}/record/"
    assert as_operator.post(f"/links/{link.pk}/remove/", {"next": page})["Location"] == page
    assert second.vin not in panel(as_operator, page)
    assert AuditRow.objects.get(action="link.remove").before["target"] == label(second)
    assert as_operator.post(f"/links/{link.pk}/remove/").status_code == 404


def test_records_are_named_as_people_call_them(
    safety_head: Person, operator: Person, other_operator: Person, vehicle: Vehicle,
    terminal: Terminal,
) -> None:  # fmt: skip
    battery = products.battery_type_write(safety_head, values={"name": "NCM 96S"})
    assert isinstance(battery, BatteryType)
    for kind, text, row in (
        ("Vehicle", f" {vehicle.vin.lower()} ", vehicle), ("Terminal", "T-1", terminal),
        ("BatteryType", "NCM 96S", battery),
    ):  # fmt: skip
        assert links.label_named(operator, kind, text) == label(row)
        with pytest.raises(NotFound):
            links.label_named(other_operator, kind, text)
    with pytest.raises(NotFound):
        links.label_named(operator, "Configuration", "NCM 96S")

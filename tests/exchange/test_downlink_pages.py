"""下行指令: the list, a vehicle's tab, the forms, one command's page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.exchange.downlinks_made import agreed, alarm_of, asked

from voltward.exchange.models import DownlinkCommand
from voltward.fleet.models import Vehicle
from voltward.records.models import Person

pytestmark = pytest.mark.django_db
REASON = {"edition": "2016", "reason": "现场核对"}


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def ask_url(vehicle: Vehicle, kind: str) -> str:
    return reverse("downlink-ask", args=[vehicle.vin, kind])


@pytest.mark.parametrize(
    ("kind", "given", "body"),
    [
        ("query", {"ids": ["2", "9"]}, {"ids": [2, 9]}),
        ("set", {"p2": "10", "p5": "a.cn"}, {"values": {"2": 10, "5": "a.cn"}}),
        ("set", {"p16": "1"}, {"values": {"16": 1}}),
        ("control", {"control": "6", "level": "2", "text": "停车"}, {"level": 2, "text": "停车"}),
        ("control", {"control": "3"}, {}),
    ],
)
def test_each_kind_is_asked_for_by_its_form(
    kind: str, given: dict[str, object], body: dict[str, object], operator: Person, vehicle: Vehicle
) -> None:
    client = client_of(operator)
    assert client.get(ask_url(vehicle, kind)).status_code == 200
    answer = client.post(ask_url(vehicle, kind), {**REASON, **given})
    row = DownlinkCommand.objects.get()
    assert answer["Location"] == reverse("downlink-command", args=[row.pk])
    assert (row.kind, row.body, row.reason) == (kind, body, "现场核对")


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("query", {}),
        ("set", {}),
        ("set", {"p2": "601"}),
        ("control", {"control": "6"}),
        ("control", {"control": "1"}),
        ("control", {"control": "2"}),
        ("query", {"ids": ["2"], "reason": ""}),
    ],
)
def test_a_form_that_says_too_little_or_too_much_writes_nothing(
    kind: str, given: dict[str, object], operator: Person, vehicle: Vehicle
) -> None:
    answer = client_of(operator).post(ask_url(vehicle, kind), {**REASON, **given})
    assert answer.status_code == 422
    assert not DownlinkCommand.objects.exists()


def test_a_shutdown_offers_the_open_alarms_of_its_vehicle(
    operator: Person, vehicle: Vehicle
) -> None:
    alarm, client = alarm_of(vehicle), client_of(operator)
    assert f'value="Alarm:{alarm.pk}"' in client.get(ask_url(vehicle, "control")).content.decode()
    client.post(
        ask_url(vehicle, "control"), {**REASON, "control": "2", "grounds": f"Alarm:{alarm.pk}"}
    )
    assert DownlinkCommand.objects.get().alarm == alarm


def test_the_page_and_the_tab_show_a_command_and_let_it_be_taken_back(
    operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    row, client = agreed(operator, safety_head, vehicle), client_of(operator)
    url = reverse("downlink-command", args=[row.pk])
    page = client.get(url).content.decode()
    assert vehicle.vin in page
    assert "心跳发送周期" in page
    assert url in client.get(reverse("vehicle-downlink", args=[vehicle.vin])).content.decode()
    assert url in client.get(reverse("downlink-commands")).content.decode()
    withdraw = reverse("downlink-withdraw", args=[row.pk])
    assert client.post(withdraw, {"reason": ""}).status_code == 302
    row.refresh_from_db()
    assert row.state == "queued"
    client.post(withdraw, {"reason": "不再需要"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_who_may_not_read_or_ask_is_turned_away(
    operator: Person, other_operator: Person, maker: object, vehicle: Vehicle
) -> None:
    row = asked(operator, vehicle)
    foreign = client_of(other_operator)
    assert foreign.get(reverse("downlink-command", args=[row.pk])).status_code == 404
    assert foreign.get(ask_url(vehicle, "query")).status_code == 404
    assert client_of(operator).get(ask_url(vehicle, "strange")).status_code == 404


def test_whoever_lacks_the_grant_sees_no_command(system_admin: Person, vehicle: Vehicle) -> None:
    client = client_of(system_admin)
    assert client.get(reverse("downlink-commands")).status_code == 403
    assert client.get(ask_url(vehicle, "query")).status_code == 403

"""The desk's pages, its API and its lines on the workbench: for whoever may, of their own maker alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.monitoring import alarms

from voltward.fleet.models import Vehicle
from voltward.monitoring.alarm_tasks import (
    alarm_tasks,
    alarm_tasks_count,
    alarm_tasks_wider,
    find_alarms,
)
from voltward.monitoring.models import Alarm, DeskRule, DispositionRule, OwnerOptOut
from voltward.monitoring.services.alarm_news import alarm_news_work
from voltward.monitoring.services.alarms import alarm_claim
from voltward.records.models import Approval, Maker, Person
from voltward.records.working_time import beijing_day

pytestmark = pytest.mark.django_db


def api(token: str, query: str = "") -> dict:  # type: ignore[type-arg] # whatever JSON there is
    headers = {"authorization": f"Bearer {token}"}
    answer = Client().get(f"/api/alarms/{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()  # type: ignore[no-any-return]


def test_an_integrator_reads_alarms_of_a_vehicle_with_values_and_limit(
    api_token: str, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    limit = {"key": "insulation.low", "value": 100.0, "unit": "Ω/V", "revision": "builtin"}
    alarm = alarms.opened(vehicle, level=3, first={"ohm_per_v": 80.5}, limit=limit)
    alarms.opened(other_vehicle)
    (row,) = api(api_token, f"?vin={vehicle.vin}")["results"]
    assert (row["id"], row["vin"], row["rule"]) == (alarm.pk, vehicle.vin, "insulation.low")
    assert (row["level"], row["state"], row["reported_level"]) == (3, "new", None)
    assert (row["values"], row["limit"], row["cleared_at"]) == ({"ohm_per_v": 80.5}, limit, None)
    assert row["opened_at"] == alarm.opened_at.isoformat().replace("+00:00", "Z")
    assert api(api_token, f"?vin={other_vehicle.vin}")["results"] == []


def test_pages_of_the_api_go_by_key_and_repeat_nothing(api_token: str, vehicle: Vehicle) -> None:
    now = timezone.now()
    made = [
        alarms.opened(vehicle, rule=f"fault.{number}", at=now - timedelta(minutes=number)).pk
        for number in range(5)
    ]
    seen, query = [], "?page_size=2"
    while query:
        page = api(api_token, query)
        seen += [row["id"] for row in page["results"]]
        query = f"?{page['next'].partition('?')[2]}" if page["next"] else ""
    assert seen == made


def test_a_role_without_the_grant_reads_no_alarms(as_system_admin: Client) -> None:
    for address in ("/api/alarms/", "/alarms/", "/alarms/load/", "/owner-notices/"):
        assert as_system_admin.get(address).status_code == 403


# ---- the vehicle's tab


def test_a_vehicles_tab_shows_its_alarms_advice_and_episodes(
    as_operator: Client, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle, level=3, rule="fault.4")
    alarm_news_work()
    page = as_operator.get(f"/vehicles/{vehicle.vin}/alarms/").content.decode()
    assert f"#{alarm.pk}" in page
    assert "立即" in page
    assert "vw-strip-3" in page


def test_an_empty_tab_says_so_and_another_makers_is_not_found(
    as_operator: Client, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    assert "该车没有告警" in as_operator.get(f"/vehicles/{vehicle.vin}/alarms/").content.decode()
    assert as_operator.get(f"/vehicles/{other_vehicle.vin}/alarms/").status_code == 404


def test_an_owners_wish_is_put_down_and_taken_back_on_the_tab(
    as_operator: Client, vehicle: Vehicle
) -> None:
    address = f"/vehicles/{vehicle.vin}/alarms/opt-out/"
    for level in ("3", "x", ""):
        as_operator.post(address, {"up_to_level": level, "reason": "来电"})
    assert not OwnerOptOut.objects.exists()
    as_operator.post(address, {"up_to_level": "2", "reason": "来电"})
    assert OwnerOptOut.objects.get().up_to_level == 2
    as_operator.post(address, {"up_to_level": "0", "reason": "来电"})
    assert OwnerOptOut.objects.get().effective_to is not None


# ---- rules


def test_a_rule_is_proposed_on_its_page_and_shown_until_somebody_agrees(
    as_safety_head: Client, as_operator: Client
) -> None:
    given = {
        "title": "短时自解除", "level": "1", "condition": "self_cleared", "amount": "5",
        "deed": "close", "verdict": "false", "cause": "自行解除", "source": "企业规定",
        "effective_from": beijing_day(timezone.now()).isoformat(), "reason": "夜班",
    }  # fmt: skip
    assert as_operator.post("/alarms/dispositions/propose/", given).status_code == 403
    refused = as_safety_head.post("/alarms/dispositions/propose/", {**given, "amount": ""})
    assert refused.status_code == 422
    made = as_safety_head.post("/alarms/dispositions/propose/", given)
    row = DispositionRule.objects.get()
    assert made["Location"] == f"/alarms/dispositions/{row.pk}/"
    assert "待复核" in as_operator.get(made["Location"]).content.decode()


def test_a_number_of_the_desk_is_proposed_on_its_page(as_safety_head: Client) -> None:
    rule = DeskRule.objects.get(code="snooze_longest", from_level=3)
    given = {
        "amount": "30", "source": "企业规定", "confidence": "A", "reason": "夜班",
        "effective_from": beijing_day(timezone.now()).isoformat(),
    }  # fmt: skip
    as_safety_head.post(f"/alarms/load/rules/{rule.pk}/", given)
    assert Approval.objects.get().kind == "desk.rule"
    assert "值班规则" in as_safety_head.get("/alarms/load/").content.decode()


# ---- the workbench and the search box


def test_the_workbench_holds_own_alarms_and_grave_ones_that_nobody_has(
    operator: Person, maker: Maker, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    colleague = alarms.person(maker, "colleague", "monitoring_operator")
    own = alarms.opened(vehicle, level=1, rule="fault.1")
    alarms.opened(vehicle, level=2, rule="fault.2")
    grave = alarms.opened(vehicle, level=3, rule="fault.3")
    taken = alarms.opened(vehicle, level=4, rule="thermal.runaway")
    alarms.opened(other_vehicle, level=4)
    alarm_news_work()
    alarm_claim(operator, alarm_ids=[own.pk])
    alarm_claim(colleague, alarm_ids=[taken.pk])
    lines = alarm_tasks(operator, 10)
    assert [one.url for one in lines] == [f"/alarms/{grave.pk}/", f"/alarms/{own.pk}/"]
    assert lines[0].due_at == grave.received_at + timedelta(minutes=3)
    assert alarm_tasks_count(operator) == 2
    assert len(alarm_tasks_wider(operator, "all", 10)) == 4


def test_the_search_box_finds_an_alarm_by_its_number_for_its_maker_alone(
    operator: Person, other_operator: Person, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle)
    for text in (str(alarm.pk), f" #{alarm.pk}"):
        assert [hit.url for hit in find_alarms(operator, text, 5)] == [f"/alarms/{alarm.pk}/"]
        assert find_alarms(other_operator, text, 5) == []
    for text in ("", "#", "x1", "9" * 30, "①"):
        assert find_alarms(operator, text, 5) == []
    assert Alarm.objects.count() == 1

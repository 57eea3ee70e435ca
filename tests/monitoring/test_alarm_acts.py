"""Steps on alarms as forms and scripts ask for them: all or none, refusals in words, hand-over."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.monitoring.alarms import opened, person

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, OwnerAdvice
from voltward.monitoring.services.advice import owner_advise
from voltward.records.models import Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db


def sent(client: Client, address: str, **fields: Any) -> tuple[int, dict[str, str]]:
    """As the page's script sends it."""
    answer = client.post(f"/alarms/{address}/", fields, headers={"Accept": "application/json"})
    return answer.status_code, answer.json()


def test_many_are_claimed_in_one_step(
    vehicle: Vehicle, operator: Person, as_operator: Client
) -> None:
    alarms = [opened(vehicle, rule=rule) for rule in ("cell.spread", "soc.jump")]
    status, body = sent(as_operator, "do/claim", alarm=[one.pk for one in alarms])
    assert (status, body) == (200, {"said": "已处理 2 条告警。"})
    assert set(Alarm.objects.values_list("owner", "state")) == {(operator.pk, "claimed")}


def test_one_that_somebody_else_has_leaves_all_as_they_were(
    vehicle: Vehicle, maker: Maker, as_operator: Client
) -> None:
    other = person(maker, "colleague", "monitoring_operator")
    free = opened(vehicle)
    theirs = opened(vehicle, rule="cell.spread", owner=other, state="claimed")
    status, body = sent(as_operator, "do/claim", alarm=[free.pk, theirs.pk])
    assert status == 422
    assert "已被他人处理" in body["detail"]
    free.refresh_from_db()
    assert (free.state, free.owner) == ("new", None)


def test_another_makers_alarm_is_not_there(other_vehicle: Vehicle, as_operator: Client) -> None:
    theirs = opened(other_vehicle)
    status, body = sent(as_operator, "do/claim", alarm=[theirs.pk])
    assert (status, body["detail"]) == (422, "没有这条告警，或没有这位处理人。")


def test_who_only_reads_alarms_may_do_nothing_to_them(vehicle: Vehicle, maker: Maker) -> None:
    alarm, client = opened(vehicle), Client()
    client.force_login(person(maker, "reader", "quality_engineer"))
    for address in ("do/claim", "close", "handover"):
        assert client.post(f"/alarms/{address}/", {"alarm": alarm.pk}).status_code == 403
    page = client.get("/alarms/").content.decode()
    assert "data-act=" not in page


def test_a_call_and_a_note_are_of_one_alarm(vehicle: Vehicle, as_operator: Client) -> None:
    first, second = opened(vehicle, level=3), opened(vehicle, rule="cell.spread")
    call = {"whom": "owner", "outcome": "reached", "text": "车主已离车"}
    assert sent(as_operator, "do/called", alarm=first.pk, **call)[0] == 200
    assert sent(as_operator, "do/note", alarm=first.pk, text="等待消防")[0] == 200
    assert sent(as_operator, "do/note", alarm=[first.pk, second.pk], text="x")[0] == 422
    said = list(first.steps.order_by("pk").values_list("kind", "text"))
    assert said[-2:] == [("called", "车主已离车"), ("noted", "等待消防")]


def test_fields_that_are_missing_are_asked_for(vehicle: Vehicle, as_operator: Client) -> None:
    alarm = opened(vehicle)
    for step in ("assign", "snooze", "merge", "workshop", "incident", "note"):
        assert sent(as_operator, f"do/{step}", alarm=alarm.pk) == (
            422, {"detail": "请把内容填写完整。"},
        )  # fmt: skip
    assert sent(as_operator, "close", alarm=alarm.pk, verdict="false")[0] == 422


def test_a_step_that_is_none_is_not_found(vehicle: Vehicle, as_operator: Client) -> None:
    alarm = opened(vehicle)
    assert as_operator.post("/alarms/do/destroy/", {"alarm": alarm.pk}).status_code == 404


def test_closing_below_level_three_is_done_and_above_it_waits_for_the_second_person(
    vehicle: Vehicle, as_operator: Client
) -> None:
    slight, grave = opened(vehicle, level=2), opened(vehicle, level=3, rule="cell.spread")
    fields = {"verdict": "false", "cause": "传感器接插件松动"}
    assert sent(as_operator, "close", alarm=[slight.pk, grave.pk], **fields)[0] == 200
    states = dict(Alarm.objects.values_list("pk", "state"))
    assert states == {slight.pk: "closed", grave.pk: "closing"}


def test_a_hand_over_gives_the_next_shift_all_that_is_in_hand(
    vehicle: Vehicle, maker: Maker, operator: Person, as_operator: Client
) -> None:
    following = person(maker, "next-shift", "monitoring_operator")
    mine = opened(vehicle, owner=operator, state="claimed")
    free = opened(vehicle, rule="cell.spread")
    assert sent(as_operator, "handover", person_id=following.pk)[0] == 200
    for alarm in (mine, free):
        alarm.refresh_from_db()
    assert (mine.owner, free.owner) == (following, None)
    status, body = sent(as_operator, "handover", person_id=following.pk)
    assert (status, body["detail"]) == (422, "手中没有未结的告警，无需交接。")


def test_a_form_without_a_script_comes_back_with_the_words(
    vehicle: Vehicle, as_operator: Client
) -> None:
    alarm = opened(vehicle)
    where = f"http://testserver/alarms/{alarm.pk}/"
    answer = as_operator.post(
        "/alarms/do/claim/", {"alarm": alarm.pk}, headers={"Referer": where}, follow=True
    )
    assert answer.redirect_chain == [(where, 302)]
    assert "已处理 1 条告警。" in answer.content.decode()
    answer = as_operator.post(
        "/alarms/do/claim/", {"alarm": alarm.pk}, headers={"Referer": "https://example.com/"}
    )
    assert answer["Location"] == "/alarms/"


def test_what_came_of_the_owners_advice_is_said_on_the_alarms_page(
    vehicle: Vehicle, operator: Person, as_operator: Client
) -> None:
    alarm = opened(vehicle, level=2)
    owner_advise(installation(), alarm=alarm)
    page = as_operator.get(f"/alarms/{alarm.pk}/").content.decode()
    assert 'name="outcome"' in page
    assert "登记结果" in page
    given = {"alarm": alarm.pk, "outcome": "done", "text": "工单 8812"}
    assert as_operator.post("/alarms/do/advice/", given).status_code == 302
    advice = OwnerAdvice.objects.get()
    assert (advice.outcome, advice.outcome_by, advice.outcome_text) == (
        "done",
        operator,
        "工单 8812",
    )
    page = as_operator.get(f"/alarms/{alarm.pk}/").content.decode()
    assert "已办理" in page
    assert "登记结果" not in page


@pytest.mark.parametrize("outcome", ["open", "replaced", ""])
def test_an_outcome_that_only_the_platform_knows_is_not_taken(
    vehicle: Vehicle, as_operator: Client, outcome: str
) -> None:
    alarm = opened(vehicle, level=2)
    owner_advise(installation(), alarm=alarm)
    status, _ = sent(as_operator, "do/advice", alarm=alarm.pk, outcome=outcome, text="x")
    assert status == 422
    assert OwnerAdvice.objects.get().outcome == "open"


def test_who_only_reads_says_nothing_of_advice(vehicle: Vehicle, maker: Maker) -> None:
    alarm, client = opened(vehicle, level=2), Client()
    owner_advise(installation(), alarm=alarm)
    client.force_login(person(maker, "reader", "quality_engineer"))
    assert "登记结果" not in client.get(f"/alarms/{alarm.pk}/").content.decode()
    given = {"alarm": alarm.pk, "outcome": "done", "text": "x"}
    assert client.post("/alarms/do/advice/", given).status_code == 403
    assert OwnerAdvice.objects.get().outcome == "open"

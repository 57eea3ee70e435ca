"""Pages of the roster: what each reader sees and may press."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.monitoring.duty.desk import HOUR, person, shift

from voltward.monitoring.models import HandOver, PresenceCheck, Shift, ShiftPattern
from voltward.records.models import DeadlineRule, Maker, Person

pytestmark = pytest.mark.django_db
NOW = timezone.now


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


@pytest.fixture
def client_of():  # type: ignore[no-untyped-def]
    def made(who: Person) -> Client:
        client = Client()
        client.force_login(who)
        return client

    return made


def test_without_a_roster_the_page_says_what_to_do_and_the_top_bar_is_silent(
    as_operator: Client,
) -> None:
    page = text_of(as_operator, "/duty/")
    assert "先建立班次" in page
    assert "无班次" not in page


def test_the_top_bar_says_who_is_on_now(
    as_operator: Client, safety_head: Person, operator: Person
) -> None:
    shift(safety_head, NOW() - HOUR, operator)
    assert "早班 · operator" in text_of(as_operator, "/duty/").replace("\n", "")


def test_a_month_is_made_on_the_pages_by_the_head_alone(
    as_safety_head: Client, as_operator: Client, operator: Person
) -> None:
    given = {"name": "早班", "starts": "08:00", "ends": "16:00", "people_needed": 1}
    assert as_operator.post("/duty/patterns/", given).status_code == 403
    assert as_safety_head.post("/duty/patterns/", given).status_code == 302
    assert as_safety_head.post("/duty/patterns/", given).status_code == 422
    of = ShiftPattern.objects.get()
    month = f"{(NOW() + timedelta(days=31)):%Y-%m}"
    wish = {"month": month, "pattern_id": of.pk, "person_1": operator.pk}
    assert as_operator.post("/duty/make/", wish).status_code == 403
    assert as_safety_head.post("/duty/make/", wish).status_code == 302
    assert Shift.objects.filter(people__person=operator).count() >= 28
    assert "operator" in text_of(as_operator, f"/duty/?month={month}")
    assert as_safety_head.post(f"/duty/patterns/{of.pk}/close/").status_code == 302


def test_a_gap_is_red_before_it_happens(as_operator: Client, safety_head: Person) -> None:
    shift(safety_head, NOW() + HOUR)
    page = text_of(as_operator, "/duty/")
    assert "缺 1 人" in page
    assert "vw-clock-late" in page


def test_a_shift_is_worked_on_its_page(
    as_safety_head: Client,
    client_of,
    safety_head: Person,
    operator: Person,
    maker: Maker,  # type: ignore[no-untyped-def]
) -> None:
    taker = person(maker, "taker")
    row = shift(safety_head, NOW() + HOUR)
    address = f"/duty/shifts/{row.pk}/"
    page = as_safety_head.post(
        address, {"step": "assign", "assign-person_id": operator.pk}, follow=True
    )
    assert "未检查" in page.content.decode()
    asking = {"step": "swap", "swap-person_id": taker.pk, "swap-reason": "家中有事"}
    assert client_of(operator).post(address, asking).status_code == 302
    swap = row.swaps.get()
    assert (
        client_of(operator).post(address, {"step": "agree", "number": swap.pk}).status_code == 422
    )
    assert client_of(taker).post(address, {"step": "agree", "number": swap.pk}).status_code == 302
    assert row.people.get().person == taker
    assert (
        client_of(taker).post(address, {"step": "unassign", "number": taker.pk}).status_code == 422
    )
    assert as_safety_head.post(address, {"step": "unassign", "number": taker.pk}).status_code == 302
    assert not row.people.exists()


def test_a_check_is_answered_with_one_press_by_whoever_was_asked(
    client_of,
    safety_head: Person,
    operator: Person,
    other_operator: Person,  # type: ignore[no-untyped-def]
) -> None:
    row = shift(safety_head, NOW() - HOUR, operator)
    check = PresenceCheck.objects.create(
        maker=row.maker, shift=row, person=operator, planned_at=NOW(), asked_at=NOW(),
        rule=DeadlineRule.objects.get(code="duty_presence_answer"), answer_by=NOW() + HOUR,
    )  # fmt: skip
    address = f"/duty/checks/{check.pk}/"
    assert client_of(other_operator).get(address).status_code == 404
    assert "我在岗" not in text_of(client_of(safety_head), address)
    assert client_of(safety_head).post(address).status_code == 403
    mine = client_of(operator)
    assert "我在岗" in text_of(mine, address)
    assert "查岗" in text_of(mine, "/workbench/")
    assert mine.post(address).status_code == 302
    check.refresh_from_db()
    assert check.state == "answered"
    assert "100.0 %" in text_of(mine, "/duty/checks/figures/")


def test_a_hand_over_is_signed_on_its_page_by_both_and_a_missing_one_is_shown(
    client_of,
    safety_head: Person,
    operator: Person,
    maker: Maker,  # type: ignore[no-untyped-def]
) -> None:
    taker = person(maker, "taker")
    row = shift(safety_head, NOW() - 9 * HOUR, operator)
    shift(safety_head, row.ends_at, taker, name="中班")
    address = f"/duty/shifts/{row.pk}/hand-over/"
    assert "没有双方签字" in text_of(client_of(taker), "/duty/hand-overs/")
    assert "未交接" in text_of(client_of(taker), "/duty/shifts/")
    assert client_of(taker).post(address, {"step": "give", "note": "x"}).status_code == 422
    assert (
        client_of(operator).post(address, {"step": "give", "note": "无特别事项"}).status_code == 302
    )
    assert "接班签字" in text_of(client_of(taker), "/workbench/")
    assert client_of(operator).post(address, {"step": "take"}).status_code == 422
    assert client_of(taker).post(address, {"step": "take", "note": ""}).status_code == 302
    assert HandOver.objects.get().is_done
    assert "没有双方签字" not in text_of(client_of(taker), "/duty/hand-overs/")


def test_who_has_nothing_to_do_with_the_desk_sees_none_of_it(client_of, maker: Maker) -> None:  # type: ignore[no-untyped-def]
    client = client_of(person(maker, "outlet", "outlet"))
    for page in ("", "shifts/", "checks/", "checks/figures/", "hand-overs/", "phones/", "make/"):
        assert client.get(f"/duty/{page}").status_code == 403
    assert client.get("/platform/availability/").status_code == 403

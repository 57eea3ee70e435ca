"""Clock, task, approval, rule and calendar pages: what they show and what they let whom do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone
from tests.answers import body_of
from tests.records.clocks_made import client_of, person, started, utc

from voltward.base.errors import WrongState
from voltward.fleet.models import Vehicle
from voltward.records.approvals import approval_withdraw
from voltward.records.models import (
    Approval,
    AssignedTask,
    Maker,
    Person,
)
from voltward.records.selectors.deadlines import deadline_in_force
from voltward.records.services.clock_changes import clock_extend
from voltward.records.services.clocks import clock_stop
from voltward.records.working_time import beijing_day

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk(maker: Maker) -> Person:
    return person(maker, "desk", "incident_desk")


@pytest.fixture
def as_desk(desk: Person) -> Client:
    return client_of(desk)


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


# ---- clock and task pages


def test_a_clock_page_says_the_rule_its_source_and_what_can_be_done(
    as_desk: Client, operator: Person
) -> None:
    clock = started(operator)
    text = text_of(as_desk, f"/clocks/{clock.pk}/")
    for part in (
        "质函〔2019〕5号",
        "B · 可靠转载",
        "12 小时",
        "剩 10 小时",
        "时间过 75%",
        "需第二人批准",
    ):
        assert part in text, part


def test_forms_of_a_clock_do_what_they_say_and_say_what_is_missing(
    as_desk: Client, desk: Person, operator: Person
) -> None:
    clock = started(operator)
    path = f"/clocks/{clock.pk}/"
    refused = as_desk.post(path, {"step": "stop", "stop-met": "yes"})
    assert refused.status_code == 422
    assert "请填写凭证或凭证链接。" in refused.content.decode()
    as_desk.post(path, {"step": "assign", "assign-owner_id": desk.pk})
    given = {"step": "hand_over", "hand_over-owner_id": operator.pk, "hand_over-note": "下班"}
    assert as_desk.post(path, given).status_code == 302
    change = {"step": "severity", "severity-severity": "severe", "severity-reason": "有人受伤"}
    assert as_desk.post(path, change).status_code == 302
    later = timezone.localtime(timezone.now() + 30 * HOUR).strftime("%Y-%m-%dT%H:%M")
    as_desk.post(path, {"step": "extend", "extend-to_at": later, "extend-reason": "封锁"})
    met = {"step": "stop", "stop-met": "yes", "stop-proof_text": "回执 7"}
    assert as_desk.post(path, met).status_code == 302
    clock.refresh_from_db()
    assert (clock.owner, clock.rule.severity, clock.state) == (operator, "severe", "met")
    assert Approval.objects.get().kind == "clock.extension"
    assert "按时完成" in text_of(as_desk, path)


def test_a_reader_sees_a_clock_and_no_form(maker: Maker, operator: Person) -> None:
    auditor = client_of(person(maker, "auditor", "auditor"))
    clock = started(operator)
    assert '<form class="vw-form"' not in text_of(auditor, f"/clocks/{clock.pk}/")
    met = {"step": "stop", "stop-met": "yes", "stop-proof_text": "x"}
    assert auditor.post(f"/clocks/{clock.pk}/", met).status_code == 403


def test_an_unconfirmed_calendar_is_said_loudly(as_operator: Client, operator: Person) -> None:
    far = timezone.now() + timedelta(days=365 * 20)
    clock = started(operator, code="ota_filing", started_at=far)
    assert "日历未确认" in text_of(as_operator, f"/clocks/{clock.pk}/")
    assert "还没有节假日安排" in text_of(as_operator, "/calendar/")


def test_the_panel_of_a_record_lists_its_clocks_and_only_for_readers(
    operator: Person, system_admin: Person, vehicle: Vehicle
) -> None:
    started(operator, subject=vehicle, subject_text=vehicle.vin)
    page = Template("{% load clocks %}{% clocks_panel vehicle %}")
    request = RequestFactory().get("/")
    for reader, shown in ((operator, True), (system_admin, False)):
        request.user = reader
        text = page.render(Context({"request": request, "vehicle": vehicle}))
        assert ("起火冒烟事故基本信息" in text) is shown


def test_a_task_is_assigned_and_done_on_its_pages(
    as_operator: Client, operator: Person, as_desk: Client, desk: Person
) -> None:
    given = {"title": "核对电话", "owner_id": desk.pk, "due_at": "2026-12-01T08:00"}
    assert as_operator.post("/tasks/assign/", given).status_code == 302
    task = AssignedTask.objects.get()
    assert task.due_at == utc(2026, 12, 1, 0)  # eight in the morning in Beijing
    assert as_operator.post("/tasks/assign/", {"title": ""}).status_code == 422
    path = f"/tasks/{task.pk}/"
    assert as_desk.post(path, {"step": "done", "done-note": "好"}).status_code == 302
    assert as_desk.post(path, {"step": "done"}).status_code == 422
    assert "好" in text_of(as_operator, path)


# ---- approvals, rules, calendar


def test_an_approval_says_who_what_and_why_and_is_decided_by_the_second(
    as_operator: Client, operator: Person, as_safety_head: Client
) -> None:
    clock = started(operator)
    later = timezone.now() + 30 * HOUR
    approval = clock_extend(operator, clock_id=clock.pk, to_at=later, reason="现场封锁")
    path = f"/approvals/{approval.pk}/"
    text = text_of(as_safety_head, path)
    for part in ("operator", "现场封锁", "新截止时间", timezone.localtime(later).strftime("%m-%d")):
        assert part in text
    assert "事故 1" in text_of(as_safety_head, "/workbench/")
    assert "撤回申请" in text_of(as_operator, path)
    assert as_operator.post(path, {"step": "accept"}).status_code == 403
    assert as_safety_head.post(path, {"step": "refuse"}).status_code == 422
    assert as_safety_head.post(path, {"step": "accept", "note": "可"}).status_code == 302
    assert as_safety_head.post(path, {"step": "accept"}).status_code == 422
    clock.refresh_from_db()
    assert clock.due_at == later


def test_what_no_longer_applies_is_refused_in_words_and_waits(
    operator: Person, as_safety_head: Client
) -> None:
    clock = started(operator)
    approval = clock_extend(
        operator, clock_id=clock.pk, to_at=timezone.now() + 30 * HOUR, reason="x"
    )
    clock_stop(operator, clock_id=clock.pk, met=True, proof_text="回执")
    answer = as_safety_head.post(f"/approvals/{approval.pk}/", {"step": "accept"})
    assert answer.status_code == 422
    assert "不再适用" in answer.content.decode()
    assert Approval.objects.get().state == "waiting"


def test_a_wish_is_taken_back_and_another_makers_is_not_found(
    as_operator: Client, operator: Person, other_operator: Person
) -> None:
    clock = started(operator)
    approval = clock_extend(
        operator, clock_id=clock.pk, to_at=timezone.now() + 30 * HOUR, reason="x"
    )
    stranger = client_of(person(other_operator.maker, "head2", "safety_head"))  # type: ignore[arg-type]
    text_of(stranger, f"/approvals/{approval.pk}/", 404)
    as_operator.post(f"/approvals/{approval.pk}/", {"step": "withdraw"})
    assert Approval.objects.get().state == "withdrawn"
    assert "已撤回" in text_of(as_operator, "/approvals/?state=withdrawn")
    with pytest.raises(WrongState):
        approval_withdraw(operator, approval_id=approval.pk)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_rules_are_listed_with_source_and_confidence(as_operator: Client, language: str) -> None:
    as_operator.cookies["voltward_language"] = language
    text = text_of(as_operator, "/deadlines/")
    assert "F-2.11" in text
    assert ("B · 可靠转载" if language == "zh-hans" else "B · Reliable reprint") in text
    assert "recall_plan" not in text_of(as_operator, "/deadlines/?code=fire")
    assert "质函" in body_of(as_operator.get("/deadlines/?export=csv")).decode("utf-8-sig")


def test_a_revision_is_proposed_on_its_page(
    as_safety_head: Client, safety_head: Person, maker: Maker, as_operator: Client
) -> None:
    today = beijing_day(timezone.now())
    rule = deadline_in_force(maker.pk, code="fire_basic_samr", severity="", on=today)
    assert "提出修订" not in text_of(as_operator, f"/deadlines/{rule.pk}/")
    path = f"/deadlines/{rule.pk}/propose/"
    text_of(as_operator, path, 403)
    assert 'value="50%, 75%, 1h"' in text_of(as_safety_head, path)
    given = {
        "amount": 10, "unit": "hour", "warnings": "50%, 2h", "told_roles": ["safety_head"],
        "source": "新通知", "confidence": "A", "is_on": "on", "effective_from": today.isoformat(),
        "reason": "收紧",
    }  # fmt: skip
    assert as_safety_head.post(path, {**given, "warnings": "soon"}).status_code == 422
    assert as_safety_head.post(path, given).status_code == 302
    approval = Approval.objects.get()
    second = client_of(person(maker, "dpo", "data_protection_officer"))
    assert "12 → 10" in text_of(second, f"/approvals/{approval.pk}/")
    second.post(f"/approvals/{approval.pk}/", {"step": "accept"})
    now = deadline_in_force(maker.pk, code="fire_basic_samr", severity="", on=today)
    assert (now.amount, now.warnings) == (10, [{"share_pct": 50}, {"before_min": 120}])
    assert "本企业" in text_of(as_safety_head, f"/deadlines/{rule.pk}/")


def test_days_are_proposed_line_by_line(as_safety_head: Client, as_operator: Client) -> None:
    text_of(as_operator, "/calendar/propose/", 403)
    given = {"year": 2027, "source": "国办发明电", "is_complete": "on", "reason": "公布"}
    bad = as_safety_head.post("/calendar/propose/", {**given, "days": "2027-01-01 休\nsoon"})
    assert "第 2 行" in bad.content.decode()
    other = as_safety_head.post("/calendar/propose/", {**given, "days": "2028-01-01 休 元旦"})
    assert (bad.status_code, other.status_code) == (422, 422)
    days = "2027-01-01 休 元旦\n2027-01-03 班 元旦"
    assert as_safety_head.post("/calendar/propose/", {**given, "days": days}).status_code == 302
    assert Approval.objects.get().payload["days"] == [
        ["2027-01-01", "holiday", "元旦"], ["2027-01-03", "workday", "元旦"],
    ]  # fmt: skip

"""The workbench, clock, approval, rule and calendar pages: usual data, none, and far too much."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from tests.records.clocks_made import client_of, person, started, utc

from voltward.fleet.models import Vehicle
from voltward.pages.room import Task
from voltward.records.approvals import approval_withdraw
from voltward.records.models import (
    Approval,
    AssignedTask,
    Clock,
    Maker,
    Person,
    Post,
    PostHolder,
    Unit,
)
from voltward.records.remaining import remaining_text
from voltward.records.selectors.deadlines import deadline_in_force
from voltward.records.services.clock_changes import clock_extend
from voltward.records.services.clocks import clock_assign, clock_stop
from voltward.records.services.tasks import task_assign
from voltward.records.workbench import group_of
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


def figures(text: str) -> list[str]:
    return re.findall(r'class="vw-figure"[^>]*>\s*<span>[^<]*</span><b[^>]*>([^<]*)</b>', text)


# ---- words and groups


@pytest.mark.parametrize(
    ("left", "chinese", "english"),
    [
        (3 * HOUR + timedelta(minutes=12, seconds=59), "剩 3 小时 12 分", "3 h 12 min left"),
        (timedelta(seconds=59), "剩不足 1 分", "less than 1 min left"),
        (5 * DAY + 2 * HOUR, "剩 5 天 2 小时", "5 d 2 h left"),
        (-2 * DAY - HOUR, "超时 2 天", "2 d late"),
        (timedelta(0), "超时不足 1 分", "less than 1 min late"),
        (-timedelta(minutes=61), "超时 1 小时 1 分", "1 h 1 min late"),
    ],
)
def test_the_time_left_is_said_in_words(left: timedelta, chinese: str, english: str) -> None:
    now = utc(2026, 11, 25)
    with translation.override("zh-hans"):
        assert remaining_text(now + left, now) == chinese
    with translation.override("en"):
        assert remaining_text(now + left, now) == english


@pytest.mark.parametrize(
    ("due_at", "group"),
    [
        (utc(2026, 11, 25, 3), "late"), (utc(2026, 11, 25, 15, 59), "today"),
        (utc(2026, 11, 25, 16), "today"), (utc(2026, 11, 25, 16, 1), "week"),
        (utc(2026, 11, 29, 16), "week"), (utc(2026, 11, 29, 16, 1), "later"), (None, "later"),
    ],
)  # fmt: skip
def test_days_and_weeks_end_at_midnight_in_beijing(due_at: object, group: str) -> None:
    wednesday = utc(2026, 11, 25, 4)
    assert group_of(Task("x", "", "/", due_at=due_at), wednesday) == group  # type: ignore[arg-type]
    assert group_of(Task("x", "", "/", at_once=True), wednesday) == "today"


# ---- the workbench


def test_the_workbench_shows_all_sources_soonest_first(
    as_desk: Client, desk: Person, operator: Person
) -> None:
    started(operator, ago=2 * DAY, key="迟到的")
    started(operator, key="今天的", ago=timedelta(minutes=1), code="collision_report")
    task_assign(operator, title="核对车主电话", owner_id=desk.pk, due_at=timezone.now() + 30 * DAY)
    text = text_of(as_desk, "/workbench/")
    assert figures(text) == ["1", "1", "0", "2"]
    assert text.index("迟到的") < text.index("今天的") < text.index("核对车主电话")
    assert "超时 1 天" in text
    assert "vw-clock-late" in text
    assert "立即办理" in text
    assert '<b class="vw-count">3</b>' in text  # the menu counts what is mine


def test_an_empty_workbench_says_what_fills_it(as_desk: Client) -> None:
    assert "没有待办" in text_of(as_desk, "/workbench/")


def test_ten_times_too_much_is_cut_and_every_number_opens_its_rows(
    as_desk: Client, operator: Person
) -> None:
    first = started(operator, ago=2 * DAY)
    rows = Clock.objects.filter(pk=first.pk).values().get()
    rows.pop("id")
    Clock.objects.bulk_create(
        Clock(**{**rows, "subject": f"Incident:m{n}", "subject_text": f"事故 m{n}"})
        for n in range(1100)
    )
    text = text_of(as_desk, "/workbench/")
    assert figures(text)[0] == "1,000+"
    assert "还有 950 项" in text
    assert text.count('class="btn btn-primary">认领') == 50
    second = text_of(as_desk, "/workbench/?group=late&page=2")
    assert "2 / 20" in second


@pytest.mark.parametrize(
    "query", ["scope=x", "source=x", "group=x", "page=x", "group=late&page=99", "group=unclaimed"]
)
def test_odd_queries_are_answered(as_desk: Client, operator: Person, query: str) -> None:
    started(operator)
    assert as_desk.get(f"/workbench/?{query}").status_code == 200


def test_scopes_and_sources_narrow_the_list(
    as_desk: Client, desk: Person, operator: Person, maker: Maker
) -> None:
    unit = Unit.objects.create(maker=maker, code="A", name="应急部")
    below = Unit.objects.create(maker=maker, code="B", name="值守组", parent=unit)
    post = Post.objects.create(unit=unit, name="组长")
    PostHolder.objects.create(post=post, person=desk, since=date(2026, 1, 1))
    started(operator, key="我的", owner=desk)
    started(operator, key="部门的", unit=below, owner=operator)
    started(operator, key="别人的", owner=operator)
    seen = {
        scope: [key for key in ("我的", "部门的", "别人的") if f"事故 {key}" in text]
        for scope in ("mine", "unit", "all")
        if (text := text_of(as_desk, f"/workbench/?scope={scope}"))
    }
    assert seen == {
        "mine": ["我的"], "unit": ["我的", "部门的"], "all": ["我的", "部门的", "别人的"],
    }  # fmt: skip
    assert "事故" not in text_of(as_desk, "/workbench/?scope=all&source=tasks")


def test_another_makers_work_is_nowhere(as_operator: Client, other_operator: Person) -> None:
    clock = started(other_operator, key="隔壁的")
    task = task_assign(other_operator, title="隔壁任务", owner_id=other_operator.pk)
    text = text_of(as_operator, "/workbench/?scope=all") + text_of(as_operator, "/clocks/")
    assert "隔壁" not in text
    for path in (f"/clocks/{clock.pk}/", f"/tasks/{task.pk}/"):
        text_of(as_operator, path, 404)
    assert as_operator.post(f"/clocks/{clock.pk}/claim/").status_code == 404


def test_a_clock_is_claimed_with_one_click_and_not_twice(
    as_desk: Client, as_operator: Client, desk: Person, operator: Person
) -> None:
    clock = started(operator)
    answer = as_desk.post(f"/clocks/{clock.pk}/claim/", {"next": "/workbench/?scope=all"})
    assert answer["Location"] == "/workbench/?scope=all"
    as_operator.post(f"/clocks/{clock.pk}/claim/", {"next": "https://evil.example/"})
    assert "已由他人认领" in text_of(as_operator, f"/clocks/{clock.pk}/")
    clock.refresh_from_db()
    assert clock.owner == desk


def test_the_start_page_is_the_workbench_and_the_overview_stays_in_the_menu(
    as_operator: Client,
) -> None:
    assert as_operator.get("/")["Location"] == "/workbench/"
    text = text_of(as_operator, "/workbench/")
    assert 'href="/monitoring/"' in text
    assert text.index('href="/workbench/"') < text.index('href="/monitoring/"')


def test_an_administrator_sees_no_clocks(as_system_admin: Client, operator: Person) -> None:
    started(operator, key="机密")
    assert "机密" not in text_of(as_system_admin, "/workbench/?scope=all")
    text_of(as_system_admin, "/clocks/", 403)


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
    with pytest.raises(Exception, match="withdrawn"):
        approval_withdraw(operator, approval_id=approval.pk)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_rules_are_listed_with_source_and_confidence(as_operator: Client, language: str) -> None:
    as_operator.cookies["voltward_language"] = language
    text = text_of(as_operator, "/deadlines/")
    assert "F-2.11" in text
    assert ("B · 可靠转载" if language == "zh-hans" else "B · Reliable reprint") in text
    assert "recall_plan" not in text_of(as_operator, "/deadlines/?code=fire")
    assert "质函" in as_operator.get("/deadlines/?export=csv").content.decode("utf-8-sig")


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


def test_the_strip_of_every_page_counts_my_clocks(
    as_desk: Client, desk: Person, operator: Person
) -> None:
    late = started(operator, ago=2 * DAY)
    clock_assign(operator, clock_id=late.pk, owner_id=desk.pk)
    text = text_of(as_desk, "/account/")
    assert "1 个时钟" in text
    assert "1 超时" in text

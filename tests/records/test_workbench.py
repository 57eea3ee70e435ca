"""The workbench, clock, approval, rule and calendar pages: usual data, none, and far too much."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests.records.clocks_made import client_of, person, started, utc

from voltward.pages.room import Task
from voltward.records.models import (
    Clock,
    Maker,
    Person,
    Post,
    PostHolder,
    Unit,
)
from voltward.records.remaining import remaining_text
from voltward.records.services.clocks import clock_assign
from voltward.records.services.tasks import task_assign
from voltward.records.workbench import group_of

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


def test_the_strip_of_every_page_counts_my_clocks(
    as_desk: Client, desk: Person, operator: Person
) -> None:
    late = started(operator, ago=2 * DAY)
    clock_assign(operator, clock_id=late.pk, owner_id=desk.pk)
    text = text_of(as_desk, "/account/")
    assert "1 个时钟" in text
    assert "1 超时" in text

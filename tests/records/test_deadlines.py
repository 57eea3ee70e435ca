"""Deadline rules and the working calendar: seeded as facts, changed by two persons only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.records.clocks_made import person, started

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records.approvals import approval_accept, approval_refuse
from voltward.records.deadline_texts import warnings_read, warnings_written
from voltward.records.models import (
    Approval,
    AuditRow,
    CalendarYear,
    DeadlineRule,
    Maker,
    Person,
    WorkDay,
)
from voltward.records.selectors.deadlines import (
    deadline_in_force,
    deadlines_in_force,
    work_calendar,
)
from voltward.records.services.deadlines import Revision, deadline_propose
from voltward.records.services.work_calendar import calendar_propose, calendar_refresh
from voltward.records.working_time import beijing_day, end_of

pytestmark = pytest.mark.django_db
FACTS = json.loads(Path("src/voltward/records/facts/deadlines.json").read_text())
TODAY = beijing_day(timezone.now())


@pytest.fixture
def officer(maker: Maker) -> Person:
    return person(maker, "dpo", "data_protection_officer")


def fire(actor: Person, severity: str = "") -> DeadlineRule:
    return deadline_in_force(actor.maker_id, code="fire_basic_samr", severity=severity, on=TODAY)


def revision(rule: DeadlineRule, **changes: object) -> Revision:
    base = Revision(
        amount=rule.amount, unit=rule.unit, month_day=rule.month_day, source=rule.source,
        confidence=rule.confidence, note=rule.note, warnings=tuple(rule.warnings),
        told_roles=tuple(rule.told_roles), is_on=rule.is_on, effective_from=TODAY,
        extension_needs_second=rule.extension_needs_second,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def proposed(actor: Person, rule: DeadlineRule, **changes: object) -> Approval:
    return deadline_propose(
        actor, rule_id=rule.pk, revision=revision(rule, **changes), reason="通知更新"
    )


# ---- what is seeded


@pytest.mark.parametrize(
    ("code", "severity", "amount", "unit", "confidence"),
    [
        ("fire_basic_samr", "", 12, "hour", "B"), ("fire_basic_samr", "severe", 6, "hour", "B"),
        ("fire_basic_miit", "", 12, "hour", "B"), ("fire_basic_miit", "severe", 6, "hour", "B"),
        ("fire_detail_samr", "", 48, "hour", "B"), ("fire_detail_miit", "", 48, "hour", "B"),
        ("vulnerability", "", 2, "day", "B"), ("cyber_incident", "cii", 1, "hour", "B"),
        ("cyber_incident", "", 4, "hour", "B"), ("loss_of_control_basic_samr", "", 12, "hour", "B"),
        ("loss_of_control_basic_miit", "severe", 6, "hour", "B"),
        ("loss_of_control_detail_samr", "", 48, "hour", "B"),
        ("collision_report", "", None, "at_once", "B"), ("recall_plan", "", 5, "workday", "M"),
        ("recall_publish", "", 5, "workday", "M"), ("recall_owner_notice", "", 30, "workday", "M"),
        ("recall_stage", "", 3, "month", "M"), ("recall_final", "", 15, "workday", "M"),
        ("recall_objection", "", 15, "workday", "A"), ("ota_filing", "", 5, "workday_before", "B"),
        ("vehicle_data_report", "", None, "yearly", "B"),
        ("beijing_alarm_confirm", "", 15, "minute", "B"),
        ("beijing_alarm_report", "", 10, "workday", "B"), ("thermal_claim", "", 60, "second", "M"),
        ("thermal_call", "", 3, "minute", "M"), ("level3_claim", "", 3, "minute", "M"),
        ("level3_call", "", 10, "minute", "M"),
    ],
)  # fmt: skip
def test_every_deadline_of_the_facts_is_there_with_its_confidence(
    code: str, severity: str, amount: int | None, unit: str, confidence: str
) -> None:
    rule = DeadlineRule.objects.get(maker=None, code=code, severity=severity)
    assert (rule.amount, rule.unit, rule.confidence) == (amount, unit, confidence)
    assert rule.source
    assert rule.fact


def test_the_table_has_every_rule_of_the_data_file() -> None:
    seeded = DeadlineRule.objects.filter(maker=None).values_list("code", "severity")
    # later rooms seed rules of their own beside them
    assert set(seeded) >= {(row["code"], row["severity"]) for row in FACTS}
    texts = ("title_zh", "title_en", "addressee_zh", "addressee_en", "source", "fact")
    assert all(row[name] for row in FACTS for name in texts)


def test_a_rule_that_is_off_or_not_there_starts_no_clock(operator: Person) -> None:
    with pytest.raises(WrongState):
        deadline_in_force(None, code="beijing_alarm_confirm", severity="", on=TODAY)
    with pytest.raises(NotFound):
        deadline_in_force(None, code="nothing", severity="", on=TODAY)
    with pytest.raises(NotFound):  # the rule came into force on 2025-11-01
        deadline_in_force(None, code="cyber_incident", severity="", on=date(2025, 10, 31))


# ---- two persons


def test_a_revision_holds_once_a_second_person_approves_it(
    safety_head: Person, officer: Person
) -> None:
    rule = fire(safety_head)
    approval = proposed(safety_head, rule, amount=10)
    assert fire(safety_head).amount == 12
    approval_accept(officer, approval_id=approval.pk, note="同意")
    now = fire(safety_head)
    assert (now.amount, now.revision, now.maker) == (10, 2, safety_head.maker)
    assert (now.proposed_by, now.approved_by, now.effective_from) == (safety_head, officer, TODAY)
    assert DeadlineRule.objects.get(pk=rule.pk).amount == 12


def test_nobody_approves_their_own_revision_and_a_refused_one_changes_nothing(
    safety_head: Person, officer: Person
) -> None:
    approval = proposed(safety_head, fire(safety_head), amount=10)
    with pytest.raises(NotPermitted):
        approval_accept(safety_head, approval_id=approval.pk)
    approval_refuse(officer, approval_id=approval.pk, note="没有依据")
    assert fire(safety_head).amount == 12
    assert DeadlineRule.objects.exclude(maker=None).count() == 0


def test_proposing_and_approving_need_their_grants(
    operator: Person, safety_head: Person, maker: Maker
) -> None:
    rule = fire(safety_head)
    with pytest.raises(NotPermitted):
        proposed(operator, rule, amount=10)
    approval = proposed(safety_head, rule, amount=10)
    quality = person(maker, "quality", "quality_engineer")  # may propose, not approve
    with pytest.raises(NotFound):
        approval_accept(quality, approval_id=approval.pk)
    assert fire(safety_head).amount == 12


def test_one_makers_revision_is_not_the_other_makers(
    safety_head: Person, officer: Person, other_operator: Person
) -> None:
    approval_accept(officer, approval_id=proposed(safety_head, fire(safety_head), amount=10).pk)
    own = fire(safety_head)
    assert fire(other_operator).amount == 12
    stranger = person(other_operator.maker, "head2", "safety_head")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        proposed(stranger, own, amount=11)
    codes = list(deadlines_in_force(safety_head).values_list("code", "severity"))
    assert len(codes) == len(set(codes))
    assert set(codes) >= {(row["code"], row["severity"]) for row in FACTS}


def test_a_later_revision_waits_for_its_day_and_ends_the_one_before(
    safety_head: Person, officer: Person
) -> None:
    later = TODAY + timedelta(days=30)
    approval_accept(officer, approval_id=proposed(safety_head, fire(safety_head), amount=10).pk)
    first = fire(safety_head)
    approval_accept(
        officer, approval_id=proposed(safety_head, first, amount=8, effective_from=later).pk
    )
    assert fire(safety_head).amount == 10
    find = {"code": "fire_basic_samr", "severity": ""}
    assert deadline_in_force(safety_head.maker_id, **find, on=later).amount == 8
    first.refresh_from_db()
    assert first.effective_to == later


def test_a_running_clock_keeps_the_revision_it_was_started_with(
    safety_head: Person, officer: Person
) -> None:
    clock = started(safety_head)
    approval_accept(officer, approval_id=proposed(safety_head, clock.rule, amount=10).pk)
    clock.refresh_from_db()
    assert (clock.rule.amount, clock.due_at) == (12, clock.started_at + timedelta(hours=12))
    assert started(safety_head, key="2", ago=timedelta(0)).rule.amount == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"effective_from": TODAY - timedelta(days=1)}, {"amount": None}, {"amount": 0},
        {"unit": "fortnight"}, {"unit": "at_once"}, {"confidence": "Z"}, {"source": "  "},
        {"told_roles": ("nobody",)}, {"warnings": ({"share_pct": 100},)},
        {"warnings": ({"share_pct": 5, "before_min": 5},)},
        {"unit": "yearly", "amount": None, "month_day": "13-40"},
    ],
)  # fmt: skip
def test_values_that_make_no_rule_are_refused_and_leave_nothing(
    safety_head: Person, changes: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        proposed(safety_head, fire(safety_head), **changes)
    assert Approval.objects.count() == 0


def test_the_database_too_refuses_a_makers_rule_without_two_persons(safety_head: Person) -> None:
    rule = fire(safety_head)
    rule.pk, rule.maker, rule.revision = None, safety_head.maker, 2
    rule.proposed_by = rule.approved_by = safety_head
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


@pytest.mark.parametrize("text", ["50%, 75%, 60m", "50% 2h、1d", ""])
def test_warning_points_are_read_as_they_are_written(text: str) -> None:
    read = warnings_read(text)
    assert warnings_read(warnings_written(read)) == read
    with pytest.raises(BadInput):
        warnings_read("soon")


# ---- the calendar


def test_a_known_year_is_seeded_and_refreshing_adds_nothing_twice() -> None:
    assert CalendarYear.objects.filter(maker=None, year=2026).exists()
    assert WorkDay.objects.get(maker=None, on=date(2026, 10, 1)).kind == "holiday"
    assert WorkDay.objects.get(maker=None, on=date(2026, 10, 10)).kind == "workday"
    assert calendar_refresh() == 0
    WorkDay.objects.filter(on__year=2026).delete()
    CalendarYear.objects.filter(year=2026).delete()
    assert calendar_refresh() > 20
    assert CalendarYear.objects.filter(maker=None, year=2026).exists()


def test_a_calendar_change_takes_two_and_counts_running_clocks_anew(
    safety_head: Person, officer: Person
) -> None:
    ahead = date(2031, 12, 29)  # no year that far is known
    clock = started(safety_head, code="ota_filing", started_at=end_of(ahead) - timedelta(hours=12))
    assert not clock.calendar_confirmed
    days = [(date(2031, 12, day), "holiday", "停工") for day in (25, 26)]
    approval = calendar_propose(
        safety_head, year=2031, days=days, source="国办发明电", is_complete=True, reason="公布"
    )
    before = clock.due_at
    approval_accept(officer, approval_id=approval.pk)
    clock.refresh_from_db()
    assert clock.calendar_confirmed
    # 22 to 26 December were counted; with two of them off, 18 and 19 take their place
    assert (before, clock.due_at) == (end_of(date(2031, 12, 21)), end_of(date(2031, 12, 17)))
    assert AuditRow.objects.filter(action="calendar.change", subject=f"Clock:{clock.pk}").exists()


def test_one_makers_calendar_is_not_the_other_makers(
    safety_head: Person, officer: Person, other_maker: Maker
) -> None:
    day = date(2026, 12, 1)
    approval = calendar_propose(
        safety_head,
        year=2026,
        days=[(day, "holiday", "厂休")],
        source="厂发",
        is_complete=False,
        reason="x",
    )
    approval_accept(officer, approval_id=approval.pk)
    assert not work_calendar(safety_head.maker_id).works(day)
    assert work_calendar(other_maker.pk).works(day)
    usual = calendar_propose(
        safety_head,
        year=2026,
        days=[(day, "usual", "")],
        source="厂发",
        is_complete=False,
        reason="x",
    )
    approval_accept(officer, approval_id=usual.pk)
    assert work_calendar(safety_head.maker_id).works(day)


def test_changing_the_calendar_needs_its_grant_and_days_of_the_year(
    operator: Person, safety_head: Person
) -> None:
    given = {"source": "x", "is_complete": False, "reason": "x"}
    with pytest.raises(NotPermitted):
        calendar_propose(operator, year=2027, days=[(date(2027, 1, 1), "holiday", "")], **given)  # type: ignore[arg-type]
    for days in ([], [(date(2028, 1, 1), "holiday", "")], [(date(2027, 1, 1), "party", "")]):
        with pytest.raises(BadInput):
            calendar_propose(safety_head, year=2027, days=days, **given)  # type: ignore[arg-type]
    assert Approval.objects.count() == 0

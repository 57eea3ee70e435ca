"""Clocks: started once, ended with proof, moved with reason, given from hand to hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.records.clocks_made import person, started

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records import selectors
from voltward.records.approvals import approval_accept
from voltward.records.models import (
    Approval,
    AuditRow,
    Clock,
    ClockExtension,
    ClockPoint,
    Maker,
    Person,
)
from voltward.records.services.clock_changes import clock_extend, clock_rule_change
from voltward.records.services.clocks import (
    clock_assign,
    clock_stop,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Write = Callable[[Person, Clock], object]
WRITES: dict[str, Write] = {
    "stop": lambda actor, clock: clock_stop(
        actor, clock_id=clock.pk, met=True, proof_text="回执 1"
    ),
    "extend": lambda actor, clock: clock_extend(
        actor, clock_id=clock.pk, to_at=timezone.now() + 99 * HOUR, reason="现场封锁"
    ),
    "assign": lambda actor, clock: clock_assign(actor, clock_id=clock.pk, owner_id=actor.pk),
    "rule_change": lambda actor, clock: clock_rule_change(
        actor, clock_id=clock.pk, severity="severe", reason="有人受伤"
    ),
}


@pytest.fixture
def auditor(maker: Maker) -> Person:
    return person(maker, "auditor", "auditor")


@pytest.fixture
def colleague(maker: Maker) -> Person:
    return person(maker, "desk", "incident_desk")


@pytest.fixture
def clock(operator: Person) -> Clock:
    return started(operator)


def kept(clock: Clock) -> dict[str, object]:
    return Clock.objects.filter(pk=clock.pk).values().get()


# ---- starting


def test_a_clock_runs_from_the_event_and_has_its_points(clock: Clock) -> None:
    assert clock.due_at == clock.started_at + 12 * HOUR
    names = list(clock.points.order_by("at").values_list("name", flat=True))
    assert names == ["share_50", "share_75", "before_60", "late"]
    assert AuditRow.objects.get(action="clock.start").subject == f"Clock:{clock.pk}"


def test_starting_again_gives_the_same_clock_and_leaves_no_second_row(
    operator: Person, clock: Clock
) -> None:
    assert started(operator) == clock
    assert started(operator, key="1", event_key="second fire") != clock
    assert Clock.objects.count() == 2
    assert AuditRow.objects.filter(action="clock.start").count() == 2


def test_each_addressee_has_a_clock_of_its_own(operator: Person, clock: Clock) -> None:
    other = started(operator, code="fire_basic_miit")
    clock_stop(operator, clock_id=clock.pk, met=True, proof_text="回执 1")
    other.refresh_from_db()
    assert other.state == "running"


def test_a_clock_needs_its_grant_even_when_it_is_there(
    operator: Person, auditor: Person, clock: Clock
) -> None:
    for key in ("1", "2"):
        with pytest.raises(NotPermitted):
            started(auditor, key=key)
    assert Clock.objects.count() == 1
    assert AuditRow.objects.filter(action="clock.start", result="refused").count() == 2


def test_the_platform_starts_clocks_for_a_maker_it_names(maker: Maker) -> None:
    clock = started(selectors.installation(), maker=maker)
    assert clock.maker == maker
    with pytest.raises(BadInput):
        started(selectors.installation(), key="2")


@pytest.mark.parametrize(
    "more",
    [
        {"started_at": timezone.now() + HOUR}, {"started_at": timezone.now().replace(tzinfo=None)},
        {"url": "https://evil.example/"}, {"url": "//evil.example"},
    ],
)  # fmt: skip
def test_what_makes_no_clock_is_refused(operator: Person, more: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        started(operator, **more)  # type: ignore[arg-type]
    assert Clock.objects.count() == ClockPoint.objects.count() == 0


def test_a_stranger_cannot_be_made_the_owner(operator: Person, other_operator: Person) -> None:
    with pytest.raises(NotFound):
        started(operator, owner=other_operator)
    assert Clock.objects.count() == 0


def test_a_clock_learnt_of_late_tells_of_the_newest_point_only(operator: Person) -> None:
    clock = started(operator, ago=timedelta(hours=10))
    assert list(clock.points.order_by("at").values_list("name", flat=True)) == [
        "share_75", "before_60", "late",
    ]  # fmt: skip


def test_at_once_has_no_due_instant_and_a_release_lies_ahead(operator: Person) -> None:
    assert started(operator, code="collision_report").due_at is None
    ahead = started(operator, code="ota_filing", started_at=timezone.now() + timedelta(days=30))
    assert ahead.due_at is not None
    assert ahead.due_at < ahead.started_at


# ---- who may: allowed, refused, another maker's, ended


@pytest.mark.parametrize("name", WRITES)
def test_a_holder_of_the_grant_may_and_leaves_a_row(
    operator: Person, clock: Clock, name: str
) -> None:
    before = kept(clock)
    WRITES[name](operator, clock)
    assert AuditRow.objects.filter(action=f"clock.{name}", result="done").exists()
    assert kept(clock) != before or Approval.objects.exists()


@pytest.mark.parametrize("name", WRITES)
def test_without_the_grant_nothing_is_written(auditor: Person, clock: Clock, name: str) -> None:
    before = kept(clock)
    with pytest.raises(NotPermitted):
        WRITES[name](auditor, clock)
    assert kept(clock) == before
    assert not Approval.objects.exists()


@pytest.mark.parametrize("name", WRITES)
def test_another_makers_clock_is_not_found(other_operator: Person, clock: Clock, name: str) -> None:
    before = kept(clock)
    with pytest.raises(NotFound):
        WRITES[name](other_operator, clock)
    assert kept(clock) == before


@pytest.mark.parametrize("name", WRITES)
def test_a_clock_that_has_ended_stays_as_it_is(operator: Person, clock: Clock, name: str) -> None:
    clock_stop(operator, clock_id=clock.pk, met=False, reason="误报")
    before = kept(clock)
    with pytest.raises(WrongState):
        WRITES[name](operator, clock)
    assert kept(clock) == before


# ---- ending


def test_a_met_clock_has_its_proof_and_no_more_points(operator: Person, clock: Clock) -> None:
    with pytest.raises(BadInput, match="proof"):
        clock_stop(operator, clock_id=clock.pk, met=True)
    ended = clock_stop(operator, clock_id=clock.pk, met=True, proof_text="回执 20261125")
    assert (ended.state, ended.ended_by, ended.was_late) == ("met", operator, False)
    assert ended.points.count() == 0


def test_a_late_or_a_stopped_clock_needs_a_reason(operator: Person) -> None:
    late = started(operator, ago=timedelta(days=1))
    with pytest.raises(BadInput, match="reason"):
        clock_stop(operator, clock_id=late.pk, met=True, proof_text="回执 1")
    with pytest.raises(BadInput, match="reason"):
        clock_stop(operator, clock_id=late.pk, met=False)
    ended = clock_stop(operator, clock_id=late.pk, met=True, proof_text="回执 1", reason="断网")
    assert ended.was_late


def test_a_repeating_rule_starts_its_next_turn_from_the_same_event(operator: Person) -> None:
    first = started(operator, code="recall_stage")
    clock_stop(operator, clock_id=first.pk, met=True, proof_text="一季度")
    second = Clock.objects.get(code="recall_stage", occurrence=2)
    assert second.started_at == first.started_at
    assert first.due_at is not None
    assert second.due_at is not None
    assert timedelta(days=89) <= second.due_at - first.due_at <= timedelta(days=93)
    assert started(operator, code="recall_stage") == second
    clock_stop(operator, clock_id=second.pk, met=False, reason="召回完成")
    assert Clock.objects.filter(code="recall_stage", state="running").count() == 0


# ---- moving


def test_an_extension_of_a_legal_deadline_waits_for_a_second_person(
    operator: Person, safety_head: Person, clock: Clock
) -> None:
    due, later = clock.due_at, timezone.now() + 20 * HOUR
    approval = clock_extend(operator, clock_id=clock.pk, to_at=later, reason="现场封锁")
    assert isinstance(approval, Approval)
    clock.refresh_from_db()
    assert clock.due_at == due
    with pytest.raises(WrongState):
        clock_extend(operator, clock_id=clock.pk, to_at=later + HOUR, reason="再次")
    approval_accept(safety_head, approval_id=approval.pk)
    clock.refresh_from_db()
    row = clock.extensions.get()
    assert (clock.due_at, row.from_at, row.to_at) == (later, due, later)
    assert (row.asked_by, row.approved_by, row.reason) == (operator, safety_head, "现场封锁")
    assert clock.points.get(name="late").at == later


def test_an_extension_that_was_overtaken_is_refused_and_waits(
    operator: Person, safety_head: Person, clock: Clock
) -> None:
    later = timezone.now() + 20 * HOUR
    approval = clock_extend(operator, clock_id=clock.pk, to_at=later, reason="现场封锁")
    clock_rule_change(operator, clock_id=clock.pk, severity="severe", reason="有人受伤")
    with pytest.raises(WrongState):
        approval_accept(safety_head, approval_id=approval.pk)
    approval.refresh_from_db()
    assert (approval.state, ClockExtension.objects.count()) == ("waiting", 0)


def test_an_own_service_level_is_extended_at_once_and_a_late_clock_runs_again(
    operator: Person,
) -> None:
    clock = started(operator, code="level3_call")
    Clock.objects.filter(pk=clock.pk).update(state="late")
    row = clock_extend(operator, clock_id=clock.pk, to_at=timezone.now() + HOUR, reason="占线")
    assert isinstance(row, ClockExtension)
    assert row.approved_by is None
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == ("running", row.to_at)


def test_an_extension_needs_a_reason_and_a_later_instant(operator: Person, clock: Clock) -> None:
    assert clock.due_at is not None
    for to_at, reason in ((clock.due_at, "x"), (timezone.now(), "x"), (clock.due_at + HOUR, " ")):
        with pytest.raises(BadInput):
            clock_extend(operator, clock_id=clock.pk, to_at=to_at, reason=reason)
    assert Approval.objects.count() == ClockExtension.objects.count() == 0


def test_with_another_severity_the_shorter_deadline_applies_and_stays(
    operator: Person, clock: Clock
) -> None:
    severe = clock_rule_change(operator, clock_id=clock.pk, severity="severe", reason="有人受伤")
    assert (severe.rule.amount, severe.due_at) == (6, clock.started_at + 6 * HOUR)
    back = clock_rule_change(operator, clock_id=clock.pk, severity="", reason="轻伤不计")
    assert (back.rule.amount, back.due_at) == (6, clock.started_at + 6 * HOUR)
    assert AuditRow.objects.filter(action="clock.rule_change").count() == 2

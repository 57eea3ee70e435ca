"""Clocks and tasks in people's hands: claimed, handed over, given and done."""

from __future__ import annotations

import pytest
from tests.records.clocks_made import person, started

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records.models import AssignedTask, AuditRow, Clock, Maker, Person
from voltward.records.selectors.clocks import clock_mine
from voltward.records.services.clocks import clock_assign, clock_hand_over
from voltward.records.services.tasks import task_assign, task_done, task_hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(maker: Maker) -> Person:
    return person(maker, "auditor", "auditor")


@pytest.fixture
def colleague(maker: Maker) -> Person:
    return person(maker, "desk", "incident_desk")


@pytest.fixture
def clock(operator: Person) -> Clock:
    return started(operator)


# ---- from hand to hand


def test_a_free_clock_is_claimed_and_a_held_one_only_with_a_reason(
    operator: Person, colleague: Person, clock: Clock
) -> None:
    clock_assign(operator, clock_id=clock.pk, owner_id=operator.pk)
    with pytest.raises(BadInput):
        clock_assign(colleague, clock_id=clock.pk, owner_id=colleague.pk)
    taken = clock_assign(colleague, clock_id=clock.pk, owner_id=colleague.pk, reason="下班")
    assert taken.owner == colleague


def test_only_the_holder_hands_a_clock_over_and_to_a_colleague(
    operator: Person, colleague: Person, auditor: Person, other_operator: Person, clock: Clock
) -> None:
    with pytest.raises(NotPermitted):
        clock_hand_over(operator, clock_id=clock.pk, owner_id=colleague.pk, note="x")
    clock_assign(operator, clock_id=clock.pk, owner_id=operator.pk)
    for stranger in (other_operator, auditor):  # another maker's, and one who may not work on it
        with pytest.raises(NotFound):
            clock_hand_over(operator, clock_id=clock.pk, owner_id=stranger.pk, note="x")
    with pytest.raises(BadInput):
        clock_hand_over(operator, clock_id=clock.pk, owner_id=colleague.pk, note=" ")
    given = clock_hand_over(operator, clock_id=clock.pk, owner_id=colleague.pk, note="等消防结论")
    assert given.owner == colleague


def test_a_free_clock_is_everybodys_whose_role_is_told_of_it(
    operator: Person, colleague: Person, clock: Clock
) -> None:
    assert list(clock_mine(colleague)) == [clock]  # fires are told to the incident desk
    assert list(clock_mine(operator)) == []
    clock_assign(operator, clock_id=clock.pk, owner_id=operator.pk)
    assert list(clock_mine(colleague)) == []
    assert list(clock_mine(operator)) == [clock]


# ---- tasks given by hand


def task(actor: Person, owner: Person) -> AssignedTask:
    return task_assign(actor, title="核对车主电话", owner_id=owner.pk)


def test_a_task_is_given_handed_over_and_done(
    operator: Person, colleague: Person, safety_head: Person
) -> None:
    one = task(operator, colleague)
    task_hand_over(colleague, task_id=one.pk, owner_id=safety_head.pk, note="我休假")
    with pytest.raises(NotPermitted):
        task_done(colleague, task_id=one.pk)
    assert task_done(safety_head, task_id=one.pk, note="已核对").done_by == safety_head
    with pytest.raises(WrongState):
        task_done(safety_head, task_id=one.pk)
    names = AuditRow.objects.filter(subject=f"AssignedTask:{one.pk}", result="done")
    assert set(names.values_list("action", flat=True)) == {
        "task.assign", "task.hand_over", "task.done",
    }  # fmt: skip


def test_tasks_need_the_grant_and_stay_with_their_maker(
    operator: Person, colleague: Person, auditor: Person, other_operator: Person
) -> None:
    one = task(operator, colleague)
    for call in (
        lambda: task(auditor, colleague),
        lambda: task_done(auditor, task_id=one.pk),
        lambda: task_hand_over(auditor, task_id=one.pk, owner_id=operator.pk, note="x"),
    ):
        with pytest.raises(NotPermitted):
            call()
    with pytest.raises(NotFound):
        task(operator, other_operator)
    with pytest.raises(NotFound):
        task_done(other_operator, task_id=one.pk)
    with pytest.raises(BadInput):
        task_hand_over(operator, task_id=one.pk, owner_id=operator.pk, note="")
    with pytest.raises(BadInput):
        task_assign(operator, title=" ", owner_id=operator.pk)
    assert AssignedTask.objects.get().done_at is None

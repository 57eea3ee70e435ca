"""Presence checks: asked by the platform, answered by whoever was asked, escalated when nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from tests.monitoring.duty.desk import HOUR, audited, person, shift

from voltward.base.errors import NotFound, NotPermitted, WrongState
from voltward.monitoring.duty_times import check_times
from voltward.monitoring.models import PresenceCheck, Shift
from voltward.monitoring.selectors.presence_checks import check_figures
from voltward.monitoring.services.presence_checks import presence_answer, presence_checks_run
from voltward.records.models import Delivery, Maker, Notice, Person
from voltward.records.services.notice_chains import Step, chain_create

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def on(safety_head: Person, operator: Person) -> Shift:
    return shift(safety_head, timezone.now() - HOUR, operator)


def first_instant(row: Shift, who: Person) -> datetime:
    return check_times(row.seed, who.pk, row.begins_at, row.ends_at, 4 * HOUR)[0]


def asked(row: Shift, who: Person) -> PresenceCheck:
    """The first check of the shift, asked in its own minute."""
    presence_checks_run(first_instant(row, who) + timedelta(seconds=5))
    return PresenceCheck.objects.get()


def test_a_check_is_asked_once_at_its_own_instant_and_told_to_its_person(
    on: Shift, operator: Person
) -> None:
    at = first_instant(on, operator)
    assert presence_checks_run(at - timedelta(seconds=1)) == 0
    assert presence_checks_run(at + timedelta(seconds=5)) == 1
    assert presence_checks_run(at + timedelta(seconds=15)) == 0
    check = PresenceCheck.objects.get()
    assert check.person == operator
    assert check.answer_by - check.asked_at == 10 * MINUTE
    notice = Notice.objects.get(kind="presence_check")
    assert notice.path == f"/duty/checks/{check.pk}/"
    assert {one.person_id for one in Delivery.objects.filter(notice=notice)} == {operator.pk}


def test_an_instant_that_passed_while_the_office_was_away_is_not_asked(
    on: Shift, operator: Person
) -> None:
    assert presence_checks_run(first_instant(on, operator) + 6 * MINUTE) == 0


def test_whoever_was_put_on_later_is_not_asked_for_before(on: Shift, operator: Person) -> None:
    row = on.people.get()
    at = first_instant(on, operator)
    row.since = at + MINUTE
    row.save()
    assert presence_checks_run(at + timedelta(seconds=5)) == 0


def test_an_answer_in_time_ends_it(on: Shift, operator: Person, safety_head: Person) -> None:
    check = asked(on, operator)
    PresenceCheck.objects.update(asked_at=timezone.now(), answer_by=timezone.now() + MINUTE)
    with pytest.raises(NotPermitted):
        presence_answer(safety_head, check_id=check.pk)
    assert presence_answer(operator, check_id=check.pk).state == "answered"
    with pytest.raises(WrongState):
        presence_answer(operator, check_id=check.pk)
    assert presence_checks_run(check.answer_by + HOUR) == 0


def test_another_makers_check_is_not_found(
    on: Shift, operator: Person, other_operator: Person
) -> None:
    with pytest.raises(NotFound):
        presence_answer(other_operator, check_id=asked(on, operator).pk)


def test_a_check_that_nobody_answers_escalates_to_the_safety_head_once(
    on: Shift, operator: Person, safety_head: Person
) -> None:
    check = asked(on, operator)
    late = check.answer_by + timedelta(seconds=1)
    assert presence_checks_run(late) >= 1
    presence_checks_run(late + MINUTE)
    check.refresh_from_db()
    assert check.state == "missed"
    assert check.escalated_at == late
    notice = Notice.objects.get(kind="presence_missed")
    assert notice.severity == 3
    assert {one.person_id for one in Delivery.objects.filter(notice=notice)} == {safety_head.pk}
    assert audited("duty.presence_escalate") == 1


def test_the_chain_named_duty_goes_before_the_safety_head(
    on: Shift, operator: Person, safety_head: Person, maker: Maker
) -> None:
    first, second = person(maker, "first"), person(maker, "second")
    steps = [Step(3, person_id=first.pk), Step(3, person_id=second.pk)]
    chain_create(safety_head, code="duty", name="值班", steps=steps)
    check = asked(on, operator)
    presence_checks_run(check.answer_by + timedelta(seconds=1))
    notice = Notice.objects.get(kind="presence_missed")
    assert {one.person_id for one in Delivery.objects.filter(notice=notice)} == {first.pk}
    assert notice.step_due_at is not None  # then the next phone


def test_a_late_answer_is_kept_as_late(on: Shift, operator: Person) -> None:
    check = asked(on, operator)
    presence_checks_run(check.answer_by + timedelta(seconds=1))
    PresenceCheck.objects.update(answer_by=timezone.now() - MINUTE)
    assert presence_answer(operator, check_id=check.pk).state == "late"


def test_the_figures_of_a_month_count_by_person(
    on: Shift, operator: Person, safety_head: Person, other_operator: Person
) -> None:
    check = asked(on, operator)
    day = timezone.localdate(check.asked_at)
    (row,) = check_figures(safety_head, day)
    assert (row.person, row.asked, row.in_time, row.missed) == ("operator", 1, 0, 0)
    assert row.in_time_pct is None
    presence_checks_run(check.answer_by + timedelta(seconds=1))
    (row,) = check_figures(safety_head, day)
    assert (row.missed, row.in_time_pct) == (1, 0)
    assert check_figures(other_operator, day) == []

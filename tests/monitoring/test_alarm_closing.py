"""Closing: level 1 and 2 at once, graver ones by two people; one verdict for many, each on record."""

from __future__ import annotations

import pytest
from tests.monitoring import alarms

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep
from voltward.monitoring.services.alarms import alarm_close
from voltward.records.approvals import approval_accept, approval_refuse, approval_withdraw
from voltward.records.models import Approval, AuditRow, Maker, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def grave(vehicle: Vehicle) -> Alarm:
    return alarms.opened(vehicle, level=3, rule="fault.11")


def close(actor: Person, *given: Alarm, verdict: str = "true") -> list[Alarm]:
    return alarm_close(
        actor, alarm_ids=[one.pk for one in given], verdict=verdict, cause="电芯过热"
    )


def test_a_lesser_alarm_is_closed_at_once_with_verdict_cause_and_who(
    operator: Person, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle, level=2)
    close(operator, alarm)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.verdict, alarm.cause) == (states.CLOSED, "true", "电芯过热")
    assert alarm.closed_by == operator
    assert not Approval.objects.exists()


@pytest.mark.parametrize("level", [3, 4])
def test_a_grave_alarm_waits_for_a_second_person(
    operator: Person, safety_head: Person, vehicle: Vehicle, level: int
) -> None:
    alarm = alarms.opened(vehicle, level=level)
    close(operator, alarm)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.closed_at) == (states.CLOSING, None)
    approval_accept(safety_head, approval_id=Approval.objects.get().pk)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.closed_by) == (states.CLOSED, operator)
    steps = AlarmStep.objects.filter(alarm=alarm).order_by("pk")
    assert [step.kind for step in steps] == ["opened", "proposed", "closed"]
    assert steps.last().person == safety_head  # type: ignore[union-attr] # there are three


def test_whoever_proposed_a_closing_does_not_approve_it(
    safety_head: Person, operator: Person, grave: Alarm
) -> None:
    close(safety_head, grave)
    approval = Approval.objects.get()
    with pytest.raises(NotPermitted):
        approval_accept(safety_head, approval_id=approval.pk)
    with pytest.raises(NotFound):  # an operator does not even see it
        approval_accept(operator, approval_id=approval.pk)
    grave.refresh_from_db()
    assert grave.state == states.CLOSING


def test_a_refused_closing_gives_the_alarm_back_without_its_verdict(
    operator: Person, safety_head: Person, grave: Alarm
) -> None:
    close(operator, grave)
    approval_refuse(safety_head, approval_id=Approval.objects.get().pk, note="再看一遍")
    grave.refresh_from_db()
    assert (grave.state, grave.owner, grave.verdict) == (states.CLAIMED, operator, "")
    last = AlarmStep.objects.filter(alarm=grave).latest("pk")
    assert (last.kind, last.text) == ("refused", "再看一遍")
    close(operator, grave)  # and it can be proposed anew
    assert Approval.objects.filter(state="waiting").count() == 1


def test_a_closing_that_was_taken_back_gives_the_alarm_back(operator: Person, grave: Alarm) -> None:
    close(operator, grave)
    approval_withdraw(operator, approval_id=Approval.objects.get().pk)
    grave.refresh_from_db()
    assert (grave.state, grave.approval) == (states.CLAIMED, None)


def test_an_alarm_that_got_worse_after_its_verdict_is_not_closed_by_it(
    operator: Person, safety_head: Person, grave: Alarm
) -> None:
    close(operator, grave, verdict="false")
    alarms.worse(grave, 4)
    approval = Approval.objects.get()
    with pytest.raises(WrongState, match="worse"):
        approval_accept(safety_head, approval_id=approval.pk)
    approval.refresh_from_db()
    grave.refresh_from_db()
    assert (approval.state, grave.state) == ("waiting", states.CLOSING)


def test_one_verdict_closes_many_each_on_record_and_asks_once_for_the_grave_ones(
    operator: Person, safety_head: Person, vehicle: Vehicle, grave: Alarm
) -> None:
    lesser = [alarms.opened(vehicle, level=1, rule=f"fault.{number}") for number in (1, 2)]
    thermal = alarms.opened(vehicle, level=4, rule="thermal.runaway")
    close(operator, *lesser, grave, thermal, verdict="test")
    assert Alarm.objects.filter(state=states.CLOSED).count() == 2
    assert Alarm.objects.filter(state=states.CLOSING).count() == 2
    approval_accept(safety_head, approval_id=Approval.objects.get().pk)
    assert Alarm.objects.filter(state=states.CLOSED, verdict="test").count() == 4
    assert AuditRow.objects.filter(action="alarm.close", result="done").count() == 4
    assert AuditRow.objects.filter(action="alarm.close_approve", result="done").count() == 2


def test_a_verdict_is_a_known_word_and_has_a_cause(operator: Person, grave: Alarm) -> None:
    for verdict, cause in (("maybe", "x"), ("true", "  "), ("true", "x" * 301)):
        with pytest.raises(BadInput):
            alarm_close(operator, alarm_ids=[grave.pk], verdict=verdict, cause=cause)
    grave.refresh_from_db()
    assert grave.state == states.NEW


def test_what_is_closed_or_waits_is_not_closed_again(
    operator: Person, vehicle: Vehicle, grave: Alarm
) -> None:
    lesser = alarms.opened(vehicle, level=1)
    close(operator, lesser, grave)
    for one in (lesser, grave):
        with pytest.raises(WrongState):
            close(operator, one)


def test_the_second_person_of_another_maker_sees_nothing_of_it(
    operator: Person, other_maker: Maker, grave: Alarm
) -> None:
    close(operator, grave)
    stranger = alarms.person(other_maker, "other-head", "safety_head")
    with pytest.raises(NotFound):
        approval_accept(stranger, approval_id=Approval.objects.get().pk)

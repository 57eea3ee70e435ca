"""What people do with alarms: each step by who may, never by who may not, and never by two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.monitoring import alarms

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.events import AlarmBecameIncident
from voltward.monitoring.models import Alarm, AlarmStep
from voltward.monitoring.services import alarms as desk
from voltward.monitoring.services.alarm_aside import alarms_wake
from voltward.monitoring.services.alarm_news import alarm_news_work
from voltward.records import events
from voltward.records.models import AssignedTask, AuditRow, Maker, Notice, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(maker: Maker) -> Person:
    return alarms.person(maker, "colleague", "monitoring_operator")


@pytest.fixture
def auditor(maker: Maker) -> Person:
    return alarms.person(maker, "auditor", "auditor")


@pytest.fixture
def alarm(vehicle: Vehicle) -> Alarm:
    return alarms.opened(vehicle)


def kinds(alarm: Alarm) -> list[str]:
    return [step.kind for step in AlarmStep.objects.filter(alarm=alarm).order_by("pk")]


def audited(alarm: Alarm, action: str) -> int:
    rows = AuditRow.objects.filter(action=action, subject=f"Alarm:{alarm.pk}", result="done")
    return rows.filter(maker=alarm.maker).count()


# ---- who may


STEPS: dict[str, Callable[[Person, Alarm], Any]] = {
    "claim": lambda who, one: desk.alarm_claim(who, alarm_ids=[one.pk]),
    "assign": lambda who, one: desk.alarm_assign(who, alarm_ids=[one.pk], person_id=who.pk),
    "release": lambda who, one: desk.alarm_release(who, alarm_ids=[one.pk]),
    "note": lambda who, one: desk.alarm_note(who, alarm_id=one.pk, text="看过"),
    "called": lambda who, one: desk.alarm_called(
        who, alarm_id=one.pk, whom="owner", outcome="reached", text=""
    ),
    "snooze": lambda who, one: desk.alarm_snooze(
        who, alarm_ids=[one.pk], until=timezone.now() + timedelta(minutes=30), reason="等回电"
    ),
    "workshop": lambda who, one: desk.alarm_to_workshop(
        who, alarm_ids=[one.pk], order_text="检查绝缘"
    ),
    "incident": lambda who, one: desk.alarm_to_incident(who, alarm_id=one.pk, text="冒烟"),
    "close": lambda who, one: desk.alarm_close(
        who, alarm_ids=[one.pk], verdict="false", cause="雨天"
    ),
    "advice": lambda who, one: desk.advice_outcome(
        who, alarm_id=one.pk, outcome="done", text="已维修"
    ),
}


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_reader_takes_no_step_and_changes_nothing(
    auditor: Person, alarm: Alarm, step: str
) -> None:
    with pytest.raises(NotPermitted):
        STEPS[step](auditor, alarm)
    alarm.refresh_from_db()
    assert (alarm.state, kinds(alarm)) == (states.NEW, ["opened"])


@pytest.mark.parametrize("step", sorted(STEPS))
def test_another_makers_alarm_is_not_found(other_operator: Person, alarm: Alarm, step: str) -> None:
    with pytest.raises(NotFound):
        STEPS[step](other_operator, alarm)
    assert kinds(alarm) == ["opened"]


def test_a_batch_with_one_of_another_maker_is_refused_as_a_whole(
    operator: Person, alarm: Alarm, other_vehicle: Vehicle
) -> None:
    other = alarms.opened(other_vehicle)
    with pytest.raises(NotFound):
        desk.alarm_claim(operator, alarm_ids=[alarm.pk, other.pk])
    assert Alarm.objects.filter(state=states.NEW).count() == 2


# ---- claiming


def test_a_claimed_alarm_is_its_owners_with_log_and_audit_row(
    operator: Person, alarm: Alarm
) -> None:
    desk.alarm_claim(operator, alarm_ids=[alarm.pk])
    alarm.refresh_from_db()
    assert (alarm.state, alarm.owner) == (states.CLAIMED, operator)
    assert alarm.claimed_at is not None
    assert kinds(alarm) == ["opened", "claimed"]
    assert audited(alarm, "alarm.claim") == 1


def test_what_somebody_has_is_not_claimed_but_may_be_taken_over_on_record(
    operator: Person, colleague: Person, alarm: Alarm
) -> None:
    desk.alarm_claim(operator, alarm_ids=[alarm.pk])
    with pytest.raises(WrongState, match="operator"):
        desk.alarm_claim(colleague, alarm_ids=[alarm.pk])
    desk.alarm_assign(colleague, alarm_ids=[alarm.pk], person_id=colleague.pk)
    alarm.refresh_from_db()
    assert alarm.owner == colleague


def test_alarms_are_given_to_those_who_handle_alarms_and_to_nobody_else(
    operator: Person, colleague: Person, auditor: Person, other_operator: Person, alarm: Alarm
) -> None:
    for stranger in (auditor, other_operator):
        with pytest.raises(NotFound):
            desk.alarm_assign(operator, alarm_ids=[alarm.pk], person_id=stranger.pk)
    desk.alarm_assign(operator, alarm_ids=[alarm.pk], person_id=colleague.pk)
    alarm.refresh_from_db()
    assert alarm.owner == colleague


def test_only_the_owner_or_the_safety_head_puts_an_alarm_back(
    operator: Person, colleague: Person, safety_head: Person, alarm: Alarm
) -> None:
    desk.alarm_claim(operator, alarm_ids=[alarm.pk])
    with pytest.raises(NotPermitted):
        desk.alarm_release(colleague, alarm_ids=[alarm.pk])
    desk.alarm_release(safety_head, alarm_ids=[alarm.pk])
    alarm.refresh_from_db()
    assert (alarm.state, alarm.owner) == (states.NEW, None)
    with pytest.raises(WrongState):
        desk.alarm_release(safety_head, alarm_ids=[alarm.pk])


def test_a_note_says_something_and_a_call_says_whom_and_how_it_ended(
    operator: Person, alarm: Alarm
) -> None:
    with pytest.raises(BadInput):
        desk.alarm_note(operator, alarm_id=alarm.pk, text="  ")
    with pytest.raises(BadInput, match="outcome"):
        desk.alarm_called(operator, alarm_id=alarm.pk, whom="owner", outcome="fine", text="")
    desk.alarm_note(operator, alarm_id=alarm.pk, text="已看曲线")
    desk.alarm_called(operator, alarm_id=alarm.pk, whom="owner", outcome="no_answer", text="")
    first = Alarm.objects.get(pk=alarm.pk).called_at
    desk.alarm_called(operator, alarm_id=alarm.pk, whom="owner", outcome="reached", text="靠边")
    assert Alarm.objects.get(pk=alarm.pk).called_at == first
    assert kinds(alarm) == ["opened", "noted", "called", "called"]


# ---- aside


def test_a_grave_alarm_waits_an_hour_at_most_and_a_lesser_one_for_days(
    operator: Person, vehicle: Vehicle, alarm: Alarm
) -> None:
    grave = alarms.opened(vehicle, level=3, rule="fault.11")
    two_hours = timezone.now() + timedelta(hours=2)
    with pytest.raises(BadInput, match="level 3"):
        desk.alarm_snooze(operator, alarm_ids=[alarm.pk, grave.pk], until=two_hours, reason="等")
    assert Alarm.objects.filter(state=states.SNOOZED).count() == 0
    desk.alarm_snooze(operator, alarm_ids=[alarm.pk], until=two_hours, reason="等")
    soon = timezone.now() + timedelta(minutes=59)
    desk.alarm_snooze(operator, alarm_ids=[grave.pk], until=soon, reason="等")
    assert Alarm.objects.filter(state=states.SNOOZED).count() == 2


@pytest.mark.parametrize("minutes", [-1, 8 * 24 * 60])
def test_nothing_waits_until_the_past_or_for_ever_or_without_a_reason(
    operator: Person, alarm: Alarm, minutes: int
) -> None:
    until = timezone.now() + timedelta(minutes=minutes)
    with pytest.raises(BadInput, match="until"):
        desk.alarm_snooze(operator, alarm_ids=[alarm.pk], until=until, reason="等")
    with pytest.raises(BadInput, match="reason"):
        desk.alarm_snooze(operator, alarm_ids=[alarm.pk], until=until, reason=" ")


def test_what_was_put_aside_wakes_when_its_time_is_over_and_not_before(
    operator: Person, alarm: Alarm
) -> None:
    until = timezone.now() + timedelta(minutes=5)
    desk.alarm_snooze(operator, alarm_ids=[alarm.pk], until=until, reason="等")
    assert alarms_wake() == 0
    Alarm.objects.filter(pk=alarm.pk).update(snoozed_until=timezone.now())
    assert alarms_wake() == 1
    alarm.refresh_from_db()
    assert (alarm.state, alarm.owner, alarm.snoozed_until) == (states.NEW, None, None)
    assert kinds(alarm)[-1] == "woken"
    assert audited(alarm, "alarm.wake") == 1


def test_what_was_put_aside_wakes_as_soon_as_it_gets_worse(operator: Person, alarm: Alarm) -> None:
    until = timezone.now() + timedelta(hours=5)
    desk.alarm_snooze(operator, alarm_ids=[alarm.pk], until=until, reason="等")
    alarms.worse(alarm, 3)
    alarm_news_work()
    alarm.refresh_from_db()
    assert alarm.state == states.NEW


def test_alarms_merge_within_one_vehicle_and_never_into_a_lesser_one(
    operator: Person, vehicle: Vehicle, alarm: Alarm
) -> None:
    grave = alarms.opened(vehicle, level=3, rule="fault.11")
    with pytest.raises(BadInput, match="less grave"):
        desk.alarm_merge(operator, alarm_ids=[grave.pk], into_id=alarm.pk)
    with pytest.raises(BadInput, match="among"):
        desk.alarm_merge(operator, alarm_ids=[grave.pk], into_id=grave.pk)
    desk.alarm_merge(operator, alarm_ids=[alarm.pk], into_id=grave.pk)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.merged_into) == (states.MERGED, grave)
    with pytest.raises(WrongState):
        desk.alarm_claim(operator, alarm_ids=[alarm.pk])


def test_two_vehicles_alarms_do_not_merge(operator: Person, alarm: Alarm) -> None:
    from voltward.fleet import services

    second = services.vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)
    with pytest.raises(BadInput, match="another vehicle"):
        desk.alarm_merge(operator, alarm_ids=[alarm.pk], into_id=alarms.opened(second).pk)


def test_the_workshop_gets_one_task_for_each_vehicle(
    operator: Person, maker: Maker, vehicle: Vehicle, alarm: Alarm
) -> None:
    service = alarms.person(maker, "service", "aftersales")
    second = alarms.opened(vehicle, rule="fault.3")
    desk.alarm_to_workshop(operator, alarm_ids=[alarm.pk, second.pk], order_text="检查绝缘")
    task = AssignedTask.objects.get()
    assert (task.owner, task.title) == (service, "检查绝缘")
    assert Alarm.objects.filter(state=states.WORKSHOP).count() == 2
    with pytest.raises(BadInput):
        desk.alarm_to_workshop(operator, alarm_ids=[alarm.pk], order_text="")


def test_an_incident_is_told_in_its_transaction_and_reaches_the_incident_desk(
    operator: Person, maker: Maker, alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk_person = alarms.person(maker, "incident-desk", "incident_desk")
    heard: list[AlarmBecameIncident] = []
    monkeypatch.setitem(
        events._LISTENERS, AlarmBecameIncident, [lambda _actor, event: heard.append(event)]
    )
    desk.alarm_to_incident(operator, alarm_id=alarm.pk, text="车主报告冒烟")
    alarm.refresh_from_db()
    assert alarm.state == states.INCIDENT
    assert [event.text for event in heard] == ["车主报告冒烟"]
    assert AssignedTask.objects.get().owner == desk_person
    notice = Notice.objects.get(kind="alarm_incident")
    assert notice.deliveries.filter(person=desk_person).exists()


def test_an_incident_that_a_later_room_refuses_leaves_the_alarm_as_it_was(
    operator: Person, alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_actor: Person, _event: AlarmBecameIncident) -> None:
        raise WrongState("no")

    monkeypatch.setitem(events._LISTENERS, AlarmBecameIncident, [refuse])
    with pytest.raises(WrongState):
        desk.alarm_to_incident(operator, alarm_id=alarm.pk, text="冒烟")
    alarm.refresh_from_db()
    assert alarm.state == states.NEW
    assert not AssignedTask.objects.exists()

"""The desk's clocks: started by grave alarms, ended by claim, call and closing; late data have none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.monitoring import alarms

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.monitoring.services import alarms as desk
from voltward.monitoring.services.alarm_news import alarm_news_work
from voltward.records import selectors
from voltward.records.approvals import approval_accept
from voltward.records.models import Approval, Clock, DeadlineRule, Person

pytestmark = pytest.mark.django_db


def states_of(alarm: Alarm) -> dict[str, str]:
    rows = Clock.objects.filter(subject=f"Alarm:{alarm.pk}")
    return dict(rows.order_by("pk").values_list("code", "state"))


@pytest.mark.parametrize(
    ("level", "claim", "call"),
    [
        (4, ("thermal_claim", 60), ("thermal_call", 180)),
        (3, ("level3_claim", 180), ("level3_call", 600)),
    ],
)
def test_a_grave_alarm_must_be_claimed_and_called_about_within_its_terms(
    vehicle: Vehicle, level: int, claim: tuple[str, int], call: tuple[str, int]
) -> None:
    alarm = alarms.opened(vehicle, level=level)
    alarm_news_work()
    for code, seconds in (claim, call):
        clock = Clock.objects.get(subject=f"Alarm:{alarm.pk}", code=code)
        assert clock.due_at == alarm.received_at + timedelta(seconds=seconds)
        assert clock.maker == alarm.maker
    assert len(states_of(alarm)) == 2


@pytest.mark.parametrize(("level", "late"), [(2, False), (1, False), (3, True), (4, True)])
def test_lesser_alarms_and_late_data_start_no_clock_of_the_desk(
    vehicle: Vehicle, level: int, late: bool
) -> None:
    alarm = alarms.opened(vehicle, level=level, is_late=late)
    alarm_news_work()
    assert states_of(alarm) == {}


def test_starting_them_twice_changes_nothing(vehicle: Vehicle) -> None:
    alarm = alarms.opened(vehicle, level=3)
    for _ in range(2):
        desk.alarm_clocks_start(selectors.installation(), alarm)
    assert len(states_of(alarm)) == 2


def test_a_claim_ends_the_first_clock_and_a_call_the_second_even_when_nobody_answers(
    operator: Person, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle, level=3)
    alarm_news_work()
    desk.alarm_claim(operator, alarm_ids=[alarm.pk])
    assert states_of(alarm) == {"level3_claim": "met", "level3_call": "running"}
    assert Clock.objects.get(code="level3_call").owner == operator
    desk.alarm_called(operator, alarm_id=alarm.pk, whom="driver", outcome="no_answer", text="")
    assert states_of(alarm) == {"level3_claim": "met", "level3_call": "met"}


def test_a_claim_after_its_term_is_met_late(operator: Person, vehicle: Vehicle) -> None:
    ago = timezone.now() - timedelta(minutes=4)
    alarm = alarms.opened(vehicle, level=3, at=ago)
    alarm_news_work()
    desk.alarm_claim(operator, alarm_ids=[alarm.pk])
    assert Clock.objects.get(code="level3_claim").was_late


def test_an_alarm_that_gets_worse_starts_the_sharper_clocks_from_then_on(
    vehicle: Vehicle,
) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    alarm = alarms.opened(vehicle, level=2, at=hour_ago)
    alarm_news_work()
    alarms.worse(alarm, 4)
    alarm_news_work()
    clock = Clock.objects.get(subject=f"Alarm:{alarm.pk}", code="thermal_claim")
    assert timezone.now() - clock.started_at < timedelta(minutes=1)


def test_closing_ends_what_still_runs_as_not_met(
    operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle, level=3)
    alarm_news_work()
    desk.alarm_close(operator, alarm_ids=[alarm.pk], verdict="test", cause="台架")
    assert states_of(alarm)["level3_call"] == "running"  # until the second person agrees
    approval_accept(safety_head, approval_id=Approval.objects.get().pk)
    assert states_of(alarm) == {"level3_claim": "met", "level3_call": "stopped"}


def test_a_merged_alarm_has_no_clock_left(operator: Person, vehicle: Vehicle) -> None:
    alarm = alarms.opened(vehicle, level=3)
    other = alarms.opened(vehicle, level=4, rule="thermal.runaway")
    alarm_news_work()
    desk.alarm_merge(operator, alarm_ids=[alarm.pk], into_id=other.pk)
    assert set(states_of(alarm).values()) == {"stopped"}
    assert set(states_of(other).values()) == {"running"}


def test_local_rules_start_only_where_they_are_switched_on(
    operator: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    base = DeadlineRule.objects.get(code="beijing_alarm_confirm")
    assert not base.is_on
    base.pk, base.maker, base.is_on = None, vehicle.maker, True
    base.proposed_by, base.approved_by = operator, safety_head
    base.save()
    alarm = alarms.opened(vehicle, level=3)
    alarm_news_work()
    assert states_of(alarm)["beijing_alarm_confirm"] == "running"
    desk.alarm_claim(operator, alarm_ids=[alarm.pk])
    assert states_of(alarm)["beijing_alarm_confirm"] == "met"

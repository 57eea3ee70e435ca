"""Hand-overs: filled in by themselves, signed by both, seen where one is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.monitoring.duty.desk import HOUR, audited, person, shift

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, HandOver, Shift
from voltward.monitoring.selectors.hand_overs import hand_overs_missing
from voltward.monitoring.services.hand_overs import hand_over_give, hand_over_take
from voltward.records.models import Maker, Person
from voltward.records.services.clocks import clock_start

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def taker(maker: Maker) -> Person:
    return person(maker, "taker")


@pytest.fixture
def ending(safety_head: Person, operator: Person, taker: Person) -> Shift:
    """Ended a minute ago; the next one is on."""
    row = shift(safety_head, NOW() - 8 * HOUR - timedelta(minutes=1), operator)
    shift(safety_head, row.ends_at, taker, name="中班")
    return row


def alarm(vehicle: Vehicle, level: int, **more: object) -> Alarm:
    given = {
        "maker": vehicle.maker, "vehicle": vehicle, "rule": f"rule.{level}", "level": level,
        "opened_at": NOW(), "received_at": NOW(), "last_at": NOW(), **more,
    }  # fmt: skip
    return Alarm.objects.create(**given)


def test_a_hand_over_signed_by_one_is_not_done(
    ending: Shift, operator: Person, taker: Person
) -> None:
    assert list(hand_overs_missing(operator, NOW())) == [ending]
    given = hand_over_give(operator, shift_id=ending.pk, note="无特别事项")
    assert not given.is_done
    assert list(hand_overs_missing(operator, NOW())) == [ending]
    with pytest.raises(NotPermitted):
        hand_over_take(operator, shift_id=ending.pk)
    assert hand_over_take(taker, shift_id=ending.pk, note="已知悉").is_done
    assert list(hand_overs_missing(operator, NOW())) == []
    assert (audited("duty.hand_over"), audited("duty.take_over")) == (1, 1)


def test_what_is_open_stands_in_it_by_itself(
    ending: Shift, operator: Person, vehicle: Vehicle
) -> None:
    alarm(vehicle, 3)
    alarm(vehicle, 2)
    alarm(vehicle, 1, state="snoozed", snoozed_until=NOW() + HOUR)
    grave = alarm(vehicle, 4)
    clock_start(
        operator, code="thermal_claim", subject=f"Alarm:{grave.pk}", subject_text=vehicle.vin,
        event="alarm", started_at=NOW(),
    )  # fmt: skip
    given = hand_over_give(operator, shift_id=ending.pk, note="见下")
    assert [(one["kind"], one["level"]) for one in given.items] == [
        ("alarm", 4), ("alarm", 3), ("snoozed", 1), ("clock", None),
    ]  # fmt: skip
    assert vehicle.vin in given.items[0]["text"]


def test_another_makers_alarms_stand_in_no_hand_over(
    ending: Shift, operator: Person, other_vehicle: Vehicle
) -> None:
    alarm(other_vehicle, 4)
    assert hand_over_give(operator, shift_id=ending.pk, note="无").items == []


def test_only_those_of_the_shift_give_and_only_those_of_the_next_take(
    ending: Shift, operator: Person, taker: Person, maker: Maker, other_operator: Person
) -> None:
    third = person(maker, "third")
    for actor, refusal in (
        (third, NotPermitted),
        (taker, NotPermitted),
        (other_operator, NotFound),
    ):
        with pytest.raises(refusal):
            hand_over_give(actor, shift_id=ending.pk, note="无")
    with pytest.raises(NotFound):
        hand_over_take(taker, shift_id=ending.pk)
    hand_over_give(operator, shift_id=ending.pk, note="无")
    with pytest.raises(NotPermitted):
        hand_over_take(third, shift_id=ending.pk)
    assert HandOver.objects.get().taken_by is None


def test_where_nobody_was_put_on_the_next_shift_whoever_works_the_desk_takes(
    safety_head: Person, operator: Person, maker: Maker
) -> None:
    row = shift(safety_head, NOW() - 9 * HOUR, operator)
    hand_over_give(operator, shift_id=row.pk, note="无")
    assert hand_over_take(person(maker, "third"), shift_id=row.pk).is_done


def test_it_is_given_near_the_end_with_words_and_not_after_it_was_taken(
    ending: Shift, safety_head: Person, operator: Person, taker: Person
) -> None:
    early = shift(safety_head, NOW() - HOUR, operator, name="夜班")
    with pytest.raises(WrongState):
        hand_over_give(operator, shift_id=early.pk, note="无")
    with pytest.raises(BadInput):
        hand_over_give(operator, shift_id=ending.pk, note=" ")
    hand_over_give(operator, shift_id=ending.pk, note="第一次")
    hand_over_give(operator, shift_id=ending.pk, note="第二次")  # nobody took it yet
    assert HandOver.objects.get().note == "第二次"
    hand_over_take(taker, shift_id=ending.pk)
    for again in (hand_over_give, hand_over_take):
        with pytest.raises((WrongState, NotPermitted)):
            again(operator, shift_id=ending.pk, note="x")


def test_who_does_not_work_the_desk_signs_nothing(ending: Shift, maker: Maker) -> None:
    engineer = person(maker, "engineer-2", "quality_engineer")
    with pytest.raises(NotPermitted):
        hand_over_give(engineer, shift_id=ending.pk, note="无")
    assert not HandOver.objects.exists()

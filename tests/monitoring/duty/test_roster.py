"""The roster: months out of patterns, gaps before they happen, swaps with consent, seats by the roster."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import timezone
from tests.monitoring.duty.desk import HOUR, audited, pattern, person, shift

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.monitoring.duty_ports import _judges, duty_qualified, is_qualified
from voltward.monitoring.models import Shift, ShiftPerson, ShiftSwap
from voltward.monitoring.selectors import roster as selectors
from voltward.monitoring.services import roster as services
from voltward.monitoring.services.roster_gaps import roster_gaps_watch
from voltward.monitoring.services.swaps import swap_ask, swap_decide, swap_withdraw
from voltward.records import seats
from voltward.records.models import Clock, Maker, Notice, Person
from voltward.records.working_time import beijing_day

pytestmark = pytest.mark.django_db
NOW = timezone.now


def next_month() -> date:
    first = beijing_day(NOW()).replace(day=1)
    return (first + timedelta(days=32)).replace(day=1)


def test_a_month_is_made_with_people_in_turn_and_a_second_call_only_fills_up(
    safety_head: Person, operator: Person, maker: Maker
) -> None:
    second = person(maker, "second")
    night = services.pattern_write(
        safety_head, name="夜班", starts=time(0), ends=time(8), people_needed=1
    )
    month = next_month()
    made = services.month_make(
        safety_head, month=month, pattern_id=night.pk, person_ids=[operator.pk, second.pk]
    )
    assert len(made) == len(selectors.shifts_of_month(safety_head, month)) >= 28
    names = [one.people.get().person_id for one in sorted(made, key=lambda one: one.begins_at)[:4]]
    assert names == [operator.pk, second.pk, operator.pk, second.pk]
    assert len({one.seed for one in made}) == len(made)
    assert services.month_make(safety_head, month=month, pattern_id=night.pk) == []
    assert audited("duty.month_make") == 2


def test_who_may_not_manage_makes_nothing(operator: Person, stranger_head: Person) -> None:
    row = pattern(operator.maker)  # type: ignore[arg-type]
    with pytest.raises(NotPermitted):
        services.pattern_write(operator, name="夜班", starts=time(0), ends=time(8), people_needed=1)
    with pytest.raises(NotPermitted):
        services.month_make(operator, month=next_month(), pattern_id=row.pk)
    with pytest.raises(NotFound):
        services.month_make(stranger_head, month=next_month(), pattern_id=row.pk)
    assert not Shift.objects.exists()
    assert audited("duty.month_make", "refused") == 1


@pytest.fixture
def stranger_head(other_maker: Maker) -> Person:
    return person(other_maker, "stranger-head", "safety_head")


def test_a_pattern_needs_a_name_of_its_own_and_people(safety_head: Person) -> None:
    given = {"starts": time(8), "ends": time(16)}
    services.pattern_write(safety_head, name="早班", people_needed=1, **given)
    for name, needed in (("早班", 1), (" ", 1), ("中班", 0)):
        with pytest.raises(BadInput):
            services.pattern_write(safety_head, name=name, people_needed=needed, **given)


def test_a_month_that_is_over_and_a_closed_pattern_make_nothing(safety_head: Person) -> None:
    row = pattern(safety_head.maker)  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        services.month_make(safety_head, month=date(2020, 1, 1), pattern_id=row.pk)
    services.pattern_close(safety_head, pattern_id=row.pk)
    with pytest.raises(WrongState):
        services.month_make(safety_head, month=next_month(), pattern_id=row.pk)


def test_only_people_of_the_desk_and_of_the_maker_are_put_on(
    safety_head: Person, operator: Person, other_operator: Person, system_admin: Person
) -> None:
    row = shift(safety_head, NOW() + HOUR)
    for stranger in (other_operator, system_admin):
        with pytest.raises(NotFound):
            services.shift_assign(safety_head, shift_id=row.pk, person_id=stranger.pk)
    with pytest.raises(NotPermitted):
        services.shift_assign(operator, shift_id=row.pk, person_id=operator.pk)
    services.shift_assign(safety_head, shift_id=row.pk, person_id=operator.pk)
    with pytest.raises(WrongState):
        services.shift_assign(safety_head, shift_id=row.pk, person_id=operator.pk)


def test_nobody_is_taken_off_a_shift_that_has_begun(safety_head: Person, operator: Person) -> None:
    begun, ahead = (
        shift(safety_head, NOW() - HOUR, operator),
        shift(safety_head, NOW() + HOUR, operator),
    )
    with pytest.raises(WrongState):
        services.shift_unassign(safety_head, shift_id=begun.pk, person_id=operator.pk)
    services.shift_unassign(safety_head, shift_id=ahead.pk, person_id=operator.pk)
    assert ShiftPerson.objects.filter(shift=begun).count() == 1
    assert not ShiftPerson.objects.filter(shift=ahead).exists()


def test_gaps_are_found_before_they_happen_and_each_has_a_clock_until_it_is_filled(
    safety_head: Person, operator: Person, maker: Maker
) -> None:
    assert selectors.gaps_ahead(maker, NOW()) == []  # no roster is kept yet
    thin = shift(safety_head, NOW() + 24 * HOUR)
    full = shift(safety_head, NOW() - HOUR, operator, hours=20)
    gaps = selectors.gaps_ahead(maker, NOW())
    assert [gap.shift for gap in gaps] == [None, thin, None]
    # hours without a shift have a clock by the day
    assert roster_gaps_watch() == len({services.gap_subject(gap) for gap in gaps})
    assert roster_gaps_watch() == 0
    clock = Clock.objects.get(subject=f"Shift:{thin.pk}")
    assert (clock.code, clock.is_going) == ("duty_gap", True)
    services.shift_assign(safety_head, shift_id=thin.pk, person_id=operator.pk)
    clock.refresh_from_db()
    assert clock.state == "met"
    assert not Clock.objects.filter(subject=f"Shift:{full.pk}").exists()
    services.shift_unassign(safety_head, shift_id=thin.pk, person_id=operator.pk)
    assert roster_gaps_watch() == 1  # it is open again: a clock of its own


def test_a_swap_changes_nothing_before_the_other_agrees(
    safety_head: Person, operator: Person, maker: Maker
) -> None:
    taker = person(maker, "taker")
    row = shift(safety_head, NOW() + HOUR, operator)
    swap = swap_ask(operator, shift_id=row.pk, taker_id=taker.pk, reason="家中有事")
    assert row.people.get().person == operator
    assert Notice.objects.filter(kind="shift_swap_asked").count() == 1
    with pytest.raises(NotPermitted):
        swap_decide(operator, swap_id=swap.pk, agrees=True)
    swap_decide(taker, swap_id=swap.pk, agrees=True)
    assert row.people.get().person == taker
    assert Notice.objects.filter(kind="shift_swap_decided").count() == 1
    with pytest.raises(WrongState):
        swap_decide(taker, swap_id=swap.pk, agrees=False)


def test_a_swap_may_be_refused_or_withdrawn_and_the_shift_stays(
    safety_head: Person, operator: Person, maker: Maker, other_operator: Person
) -> None:
    taker = person(maker, "taker")
    row = shift(safety_head, NOW() + HOUR, operator)
    first = swap_ask(operator, shift_id=row.pk, taker_id=taker.pk, reason="a")
    with pytest.raises(WrongState):
        swap_ask(operator, shift_id=row.pk, taker_id=taker.pk, reason="b")
    with pytest.raises(NotFound):
        swap_decide(other_operator, swap_id=first.pk, agrees=True)
    with pytest.raises(NotPermitted):
        swap_withdraw(taker, swap_id=first.pk)
    swap_withdraw(operator, swap_id=first.pk)
    second = swap_ask(operator, shift_id=row.pk, taker_id=taker.pk, reason="b")
    swap_decide(taker, swap_id=second.pk, agrees=False)
    assert row.people.get().person == operator
    assert {one.state for one in ShiftSwap.objects.all()} == {"withdrawn", "refused"}


def test_nobody_asks_for_a_shift_of_others_or_takes_two_at_once(
    safety_head: Person, operator: Person, maker: Maker
) -> None:
    taker = person(maker, "taker")
    row = shift(safety_head, NOW() + HOUR, operator)
    shift(safety_head, NOW() + 2 * HOUR, taker, name="中班")
    with pytest.raises(NotPermitted):
        swap_ask(taker, shift_id=row.pk, taker_id=operator.pk, reason="a")
    with pytest.raises(WrongState):
        swap_ask(operator, shift_id=row.pk, taker_id=taker.pk, reason="a")
    with pytest.raises(BadInput):
        swap_ask(operator, shift_id=row.pk, taker_id=operator.pk, reason="a")
    assert not ShiftSwap.objects.exists()


def test_a_duty_seat_is_for_those_on_the_roster(
    safety_head: Person, operator: Person, maker: Maker
) -> None:
    other = person(maker, "other")
    assert seats.may_sit(other, NOW())  # no roster is kept
    row = shift(safety_head, NOW() - HOUR, operator, hours=2)
    assert seats.may_sit(operator, NOW())
    assert not seats.may_sit(other, NOW())
    # so long after its end the shift still hands over
    assert seats.may_sit(operator, row.ends_at + timedelta(minutes=20))
    row.people.all().delete()
    assert seats.may_sit(other, NOW())  # nobody was put on it, and somebody must sit there


def test_qualification_is_said_to_be_unchecked_until_somebody_keeps_it(operator: Person) -> None:
    assert is_qualified(operator, NOW()) is None
    try:
        duty_qualified(lambda who, at: who.login != "operator" and at is not None)
        assert is_qualified(operator, NOW()) is False
    finally:
        _judges.clear()

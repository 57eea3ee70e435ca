"""Limits as people change them: drafted by one, approved by another, in force later, rolled back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.monitoring.limit_drafts import SPREAD, STEP, approved, begun, drafted, entries, entry

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import BatteryType
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_checks import BadLimits
from voltward.monitoring.models import LimitRevision, LimitSet
from voltward.monitoring.selectors import limits as selectors
from voltward.monitoring.services import limits
from voltward.records import selectors as record_selectors
from voltward.records import services as record_services
from voltward.records.approvals import (
    approval_accept,
    approval_by_id,
    approval_refuse,
    approval_withdraw,
)
from voltward.records.models import AuditRow, Maker, Person

pytestmark = pytest.mark.django_db
NOW = timezone.now


def _person(maker: Maker, login: str, role: str) -> Person:
    return record_services.person_create(
        record_selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )


@pytest.fixture
def engineer(maker: Maker) -> Person:
    return _person(maker, "engineer", "quality_engineer")


@pytest.fixture
def incident(maker: Maker) -> Person:
    """Looks at alarms, but may not touch a limit."""
    return _person(maker, "incident", "incident_desk")


@pytest.fixture
def stranger(other_maker: Maker) -> Person:
    return _person(other_maker, "stranger", "safety_head")


def stage_of(actor: Person, row: LimitRevision) -> str:
    rows = list(selectors.limit_revisions(actor).filter(limit_set=row.limit_set_id))
    return next(one.stage for one in selectors.standings(rows) if one.revision.pk == row.pk)


def test_a_draft_is_proposed_by_one_and_approved_by_another_and_begins_two_minutes_later(
    operator: Person, safety_head: Person
) -> None:
    before = selectors.limit_generation()
    row = drafted(operator, {STEP: 25.0})
    asked = limits.limit_propose(operator, revision_id=row.pk, note="夏季标定")
    assert stage_of(operator, row) == states.PROPOSED
    at = NOW()
    approval_accept(safety_head, approval_id=asked.pk)
    row.refresh_from_db()
    assert (row.state, row.approved_by, row.proposed_by) == ("approved", safety_head, operator)
    assert row.effective_from is not None
    assert timedelta(minutes=2) <= row.effective_from - at < timedelta(minutes=2, seconds=30)
    assert stage_of(operator, row) == states.PENDING
    assert not selectors.limits_in_force(operator)
    assert selectors.limit_generation() == before + 1
    begun(row)
    assert stage_of(operator, row) == states.IN_FORCE
    told = AuditRow.objects.filter(action__startswith="limit.", result="done").order_by("pk")
    assert [one.action for one in told] == [
        "limit.draft", "limit.write", "limit.propose", "limit.approve",
    ]  # fmt: skip
    assert told[2].after[STEP]["value"] == 25.0


def test_who_may_not_touch_limits_writes_nothing(incident: Person, operator: Person) -> None:
    row = drafted(operator, {STEP: 25.0})
    for attempt in (
        lambda: limits.limit_draft(incident, scope="chemistry", subject="01"),
        lambda: limits.limit_write(incident, revision_id=row.pk, values=entries({STEP: 30.0})),
        lambda: limits.limit_import(incident, revision_id=row.pk, text=""),
        lambda: limits.limit_propose(incident, revision_id=row.pk, note="x"),
        lambda: limits.limit_drop(incident, revision_id=row.pk),
        lambda: limits.limit_roll_back(incident, to_id=row.pk, note="x"),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    row.refresh_from_db()
    assert (row.state, row.values[STEP]["value"]) == ("draft", 25.0)
    assert LimitSet.objects.count() == 1


def test_nobody_approves_their_own_wish_and_only_holders_of_the_grant_approve(
    operator: Person, engineer: Person, safety_head: Person
) -> None:
    own = drafted(safety_head, {STEP: 25.0})
    asked = limits.limit_propose(safety_head, revision_id=own.pk, note="x")
    for actor, refusal in ((safety_head, NotPermitted), (engineer, NotFound), (operator, NotFound)):
        with pytest.raises(refusal):
            approval_accept(actor, approval_id=asked.pk)
    own.refresh_from_db()
    assert own.state == "proposed"


def test_another_makers_limits_are_not_found(operator: Person, stranger: Person) -> None:
    row = drafted(operator, {STEP: 25.0})
    for attempt in (
        lambda: selectors.limit_set_by_id(stranger, row.limit_set_id),
        lambda: selectors.limit_revision_by_id(stranger, row.pk),
        lambda: limits.limit_write(stranger, revision_id=row.pk, values={}),
        lambda: limits.limit_import(stranger, revision_id=row.pk, text="values: {}"),
        lambda: limits.limit_propose(stranger, revision_id=row.pk, note="x"),
        lambda: limits.limit_drop(stranger, revision_id=row.pk),
        lambda: limits.limit_roll_back(stranger, to_id=row.pk, note="x"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert not selectors.limit_sets(stranger).exists()


def test_a_scope_is_one_of_the_makers_own(
    operator: Person, maker: Maker, other_maker: Maker
) -> None:
    own = BatteryType.objects.create(maker=maker, name="B1", chemistry="01")
    other = BatteryType.objects.create(maker=other_maker, name="B2")
    assert limits.limit_draft(operator, scope="battery_type", subject=str(own.pk)).number == 1
    with pytest.raises(NotFound):
        limits.limit_draft(operator, scope="battery_type", subject=str(other.pk))
    for scope, subject in (
        ("maker", "1"),
        ("chemistry", "99"),
        ("planet", ""),
        ("battery_type", "x"),
    ):
        with pytest.raises(BadInput):
            limits.limit_draft(operator, scope=scope, subject=subject)
    assert LimitSet.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "wrong", "code"),
    [
        ("no.such_key", {"value": 1.0, "source": "x", "confidence": "M"}, "unknown_key"),
        (STEP, entry(STEP, 0.5), "out_of_range"),
        (STEP, entry(STEP, float("nan")), "out_of_range"),
        (STEP, entry(STEP, None), "no_number"),
        (STEP, entry(STEP, True), "no_number"),
        (STEP, entry(STEP, 20.0, unit="K"), "wrong_unit"),
        (STEP, entry(STEP, 20.0, source=" "), "no_source"),
        (STEP, entry(STEP, 20.0, source="x" * 241), "too_long"),
        (STEP, entry(STEP, 20.0, confidence="Z"), "no_confidence"),
        ("fault.level_3", entry("fault.level_3", 1.5), "no_whole_number"),
    ],
)
def test_a_value_that_is_no_limit_is_refused_and_nothing_is_written(
    operator: Person, key: str, wrong: dict[str, Any], code: str
) -> None:
    row = drafted(operator, {SPREAD: 310.0})
    with pytest.raises(BadLimits) as refused:
        limits.limit_write(operator, revision_id=row.pk, values={key: wrong})
    assert [one.code for one in refused.value.complaints] == [code]
    row.refresh_from_db()
    assert set(row.values) == {SPREAD}


def test_a_key_is_given_back_to_the_wider_scopes(operator: Person) -> None:
    row = drafted(operator, {STEP: 25.0, SPREAD: 310.0})
    row = limits.limit_write(operator, revision_id=row.pk, values={STEP: None})
    assert set(row.values) == {SPREAD}


def test_a_set_has_one_draft_and_a_proposed_one_is_no_longer_written(operator: Person) -> None:
    row = drafted(operator, {STEP: 25.0})
    with pytest.raises(WrongState):
        limits.limit_draft(operator, scope="maker")
    limits.limit_propose(operator, revision_id=row.pk, note="x")
    for attempt in (
        lambda: limits.limit_write(operator, revision_id=row.pk, values=entries({STEP: 30.0})),
        lambda: limits.limit_drop(operator, revision_id=row.pk),
        lambda: limits.limit_propose(operator, revision_id=row.pk, note="x"),
    ):
        with pytest.raises(WrongState):
            attempt()
    second = limits.limit_draft(operator, scope="maker")
    assert (second.number, second.values) == (2, {})
    assert limits.limit_drop(operator, revision_id=second.pk).state == "dropped"


def test_a_wish_needs_a_reason_a_difference_and_an_instant_to_come(operator: Person) -> None:
    empty = limits.limit_draft(operator, scope="maker")
    with pytest.raises(BadInput):
        limits.limit_propose(operator, revision_id=empty.pk, note="x")
    limits.limit_write(operator, revision_id=empty.pk, values=entries({STEP: 25.0}))
    for note, wished in (
        (" ", None),
        ("x", NOW() - timedelta(seconds=1)),
        ("x", NOW() + timedelta(days=400)),
        ("x", NOW().replace(tzinfo=None) + timedelta(days=1)),
    ):
        with pytest.raises(BadInput):
            limits.limit_propose(operator, revision_id=empty.pk, note=note, wished_from=wished)
    empty.refresh_from_db()
    assert empty.state == "draft"


def test_limits_begin_at_the_instant_that_was_wished(operator: Person, safety_head: Person) -> None:
    wished = (NOW() + timedelta(days=1)).replace(microsecond=0)
    row = approved(operator, safety_head, {STEP: 25.0}, wished_from=wished)
    assert row.effective_from is not None
    assert timedelta() <= row.effective_from - wished <= timedelta(seconds=1)


def test_a_wish_that_was_refused_or_taken_back_may_be_drafted_again_with_its_values(
    operator: Person, safety_head: Person
) -> None:
    for number, decide in enumerate(
        (
            lambda asked: approval_refuse(safety_head, approval_id=asked, note="nein"),
            lambda asked: approval_withdraw(operator, approval_id=asked),
        ),
        1,
    ):
        row = drafted(operator, {STEP: 20.0 + number})
        decide(limits.limit_propose(operator, revision_id=row.pk, note="x").pk)
        row.refresh_from_db()
        assert stage_of(operator, row) == states.REFUSED
        again = limits.limit_draft(operator, scope="maker", copy_of=row.pk)
        assert again.values == row.values
        limits.limit_drop(operator, revision_id=again.pk)


def test_what_is_not_based_on_the_newest_is_not_approved(
    operator: Person, engineer: Person, safety_head: Person
) -> None:
    early = drafted(operator, {STEP: 25.0})
    asked = limits.limit_propose(operator, revision_id=early.pk, note="x")
    newer = approved(engineer, safety_head, {STEP: 30.0})
    with pytest.raises(WrongState):
        approval_accept(safety_head, approval_id=asked.pk)
    early.refresh_from_db()
    assert early.state == "proposed"
    assert approval_by_id(safety_head, asked.pk).state == "waiting"
    begun(newer)
    assert selectors.limits_in_force(operator)[newer.limit_set_id].values[STEP]["value"] == 30.0


def test_rolling_back_is_a_new_revision_with_the_old_values_that_a_second_person_agrees_to(
    operator: Person, safety_head: Person
) -> None:
    first = begun(approved(operator, safety_head, {STEP: 25.0}), timedelta(hours=2))
    second = begun(approved(operator, safety_head, {STEP: 40.0}), timedelta(hours=1))
    with pytest.raises(WrongState):
        limits.limit_roll_back(operator, to_id=second.pk, note="x")
    with pytest.raises(BadInput):
        limits.limit_roll_back(operator, to_id=first.pk, note=" ")
    asked = limits.limit_roll_back(operator, to_id=first.pk, note="误报增多")
    assert stage_of(operator, second) == states.IN_FORCE
    approval_accept(safety_head, approval_id=asked.pk)
    third = begun(LimitRevision.objects.get(approval=asked))
    assert (third.number, third.takes_back, third.values) == (3, second, first.values)
    assert [stage_of(operator, one) for one in (first, second, third)] == [
        states.SUPERSEDED, states.ROLLED_BACK, states.IN_FORCE,
    ]  # fmt: skip


def test_rolling_back_what_has_not_begun_keeps_it_from_ever_beginning(
    operator: Person, safety_head: Person
) -> None:
    first = begun(approved(operator, safety_head, {STEP: 25.0}))
    later = approved(operator, safety_head, {STEP: 40.0}, wished_from=NOW() + timedelta(days=1))
    asked = limits.limit_roll_back(operator, to_id=first.pk, note="x")
    approval_accept(safety_head, approval_id=asked.pk)
    back = begun(LimitRevision.objects.get(approval=asked))
    assert stage_of(operator, later) == states.ROLLED_BACK
    in_two_days = selectors.limits_in_force(operator, NOW() + timedelta(days=2))
    assert in_two_days[first.limit_set_id] == back


def test_a_second_person_sees_each_value_as_it_is_and_as_it_would_be(
    operator: Person, safety_head: Person
) -> None:
    begun(approved(operator, safety_head, {STEP: 25.0}))
    row = drafted(operator, {STEP: 30.0, SPREAD: 310.0})
    asked = limits.limit_propose(operator, revision_id=row.pk, note="x")
    shown = dict(limits.REVISION.shown(asked))  # type: ignore[misc]
    assert shown[STEP].startswith("25\u2009℃ → 30\u2009℃")
    assert shown[SPREAD].startswith("— → 310\u2009mV")


def test_narrower_scopes_see_what_the_wider_ones_say(
    operator: Person, safety_head: Person, maker: Maker
) -> None:
    kind = BatteryType.objects.create(maker=maker, name="B1", chemistry="01")
    begun(approved(operator, safety_head, {STEP: 25.0, SPREAD: 310.0}))
    begun(approved(operator, safety_head, {STEP: 30.0}, scope="chemistry", subject="01"))
    begun(approved(operator, safety_head, {STEP: 35.0}, scope="chemistry", subject="04"))
    row = limits.limit_draft(operator, scope="battery_type", subject=str(kind.pk))
    wider = selectors.wider_values(operator, row.limit_set)
    assert {key: held[0]["value"] for key, held in wider.items()} == {STEP: 30.0, SPREAD: 310.0}
    assert [held["value"] for _, held in selectors.limits_by_key(operator)[STEP]] == [
        25.0,
        30.0,
        35.0,
    ]

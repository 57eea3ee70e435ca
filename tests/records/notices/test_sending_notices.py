"""Asking for a notice: who gets it, once, inside the action that asks, and never across makers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from tests.records.notices.conftest import House, late, person

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.records import events, selectors
from voltward.records.models import (
    Acknowledgement,
    Assignment,
    AuditRow,
    Channel,
    Delivery,
    Maker,
    Notice,
    Person,
    Post,
    PostHolder,
    Unit,
)
from voltward.records.notice_events import Wish, on_event
from voltward.records.selectors import notices as readings
from voltward.records.selectors.recipients import ToPost, ToRole
from voltward.records.services.notices import (
    notice_acknowledge,
    notice_send,
    own_notice_read,
    own_notices_read,
)

pytestmark = pytest.mark.django_db
VALUES = {"file": "a.csv", "rows": 3, "failed": 0}


def test_a_notice_lies_in_the_inbox_at_once_and_waits_for_its_first_outside_way(
    operator: Person, ways: dict[str, Channel]
) -> None:
    late(operator, operator)
    rows = Delivery.objects.order_by("rank").values_list("kind", "state")
    assert list(rows) == [("inbox", "waiting"), ("email", "waiting"), ("sms", "standby")]
    assert readings.inbox_unread(operator) == 1


def test_a_notice_is_undone_with_the_action_that_sent_it(operator: Person, house: House) -> None:
    @transaction.atomic
    def action() -> None:
        late(operator, operator)
        raise WrongState("the action changed its mind")

    with pytest.raises(WrongState):
        action()
    assert not Notice.objects.exists()


def test_outside_a_transaction_no_notice_is_taken(
    operator: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("voltward.records.services.notices.connection", outside)
    with pytest.raises(RuntimeError, match="outside a transaction"):
        notice_send(operator, kind="import_finished", to=[operator], values=VALUES)


def test_a_notice_leaves_an_audit_row_without_its_values(operator: Person, house: House) -> None:
    late(operator, operator)
    row = AuditRow.objects.get(action="notice.send")
    assert row.after["people"] == [operator.pk]
    assert "LVV" not in str(row.after)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"values": {"file": "x"}}, "values"),
        ({"values": {**VALUES, "more": 1}}, "values"),
        ({"severity": 9}, "severity"),
        ({"path": "https://bad.example/"}, "path"),
        ({"path": "//bad.example/"}, "path"),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused_and_nothing_is_written(
    operator: Person, house: House, wrong: dict[str, Any], found: str
) -> None:
    given = {"kind": "import_finished", "to": [operator], "values": VALUES, **wrong}
    with pytest.raises(BadInput, match=found), transaction.atomic():
        notice_send(operator, **given)
    assert not Notice.objects.exists()


def test_another_makers_person_cannot_be_told(
    operator: Person, other_operator: Person, house: House
) -> None:
    with pytest.raises(NotFound):
        late(operator, other_operator)
    assert not Delivery.objects.exists()


def test_a_role_means_its_holders_of_the_own_maker_and_of_units_above(
    operator: Person, other_operator: Person, second: Person, maker: Maker, house: House
) -> None:
    plant = Unit.objects.create(maker=maker, code="P", name="基地")
    line = Unit.objects.create(maker=maker, code="L", name="产线", parent=plant)
    other = Unit.objects.create(maker=maker, code="O", name="别处")
    Assignment.objects.filter(person=second).update(unit=other)
    third = person("third", maker)
    Assignment.objects.filter(person=third).update(unit=plant)
    notice = late(operator, ToRole("monitoring_operator", line))
    told = set(notice.deliveries.values_list("person", flat=True))
    assert told == {operator.pk, third.pk}


def test_a_post_means_whoever_holds_it_today(
    operator: Person, second: Person, maker: Maker, house: House
) -> None:
    unit = Unit.objects.create(maker=maker, code="P", name="基地")
    post = Post.objects.create(unit=unit, name="班长")
    PostHolder.objects.create(post=post, person=operator, since="2020-01-01", until="2020-02-01")
    PostHolder.objects.create(post=post, person=second, since="2020-02-01")
    notice = late(operator, ToPost(post))
    assert set(notice.deliveries.values_list("person", flat=True)) == {second.pk}


def test_a_notice_for_a_role_without_holders_is_kept_and_shown_as_unreached(
    operator: Person, house: House
) -> None:
    notice = late(operator, ToRole("cyber_officer"))
    assert list(readings.notice_unreached(operator)) == [notice]


# ---- the same again


def test_the_same_key_within_its_window_adds_no_second_notice(
    operator: Person, house: House
) -> None:
    first = late(operator, operator, dedup_key="clock:7", window=timedelta(minutes=10))
    house.clock.advance(599)
    assert late(operator, operator, dedup_key="clock:7") == first
    first.refresh_from_db()
    assert (first.repeats, Delivery.objects.count()) == (1, 1)
    house.clock.advance(1)
    assert late(operator, operator, dedup_key="clock:7") != first


def test_another_key_or_another_maker_is_another_notice(
    operator: Person, other_operator: Person, house: House
) -> None:
    first = late(operator, operator, dedup_key="clock:7")
    assert late(operator, operator, dedup_key="clock:8") != first
    assert late(other_operator, other_operator, dedup_key="clock:7") != first


def test_a_more_severe_repetition_is_told_again(operator: Person, house: House) -> None:
    first = late(operator, operator, dedup_key="k", severity=2)
    assert late(operator, operator, dedup_key="k", severity=3) != first


def test_a_repetition_still_reaches_people_whom_the_first_did_not(
    operator: Person, second: Person, house: House
) -> None:
    first = late(operator, operator, dedup_key="k")
    late(operator, operator, second, dedup_key="k")
    told = first.deliveries.values_list("person", flat=True)
    assert sorted(told) == sorted([operator.pk, second.pk])


# ---- reading and acknowledging


def test_acknowledging_ends_the_calls_to_this_person_only(
    operator: Person, second: Person, ways: dict[str, Channel]
) -> None:
    notice = late(operator, operator, second)
    notice_acknowledge(operator, notice_id=notice.pk)
    states = Delivery.objects.exclude(kind="inbox").values_list("person__login", "kind", "state")
    assert set(states) == {
        ("operator", "email", "unneeded"), ("operator", "sms", "unneeded"),
        ("second", "email", "waiting"), ("second", "sms", "standby"),
    }  # fmt: skip
    assert readings.inbox_unread(operator) == 0
    assert AuditRow.objects.filter(action="notice.acknowledge", actor=operator).count() == 1


def test_nobody_acknowledges_what_was_not_for_them_or_twice(
    operator: Person, second: Person, other_operator: Person, house: House
) -> None:
    notice = late(operator, operator)
    for stranger in (second, other_operator):
        with pytest.raises(NotFound):
            notice_acknowledge(stranger, notice_id=notice.pk)
        with pytest.raises(NotFound):
            own_notice_read(stranger, notice_id=notice.pk)
    notice_acknowledge(operator, notice_id=notice.pk)
    with pytest.raises(WrongState):
        notice_acknowledge(operator, notice_id=notice.pk)
    assert Acknowledgement.objects.count() == 1


def test_reading_everything_touches_nobody_elses_inbox(
    operator: Person, second: Person, house: House
) -> None:
    late(operator, operator, second)
    late(operator, operator)
    assert own_notices_read(operator) == 2
    assert (readings.inbox_unread(operator), readings.inbox_unread(second)) == (0, 1)


# ---- events


@dataclass(frozen=True)
class Happened:
    rows: int


def test_an_event_becomes_a_notice_in_the_transaction_that_told_of_it(
    operator: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_LISTENERS", type(events._LISTENERS)(list))
    on_event(
        Happened,
        lambda actor, event: [
            Wish("import_finished", [actor], {**VALUES, "rows": event.rows}, subject=actor)
        ],
    )
    with transaction.atomic():
        events.tell(operator, Happened(7))
    notice = Notice.objects.get()
    assert (notice.values["rows"], notice.subject) == (7, f"Person:{operator.pk}")


def test_the_platform_itself_can_tell_a_makers_people(
    operator: Person, maker: Maker, house: House
) -> None:
    notice = late(selectors.installation(), ToRole("monitoring_operator"), maker=maker)
    assert (notice.maker, notice.deliveries.get().person) == (maker, operator)

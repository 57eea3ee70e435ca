"""What people do with a case: allowed, refused, another maker's, wrong state, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from tests.monitoring.watch.conftest import DAY

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring import watch_states
from voltward.monitoring.models import ContactAttempt, WatchCase, WatchStep
from voltward.monitoring.services import watch
from voltward.monitoring.services.watch_rounds import rechecks_due
from voltward.monitoring.watch_events import WatchCaseClosed
from voltward.records import days
from voltward.records.events import _LISTENERS
from voltward.records.models import AuditRow, Clock, Person
from voltward.records.selectors import installation
from voltward.records.working_time import end_of

pytestmark = pytest.mark.django_db
GOOD: dict[str, dict[str, Any]] = {
    "watch_assign": {},
    "watch_contact": {"reached": "owner", "outcome": "no_answer"},
    "watch_note": {"text": "已查车管所记录"},
    "watch_recheck": {"reason": "车主出差，月底返回"},
    "watch_close": {"verdict": "safe", "text": "车库停放，已断开低压"},
}


@pytest.fixture
def case(vehicle: Vehicle) -> WatchCase:
    numbers = {"offline_d": 70.0, "limit_d": 60.0}
    return WatchCase.objects.create(
        maker=vehicle.maker, vehicle=vehicle, queue="long_offline", measure=70, now=numbers,
        why={"numbers": numbers, "limits": {}},
    )  # fmt: skip


@pytest.fixture
def group(vehicle: Vehicle) -> WatchCase:
    return WatchCase.objects.create(maker=vehicle.maker, queue="dense_parking", measure=120)


def do(name: str, actor: Person, case: WatchCase, **more: Any) -> Any:
    values = {**GOOD[name], **more}
    if name == "watch_assign":
        values.setdefault("owner_id", actor.pk)
    if name == "watch_contact":
        values.setdefault("at", timezone.now() - timedelta(minutes=5))
    if name == "watch_recheck":
        values.setdefault("on", days.today() + 10 * DAY)
    return getattr(watch, name)(actor, case_id=case.pk, **values)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    ("role", "may_handle", "may_close"),
    [
        ("monitoring_operator", True, True), ("safety_head", True, True), ("aftersales", True, False),
        ("auditor", False, False), ("regulator", False, False), ("incident_desk", False, False),
        ("quality_engineer", True, False), ("system_admin", False, False),
    ],
)  # fmt: skip
def test_who_may_do_what_with_a_case(
    name: str, role: str, may_handle: bool, may_close: bool, case: WatchCase,
    person: Callable[[str], Person],
) -> None:  # fmt: skip
    actor = person(role)
    if may_close if name == "watch_close" else may_handle:
        do(name, actor, case)
        action = name.replace("_", ".", 1)
        assert AuditRow.objects.filter(action=action, actor=actor, result="done").count() == 1
        assert WatchStep.objects.filter(case=case, person=actor).exists()
        return
    with pytest.raises(NotPermitted):
        do(name, actor, case)
    case.refresh_from_db()
    assert case.state == watch_states.OPEN
    assert not case.steps.exists()


@pytest.mark.parametrize("name", GOOD)
def test_another_makers_case_is_not_found(
    name: str, case: WatchCase, other_operator: Person
) -> None:
    with pytest.raises(NotFound):
        do(name, other_operator, case)
    assert not WatchStep.objects.exists()


@pytest.mark.parametrize("name", [one for one in GOOD if one != "watch_note"])
def test_a_closed_case_takes_nothing_but_notes(
    name: str, case: WatchCase, operator: Person
) -> None:
    do("watch_close", operator, case)
    with pytest.raises(WrongState):
        do(name, operator, case)
    do("watch_note", operator, case)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("watch_contact", {"outcome": "maybe"}),
        ("watch_contact", {"at": timezone.now() + DAY}),
        ("watch_note", {"text": " "}),
        ("watch_recheck", {"on": days.today()}),
        ("watch_recheck", {"on": days.today() + 400 * DAY}),
        ("watch_recheck", {"reason": " "}),
        ("watch_close", {"verdict": "fine"}),
        ("watch_close", {"text": " "}),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    name: str, wrong: dict[str, Any], case: WatchCase, operator: Person
) -> None:
    with pytest.raises(BadInput):
        do(name, operator, case, **wrong)
    case.refresh_from_db()
    assert case.state == watch_states.OPEN
    assert not WatchStep.objects.exists()
    assert not Clock.objects.exists()


def test_a_case_in_other_hands_changes_them_for_a_reason_only(
    case: WatchCase, operator: Person, safety_head: Person
) -> None:
    do("watch_assign", operator, case)
    with pytest.raises(BadInput):
        do("watch_assign", safety_head, case)
    do("watch_assign", safety_head, case, reason="操作员换班")
    case.refresh_from_db()
    assert case.owner == safety_head


def test_whoever_calls_has_the_case_if_nobody_had_it(case: WatchCase, operator: Person) -> None:
    do("watch_contact", operator, case)
    case.refresh_from_db()
    assert (case.state, case.owner) == (watch_states.IN_HAND, operator)
    assert ContactAttempt.objects.get().person == operator


def test_contacts_and_log_are_never_changed(case: WatchCase, operator: Person) -> None:
    do("watch_contact", operator, case)
    for rows in (ContactAttempt.objects.all(), WatchStep.objects.all()):
        for change in (rows.delete, lambda rows=rows: rows.update(case=case)):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_nothing_closes_a_case_without_a_verdict(case: WatchCase) -> None:
    rows = WatchCase.objects.filter(pk=case.pk)
    for values in (
        {"state": "closed"},
        {"state": "closed", "closed_at": timezone.now(), "verdict": "safe"},
        {"verdict": "safe"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**values)


# ---- the clock of a recheck


@pytest.mark.parametrize("ahead", range(1, 9))
def test_a_recheck_runs_a_clock_to_the_end_of_its_day_or_over_the_rest_days_behind_it(
    case: WatchCase, operator: Person, ahead: int
) -> None:
    on = days.today() + ahead * DAY
    do("watch_recheck", operator, case, on=on)
    clock = Clock.objects.get()
    assert clock.due_at is not None
    assert end_of(on) <= clock.due_at <= end_of(on + 10 * DAY)
    assert (clock.subject, clock.owner) == (f"WatchCase:{case.pk}", operator)
    case.refresh_from_db()
    assert (case.state, case.recheck_on) == (watch_states.RECHECKING, on)


def test_another_day_ends_the_old_clock_and_a_verdict_meets_the_last_one(
    case: WatchCase, operator: Person
) -> None:
    do("watch_recheck", operator, case)
    do("watch_recheck", operator, case, on=days.today() + 20 * DAY)
    do("watch_recheck", operator, case)  # the first day again
    assert list(Clock.objects.order_by("pk").values_list("state", flat=True)) == [
        "stopped", "stopped", "running",
    ]  # fmt: skip
    do("watch_close", operator, case)
    last = Clock.objects.latest("pk")
    assert (last.state, last.proof_text) == ("met", GOOD["watch_close"]["text"])


def test_a_recheck_whose_day_has_come_is_in_hand_again(case: WatchCase, operator: Person) -> None:
    do("watch_recheck", operator, case)
    assert rechecks_due(installation()) == 0
    WatchCase.objects.filter(pk=case.pk).update(recheck_on=days.today())
    assert rechecks_due(installation()) == 1
    case.refresh_from_db()
    assert case.state == watch_states.IN_HAND
    assert rechecks_due(installation()) == 0


# ---- many at once, groups, others who listen


def test_many_are_given_away_together_or_none(
    case: WatchCase, group: WatchCase, operator: Person, safety_head: Person
) -> None:
    ids = [case.pk, group.pk]
    assert watch.watch_assign_many(operator, case_ids=ids, owner_id=operator.pk) == 2
    do("watch_close", operator, group)
    with pytest.raises(WrongState):
        watch.watch_recheck_many(
            operator, case_ids=ids, on=days.today() + 5 * DAY, reason="等待下次研判"
        )
    case.refresh_from_db()
    assert case.recheck_on is None
    assert not Clock.objects.exists()


def test_only_a_group_has_somebody_to_ask_about_its_place(
    case: WatchCase, group: WatchCase, operator: Person, other_operator: Person
) -> None:
    watch.watch_place(operator, case_id=group.pk, contact="临港物流园 值班 021-0000 0000")
    group.refresh_from_db()
    assert group.place_contact.startswith("临港物流园")
    with pytest.raises(BadInput):
        watch.watch_place(operator, case_id=case.pk, contact="x")
    with pytest.raises(NotFound):
        watch.watch_place(other_operator, case_id=group.pk, contact="x")


def test_others_hear_of_a_verdict_and_may_refuse_it(case: WatchCase, operator: Person) -> None:
    heard = []

    def refuse(_actor: Person, event: WatchCaseClosed) -> None:
        heard.append(event.case.verdict)
        raise WrongState("an incident is open")

    _LISTENERS[WatchCaseClosed].append(refuse)
    try:
        with pytest.raises(WrongState):
            do("watch_close", operator, case, verdict="unsafe")
    finally:
        _LISTENERS[WatchCaseClosed].remove(refuse)
    case.refresh_from_db()
    assert heard == ["unsafe"]
    assert case.state == watch_states.OPEN


def test_only_the_platform_runs_rounds(safety_head: Person, case: WatchCase) -> None:
    from voltward.monitoring.services.watch_rounds import _rechecks_turn

    with pytest.raises(NotPermitted):
        _rechecks_turn(safety_head, maker=case.maker, cases=[case])

"""Floods of level 1 and 2: disposed of by approved rules alone; and how much the desk bears."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.monitoring import alarms

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep, DispositionRule
from voltward.monitoring.selectors.alarm_figures import desk_hours, rule_record, wilson
from voltward.monitoring.selectors.desk_rules import desk_rule
from voltward.monitoring.services.alarm_aside import alarms_wake
from voltward.monitoring.services.alarms import alarm_claim, alarm_close, alarm_to_workshop
from voltward.monitoring.services.desk_rules import Proposal, desk_rule_propose
from voltward.monitoring.services.disposing import dispositions_apply
from voltward.monitoring.services.dispositions import (
    Disposition,
    disposition_end,
    disposition_propose,
)
from voltward.records.approvals import approval_accept, approval_refuse
from voltward.records.models import Approval, AuditRow, Maker, Person
from voltward.records.working_time import beijing_day

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def engineer(maker: Maker) -> Person:
    return alarms.person(maker, "engineer", "quality_engineer")


def closing(**changes: object) -> Disposition:
    plain = Disposition(
        title="短时自解除", condition="self_cleared", amount=5, deed="close", verdict="false",
        cause="5 分钟内自行解除", rule="insulation.low", level=1, source="企业规定",
        effective_from=beijing_day(timezone.now()),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type] # tests name fields


def approved(engineer: Person, head: Person, disposition: Disposition) -> DispositionRule:
    rule = disposition_propose(engineer, disposition=disposition, reason="夜间大量告警")
    assert rule.approval is not None
    approval_accept(head, approval_id=rule.approval.pk)
    return rule


def test_a_rule_does_nothing_until_a_second_person_agreed(
    engineer: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    alarm = alarms.opened(vehicle, level=1)
    alarms.cleared(alarm, 4 * MINUTE)
    rule = disposition_propose(engineer, disposition=closing(), reason="夜间大量告警")
    assert dispositions_apply() == 0
    approval_accept(safety_head, approval_id=Approval.objects.get().pk)
    assert dispositions_apply() == 1
    alarm.refresh_from_db()
    assert (alarm.state, alarm.verdict, alarm.cause) == (states.CLOSED, "false", rule.cause)
    assert (alarm.disposed_by_rule, alarm.closed_by) == (rule.title, None)
    kinds = AlarmStep.objects.filter(alarm=alarm).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["opened", "cleared", "disposed", "closed"]
    row = AuditRow.objects.get(action="alarm.dispose", result="done")
    assert (row.subject, row.maker) == (f"Alarm:{alarm.pk}", alarm.maker)


def test_whoever_proposed_a_rule_does_not_approve_it(safety_head: Person) -> None:
    rule = disposition_propose(safety_head, disposition=closing(), reason="x")
    assert rule.approval is not None
    with pytest.raises(NotPermitted):
        approval_accept(safety_head, approval_id=rule.approval.pk)


def test_an_operator_proposes_no_rule_and_another_maker_ends_none(
    engineer: Person, safety_head: Person, other_maker: Maker, maker: Maker
) -> None:
    desk_person = alarms.person(maker, "desk-person", "incident_desk")
    with pytest.raises(NotPermitted):
        disposition_propose(desk_person, disposition=closing(), reason="x")
    rule = approved(engineer, safety_head, closing())
    stranger = alarms.person(other_maker, "stranger", "quality_engineer")
    with pytest.raises(NotFound):
        disposition_end(stranger, disposition_id=rule.pk, reason="x")


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 3}, {"rule": "", "level": None}, {"amount": None}, {"amount": 0}, {"verdict": ""},
        {"cause": ""}, {"deed": "silence"}, {"condition": "whenever"}, {"source": ""},
        {"effective_from": beijing_day(timezone.now()) - timedelta(days=1)},
    ],
)  # fmt: skip
def test_values_that_make_no_rule_are_refused(engineer: Person, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        disposition_propose(engineer, disposition=closing(**changes), reason="x")
    assert not DispositionRule.objects.exists()


def test_a_rule_touches_neither_graver_nor_slower_nor_claimed_nor_others_alarms(
    engineer: Person,
    safety_head: Person,
    operator: Person,
    vehicle: Vehicle,
    other_vehicle: Vehicle,
) -> None:
    approved(engineer, safety_head, closing(rule="", level=1))
    slower = alarms.opened(vehicle, level=1, rule="fault.1")
    alarms.cleared(slower, 5 * MINUTE + timedelta(seconds=1))
    graver = alarms.opened(vehicle, level=2, rule="fault.2")
    taken = alarms.opened(vehicle, level=1, rule="fault.3")
    alarm_claim(operator, alarm_ids=[taken.pk])
    others = alarms.opened(other_vehicle, level=1)
    open_still = alarms.opened(vehicle, level=1, rule="fault.4")
    for one in (graver, taken, others):
        alarms.cleared(one, MINUTE)
    assert dispositions_apply() == 0
    alarms.cleared(open_still, 5 * MINUTE)
    assert dispositions_apply() == 1


def test_a_car_in_the_workshop_is_silent_once_and_wakes_for_people(
    engineer: Person, safety_head: Person, operator: Person, vehicle: Vehicle
) -> None:
    in_workshop = closing(
        title="在修静默", condition="in_workshop", amount=None, deed="silence", verdict="", cause="",
        silence_h=8, rule="insulation.low", level=None,
    )  # fmt: skip
    approved(engineer, safety_head, in_workshop)
    alarm = alarms.opened(vehicle, level=2)
    assert dispositions_apply() == 0
    order = alarms.opened(vehicle, level=2, rule="fault.4")
    alarm_to_workshop(operator, alarm_ids=[order.pk], order_text="换件")
    assert dispositions_apply() == 1
    alarm.refresh_from_db()
    assert alarm.state == states.SNOOZED
    Alarm.objects.filter(pk=alarm.pk).update(snoozed_until=timezone.now())
    assert alarms_wake() == 1
    assert dispositions_apply() == 0


def test_more_alike_a_day_than_the_number_are_closed_and_as_many_are_not(
    engineer: Person, safety_head: Person, operator: Person, vehicle: Vehicle
) -> None:
    from voltward.fleet import services

    approved(engineer, safety_head, closing(condition="many_a_day", amount=2))
    cars = [
        services.vehicle_register(
            operator, vin=f"LVVDB11B0RE00001{number}", key=b"k" * 32, model_name="示例轿跑"
        )
        for number in range(2)
    ]
    for car in cars:
        alarms.opened(car, level=1)
    assert dispositions_apply() == 0
    alarms.opened(vehicle, level=1)
    assert dispositions_apply() == 3


def test_a_refused_or_ended_rule_does_nothing(
    engineer: Person, safety_head: Person, vehicle: Vehicle
) -> None:
    alarms.cleared(alarms.opened(vehicle, level=1), MINUTE)
    refused = disposition_propose(engineer, disposition=closing(title="一"), reason="x")
    assert refused.approval is not None
    approval_refuse(safety_head, approval_id=refused.approval.pk, note="太宽")
    refused.refresh_from_db()
    assert refused.state == "refused"
    ended = approved(engineer, safety_head, closing(title="二"))
    disposition_end(engineer, disposition_id=ended.pk, reason="试完了")
    assert dispositions_apply() == 0
    with pytest.raises(WrongState):
        disposition_end(engineer, disposition_id=ended.pk, reason="试完了")


# ---- the desk's numbers


def proposal(**changes: object) -> Proposal:
    plain = Proposal("snooze_longest", 3, 30, "企业规定", "A", beijing_day(timezone.now()))
    return replace(plain, **changes)  # type: ignore[arg-type] # tests name fields


def test_a_number_changes_by_two_people_for_their_maker_alone(
    engineer: Person, safety_head: Person, maker: Maker, other_maker: Maker
) -> None:
    approval = desk_rule_propose(engineer, proposal=proposal(), reason="夜班")
    assert desk_rule(maker.pk, "snooze_longest", level=4).amount == 60
    approval_accept(safety_head, approval_id=approval.pk)
    assert desk_rule(maker.pk, "snooze_longest", level=4).amount == 30
    assert desk_rule(maker.pk, "snooze_longest", level=2).amount == 10_080
    assert desk_rule(other_maker.pk, "snooze_longest", level=3).amount == 60


def test_an_incident_desk_changes_no_number_and_nobody_makes_nonsense_of_one(
    engineer: Person, maker: Maker
) -> None:
    desk_person = alarms.person(maker, "desk-person", "incident_desk")
    with pytest.raises(NotPermitted):
        desk_rule_propose(desk_person, proposal=proposal(), reason="x")
    for changes in (
        {"code": "tea"}, {"from_level": 9}, {"amount": -1}, {"source": " "}, {"confidence": "Z"},
        {"code": "owner_opt_out_level", "amount": 3},
        {"effective_from": beijing_day(timezone.now()) - timedelta(days=1)},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            desk_rule_propose(engineer, proposal=proposal(**changes), reason="x")
    with pytest.raises(BadInput):
        desk_rule_propose(engineer, proposal=proposal(), reason=" ")


# ---- figures


def test_the_desks_hour_counts_what_people_had_to_see_for_each_who_worked(
    operator: Person, maker: Maker, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    colleague = alarms.person(maker, "colleague", "monitoring_operator")
    made = [alarms.opened(vehicle, level=2, rule=f"fault.{number}") for number in range(6)]
    alarms.opened(vehicle, level=3, rule="fault.11", is_late=True)
    alarms.opened(other_vehicle, level=2)
    Alarm.objects.filter(pk=made[5].pk).update(disposed_by_rule="x")
    alarm_claim(operator, alarm_ids=[made[0].pk])
    alarm_claim(colleague, alarm_ids=[made[1].pk])
    hour = desk_hours(operator, hours=2)[0]
    assert (hour.alarms, hour.disposed, hour.operators) == (6, 1, 2)
    assert hour.per_operator == 2.5
    assert (hour.limit, hour.is_over) == (12, False)


def test_a_rules_record_counts_true_and_false_and_how_sure_that_is(
    operator: Person, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    for verdict in ("false", "true", "true", "sensor"):
        alarm = alarms.opened(vehicle, level=1)
        alarm_close(operator, alarm_ids=[alarm.pk], verdict=verdict, cause="x")
    alarms.opened(other_vehicle, level=1)
    found = rule_record(operator, "insulation.low", "示例轿跑")
    assert (found.closed, found.true, found.false) == (4, 2, 1)
    assert found.share == pytest.approx(1 / 3)
    assert (found.lowest, found.highest) == pytest.approx(wilson(1, 3))
    assert rule_record(operator, "insulation.low", "别的").closed == 0


@pytest.mark.parametrize(
    ("hits", "number", "expected"),
    # Wilson 1927; as statsmodels proportion_confint(method="wilson") gives them
    [(0, 0, (0.0, 1.0)), (0, 10, (0.0, 0.277533)), (5, 10, (0.236593, 0.763407)),
     (10, 10, (0.722467, 1.0)), (1, 100, (0.001767, 0.054487))],
)  # fmt: skip
def test_the_interval_is_wilsons(hits: int, number: int, expected: tuple[float, float]) -> None:
    assert wilson(hits, number) == pytest.approx(expected, abs=2e-5)

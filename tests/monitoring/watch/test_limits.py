"""The numbers that fill the queues: seeded with their sources, changed by two persons, from a day on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.fleet.models import BatteryType
from voltward.monitoring.models import WatchLimit
from voltward.monitoring.selectors.watch import without_self_discharge
from voltward.monitoring.selectors.watch_limits import limits_in_force
from voltward.monitoring.services.watch_limits import NewLimit, watch_limit_propose
from voltward.records import days, services
from voltward.records.approvals import approval_accept, approval_refuse
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db
FACTS = json.loads(Path("src/voltward/monitoring/facts/watch_limits.json").read_text())
TODAY = days.today()
NEW = NewLimit(value=45, source="安全管理制度 4.2", confidence="M", effective_from=TODAY)
DISCHARGE = "standing.self_discharge_pct_per_d"


@pytest.fixture
def second(maker: Maker) -> Person:
    return services.person_create(
        installation(), login="dpo", display_name="第二人", maker=maker,
        roles=["data_protection_officer"],
    )  # fmt: skip


@pytest.fixture
def battery(maker: Maker) -> BatteryType:
    return BatteryType.objects.create(maker=maker, name="NCM-60")


def proposed(actor: Person, code: str = "offline.other_d", **changes: object):  # type: ignore[no-untyped-def]
    limit = replace(NEW, **changes)  # type: ignore[arg-type]
    return watch_limit_propose(actor, code=code, limit=limit, reason="试运行结论")


def value(maker: Maker, code: str = "offline.other_d", ahead: int = 0) -> float:
    return limits_in_force(maker.pk, TODAY + timedelta(days=ahead)).value(code)


@pytest.mark.parametrize("row", FACTS, ids=lambda row: str(row["code"]))
def test_every_number_is_seeded_with_source_and_confidence(row: dict[str, object]) -> None:
    found = WatchLimit.objects.get(maker=None, code=row["code"])
    assert (found.value, found.source, found.confidence) == (
        row["value"], row["source"], row["confidence"],
    )  # fmt: skip
    assert found.source


def test_a_change_counts_once_a_second_person_agreed_and_from_its_day_on(
    maker: Maker, other_maker: Maker, safety_head: Person, second: Person
) -> None:
    approval = proposed(safety_head, effective_from=TODAY + timedelta(days=3))
    assert value(maker, ahead=3) == 60
    with pytest.raises(NotPermitted):
        approval_accept(safety_head, approval_id=approval.pk)
    approval_accept(second, approval_id=approval.pk)
    assert [value(maker, ahead=ahead) for ahead in (0, 2, 3)] == [60, 60, 45]
    assert value(other_maker, ahead=3) == 60
    row = AuditRow.objects.get(action="watch.limit.revise")
    assert (row.before["value"], row.after["value"]) == (60, 45)


def test_a_refused_change_changes_nothing(
    maker: Maker, safety_head: Person, second: Person
) -> None:
    approval_refuse(second, approval_id=proposed(safety_head).pk, note="无依据")
    assert value(maker) == 60
    assert WatchLimit.objects.filter(maker=maker).count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 0}, {"value": 99_999}, {"source": " "}, {"confidence": "Z"},
        {"effective_from": TODAY - timedelta(days=1)}, {"battery_type_id": 1},
    ],
)  # fmt: skip
def test_what_makes_no_limit_is_refused(wrong: dict[str, object], safety_head: Person) -> None:
    with pytest.raises(BadInput):
        proposed(safety_head, **wrong)


def test_who_may_propose(operator: Person, safety_head: Person) -> None:
    with pytest.raises(NotPermitted):
        proposed(operator)
    with pytest.raises(NotFound):
        proposed(safety_head, code="offline.nothing")


def test_self_discharge_is_the_batterys_own_and_its_lack_is_shown(
    safety_head: Person, second: Person, battery: BatteryType, other_maker: Maker
) -> None:
    assert [one for one, _number in without_self_discharge(safety_head)] == [battery]
    with pytest.raises(BadInput):
        proposed(safety_head, DISCHARGE, value=0.5)
    foreign = BatteryType.objects.create(maker=other_maker, name="NCM-61")
    with pytest.raises(NotFound):
        proposed(safety_head, DISCHARGE, value=0.5, battery_type_id=foreign.pk)
    wish = proposed(safety_head, DISCHARGE, value=0.5, battery_type_id=battery.pk)
    approval_accept(second, approval_id=wish.pk)
    assert without_self_discharge(safety_head) == []
    found = limits_in_force(safety_head.maker_id, TODAY)
    assert found.of_battery[DISCHARGE][battery.pk].value == 0.5


def test_a_limit_of_ours_without_a_second_person_cannot_be(
    set_limit: Callable[..., WatchLimit],
) -> None:
    row = set_limit("offline.other_d", 50)
    for values in ({"approved_by": None}, {"approved_by": row.proposed_by}, {"value": 9e9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            WatchLimit.objects.filter(pk=row.pk).update(**values)

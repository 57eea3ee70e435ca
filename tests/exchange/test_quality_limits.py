"""Limits of data quality: seeded with their sources, changed by two persons, from a whole day on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from tests.exchange.quality import car

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.entry.quality_snapshot import QualityPublisher
from voltward.exchange.models import QualityLimit
from voltward.exchange.selectors.quality_limits import quality_limits
from voltward.exchange.services.quality_limits import NewQualityLimit, quality_limit_propose
from voltward.findings.limits import LimitBook
from voltward.fleet.models import BatteryType, Configuration, VehicleModel
from voltward.records import days
from voltward.records.approvals import approval_accept, approval_refuse
from voltward.records.models import Maker, Person
from voltward.records.selectors import installation
from voltward.records.services import person_create
from voltward.uplink.quality.catalogue import DETECTOR, DRIVE, LFP, PHEV, PLACE, SIGN, facts_of

pytestmark = pytest.mark.django_db
TODAY = days.today()
TOMORROW = TODAY + timedelta(days=1)
NEW = NewQualityLimit(value=20, source="终端规范 3.1", confidence="M", effective_from=TOMORROW)


@pytest.fixture
def second(maker: Maker) -> Person:
    return person_create(
        installation(), login="dpo", display_name="第二人", maker=maker,
        roles=["data_protection_officer"],
    )  # fmt: skip


def proposed(actor: Person, code: str = "gap_s", **changes: object):  # type: ignore[no-untyped-def]
    limit = replace(NEW, **changes)  # type: ignore[arg-type]
    return quality_limit_propose(actor, code=code, limit=limit, reason="试运行结论")


@pytest.mark.parametrize("row", facts_of("limits.json"), ids=lambda row: str(row["code"]))
def test_every_limit_of_the_engine_is_seeded_with_its_source(row: dict[str, object]) -> None:
    found = QualityLimit.objects.get(maker=None, code=row["code"])
    assert (found.value, found.source, found.confidence) == (
        row["value"], row["source"], row["confidence"],
    )  # fmt: skip


def test_a_change_counts_once_a_second_person_agreed_and_from_its_day_on(
    maker: Maker, other_maker: Maker, safety_head: Person, second: Person
) -> None:
    approval = proposed(safety_head, effective_from=TODAY + timedelta(days=3))
    with pytest.raises(NotPermitted):
        approval_accept(safety_head, approval_id=approval.pk)
    approval_accept(second, approval_id=approval.pk)
    values = [
        quality_limits(maker.pk, TODAY + timedelta(days=ahead))["gap_s"].value
        for ahead in (0, 2, 3)
    ]
    assert values == [30, 30, 20]
    assert quality_limits(other_maker.pk, TODAY + timedelta(days=3))["gap_s"].value == 30


def test_a_refused_change_changes_nothing(safety_head: Person, second: Person) -> None:
    approval_refuse(second, approval_id=proposed(safety_head).pk, note="无依据")
    assert not QualityLimit.objects.filter(maker__isnull=False).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 0}, {"value": 99_999}, {"source": " "}, {"confidence": "Z"},
        {"effective_from": TODAY},  # a day that has begun is counted by one limit
    ],
)  # fmt: skip
def test_what_makes_no_limit_is_refused(wrong: dict[str, object], safety_head: Person) -> None:
    with pytest.raises(BadInput):
        proposed(safety_head, **wrong)


def test_who_may_propose(operator: Person, safety_head: Person) -> None:
    with pytest.raises(NotPermitted):
        proposed(operator)
    with pytest.raises(NotFound):
        proposed(safety_head, code="no_limit")


def test_a_limit_of_ours_without_a_second_person_cannot_be(
    safety_head: Person, second: Person
) -> None:
    row = approval_accept(second, approval_id=proposed(safety_head).pk)
    assert row
    mine = QualityLimit.objects.filter(maker__isnull=False)
    for values in ({"approved_by": None}, {"approved_by": safety_head}, {"value": 9e9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.update(**values)


def test_the_engine_gets_each_vehicles_limits_drive_sign_and_chemistry(
    maker: Maker, other_maker: Maker, safety_head: Person, second: Person, tmp_path: Path
) -> None:
    approval_accept(second, approval_id=proposed(safety_head).pk)
    model = VehicleModel.objects.create(maker=maker, name="混动", drive="phev", current_sign=-1)
    battery = BatteryType.objects.create(maker=maker, name="LFP-1", chemistry="01")
    built = Configuration.objects.create(maker=maker, model=model, name="C", battery_type=battery)
    known, plain, foreign = car(maker, configuration=built), car(maker), car(other_maker)
    publisher = QualityPublisher(tmp_path)
    assert publisher.publish()
    assert not publisher.publish()  # nothing has changed
    book = LimitBook.load(tmp_path, (DETECTOR,))
    numbers = np.array([one.vehicle_id for one in (known, plain, foreign)], np.uint64)
    groups = book.groups_of(numbers)

    def limits(days_ahead: int):  # type: ignore[no-untyped-def]
        at = int(datetime.now(UTC).timestamp()) + 86_400 * days_ahead
        of_row = book.rows_of(groups, np.full(3, at))
        return book.limits(DETECTOR, of_row).table[of_row]

    assert limits(0)[:, PLACE["gap_s"]].tolist() == [30, 30, 30]
    assert limits(2)[:, PLACE["gap_s"]].tolist() == [20, 20, 30]
    first = limits(0)
    assert (first[0, DRIVE], first[0, SIGN], first[0, LFP]) == (PHEV, -1, 1)
    assert np.isnan(first[1, [DRIVE, SIGN, LFP]]).all()
    known.configuration = None
    known.save(update_fields=["configuration"])
    assert publisher.publish()

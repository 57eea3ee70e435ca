"""Rows copied in a column at a time are the rows that would be put down one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, AlarmStep
from voltward.records.copying import copy_in
from voltward.records.models import Maker

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


def alarm(vehicle: Vehicle, rule: str, **more: object) -> Alarm:
    return Alarm(
        maker_id=vehicle.maker_id, vehicle=vehicle, rule=rule, level=2, reported_level=255,
        opened_at=AT, received_at=AT, last_at=AT, cell="", limit={}, state_then={"speed_kmh": 0.5},
        first={"说明": 'a "quoted" \\ text', "list": [1, None, True]}, last={}, worst={}, **more,
    )  # fmt: skip


def test_rows_are_what_they_would_be_one_by_one(vehicle: Vehicle) -> None:
    together, alone = alarm(vehicle, "together"), alarm(vehicle, "alone", cleared_at=AT)
    copy_in([together, alarm(vehicle, "beside")])
    alone.cleared_at = None
    alone.save()
    own = {"id", "rule", "change", "changed_in", "shown_at"}
    told, expected = (
        {k: v for k, v in Alarm.objects.filter(pk=one.pk).values().get().items() if k not in own}
        for one in (together, alone)
    )
    assert told == expected
    assert Alarm.objects.get(pk=together.pk).change > 0  # triggers apply


def test_a_row_knows_its_number_and_is_saved_afterwards(vehicle: Vehicle) -> None:
    rows = [alarm(vehicle, f"rule.{number}") for number in range(3)]
    copy_in(rows)
    assert {one.pk: one.rule for one in rows} == dict(Alarm.objects.values_list("pk", "rule"))
    rows[0].level = 3
    rows[0].save()
    assert Alarm.objects.count() == 3


def test_what_the_database_fills_itself_is_filled(vehicle: Vehicle) -> None:
    of = alarm(vehicle, "temperature.high")
    copy_in([of])
    copy_in([AlarmStep(maker_id=of.maker_id, alarm=of, kind="opened", facts={})])
    assert abs((timezone.now() - AlarmStep.objects.get().at).total_seconds()) < 3600


def test_columns_of_lists_are_refused() -> None:
    with pytest.raises(TypeError, match="lists cannot be inserted"):
        copy_in([Maker(name="厂", wmis=["LTE"])])
    assert not Maker.objects.filter(name="厂").exists()


def test_no_row_needs_no_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        copy_in([])
    assert len(asked) == 0

"""The timeline of limits and alarms tells values in words, never as they lie in the database."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from tests.monitoring.alarms import opened
from tests.monitoring.limit_drafts import SPREAD, STEP, drafted, entry

from voltward.fleet.models import Vehicle
from voltward.monitoring.services import limits
from voltward.monitoring.timeline_words import limit_parts, used_parts
from voltward.records.history import Part, history_of
from voltward.records.models import Person

pytestmark = pytest.mark.django_db


def test_a_changed_draft_is_told_limit_by_limit(as_operator: Client, operator: Person) -> None:
    row = drafted(operator, {STEP: 20.0, SPREAD: 310.0})
    limits.limit_write(operator, revision_id=row.pk, values={STEP: entry(STEP, 15.0), SPREAD: None})
    row.refresh_from_db()
    newest = history_of(row)[0]
    assert newest.fields == ()
    ((title, parts),) = newest.parts
    assert title == "限值"
    assert set(parts) == {
        Part("相邻两帧温升", "20", "15", "℃"),
        Part("单体压差，2 级", "310", "—", "mV"),
    }
    page = html.unescape(as_operator.get(f"/limits/revisions/{row.pk}/").content.decode())
    timeline = page.split("vw-timeline")[1]
    assert "<td>相邻两帧温升</td>" in timeline
    assert "{&#x27;" not in timeline
    assert "{'" not in timeline
    assert STEP not in timeline


def test_other_grounds_are_told_though_the_value_stays() -> None:
    before = {STEP: entry(STEP, 20.0)}
    after = {STEP: entry(STEP, 20.0, source="GB/T 45688-2025", confidence="A")}
    assert limit_parts(before, after) == [
        Part("相邻两帧温升 · 来源", "试验报告 T-1", "GB/T 45688-2025"),
        Part("相邻两帧温升 · 可信度", "可靠转载", "原文核对"),
    ]


def test_an_unused_column_and_a_limit_of_another_release_have_words() -> None:
    key = "of.another.release_v"
    parts = limit_parts({}, {key: {"value": None, "unit": "V"}})
    assert parts == [Part(key, "—", "不用", "V")]


def test_an_alarms_numbers_are_told_with_their_units(
    as_operator: Client, vehicle: Vehicle, around: object
) -> None:
    alarm = opened(vehicle, last={"highest_temp_c": 61.0, "spread_mv": 20.0})
    alarm.last = {"highest_temp_c": 64.5, "spread_mv": 20.0}
    alarm.save()
    page = html.unescape(as_operator.get(f"/alarms/{alarm.pk}/").content.decode())
    timeline = page.split("vw-timeline")[1]
    assert "<td>最高温度</td>" in timeline
    assert ">64.5</td><td>℃</td>" in timeline
    assert "spread_mv" not in timeline


def test_the_limit_an_alarm_was_judged_by_is_named_and_not_spelled() -> None:
    old = {"key": STEP, "value": 20.0, "unit": "℃", "revision": "builtin"}
    assert used_parts(old, {**old, "value": 15.0, "revision": "s1.r2"}) == [
        Part("相邻两帧温升", "20", "15", "℃"),
        Part("限值版本", "builtin", "s1.r2"),
    ]
    assert used_parts(old, old) == []

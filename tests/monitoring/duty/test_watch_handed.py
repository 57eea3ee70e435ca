"""What a hand-over says of the watch queues: counts by queue, due today, nobody's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.monitoring.duty.desk import person

from voltward.fleet.models import Vehicle
from voltward.monitoring.duty_ports import OpenItem, open_items
from voltward.monitoring.models import WatchCase
from voltward.records import days
from voltward.records.models import Maker, Person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def case(vehicle: Vehicle, queue: str = "long_offline", **more: object) -> WatchCase:
    return WatchCase.objects.create(
        maker=vehicle.maker, vehicle=vehicle, queue=queue, measure=1, **more
    )


def handed(actor: Person) -> list[OpenItem]:
    return [one for one in open_items(actor) if one.kind.startswith("watch")]


def test_queues_are_counted_and_what_is_due_or_nobodys_is_listed(
    operator: Person, vehicle: Vehicle
) -> None:
    today = days.today()
    free = case(vehicle)
    due = case(vehicle, "over_discharge", state="rechecking", recheck_on=today, owner=operator)
    turned = case(vehicle, "suddenly_silent", state="in_hand", recheck_on=today - DAY)
    case(vehicle, "frequent_alarms", state="rechecking", recheck_on=today + DAY, owner=operator)
    found = handed(operator)
    assert [(one.kind, one.path) for one in found] == [
        ("watch_queue", "/watch/long-offline/?going=yes"),
        ("watch_queue", "/watch/suddenly-silent/?going=yes"),
        ("watch_queue", "/watch/over-discharge/?going=yes"),
        ("watch_queue", "/watch/frequent-alarms/?going=yes"),
        ("watch", f"/watch/{turned.pk}/"),
        ("watch", f"/watch/{due.pk}/"),
        ("watch_open", f"/watch/{free.pk}/"),
    ]
    assert found[0].text == "长期离线：待结论 1，其中待认领 1"
    assert found[2].text == "久置过放：待结论 1，其中待认领 0"
    assert vehicle.vin in found[-1].text
    assert found[4].due_at is not None


def test_a_case_with_a_verdict_is_handed_to_nobody(operator: Person, vehicle: Vehicle) -> None:
    case(vehicle, state="closed", verdict="safe", verdict_text="x", closed_at="2026-01-01T00:00Z")
    assert handed(operator) == []


def test_nobody_hands_over_another_makers_cases_or_what_they_may_not_read(
    operator: Person, other_vehicle: Vehicle, vehicle: Vehicle, maker: Maker
) -> None:
    case(other_vehicle)
    assert handed(operator) == []
    case(vehicle)
    assert len(handed(operator)) == 2
    assert handed(person(maker, "desk", "incident_desk")) == []

"""Clocks that run out reach the people their rule names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.records.clocks_made import person, started

from voltward.records.models import Delivery, Maker, Notice, Person
from voltward.records.services.clock_sweep import clock_sweep
from voltward.records.services.notice_sending import notices_deliver

pytestmark = pytest.mark.django_db


def test_a_warning_and_a_late_clock_reach_owner_and_roles_once(
    operator: Person, safety_head: Person, maker: Maker
) -> None:
    desk = person(maker, "desk", "incident_desk")
    clock = started(operator, owner=operator)
    for hours in (6, 6, 13, 13):
        clock_sweep(clock.started_at + timedelta(hours=hours))
    notices_deliver()
    kinds = list(Notice.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[0] == "clock_warning"
    assert kinds.count("clock_late") == 1
    late = Notice.objects.get(kind="clock_late")
    assert late.path == f"/clocks/{clock.pk}/"
    told = set(Delivery.objects.filter(notice=late).values_list("person__login", flat=True))
    assert told == {operator.login, safety_head.login, desk.login}


def test_a_clock_of_another_maker_tells_nobody_here(
    other_operator: Person, safety_head: Person
) -> None:
    clock = started(other_operator, owner=other_operator)
    clock_sweep(clock.started_at + timedelta(hours=13))
    notices_deliver()
    assert Notice.objects.filter(kind="clock_late").count() == 1
    assert not Delivery.objects.filter(person=safety_head).exists()

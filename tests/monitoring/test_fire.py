"""The demo's button: who may press it, and what it leaves behind."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.monitoring.conftest import Surroundings

from voltward.base.errors import NotFound, NotPermitted
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.monitoring.services import fire_replay
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db


def test_the_button_plays_the_fire_and_leaves_an_audit_row(
    as_operator: Client, vehicle: Vehicle, around: Surroundings
) -> None:
    assert "重放热失控" in as_operator.get(f"/vehicles/{vehicle.vin}/live/").content.decode()
    answer = as_operator.post(f"/vehicles/{vehicle.vin}/fire/")
    assert (answer.status_code, answer["Location"]) == (302, f"/vehicles/{vehicle.vin}/live/")
    assert around.fires == 1
    assert AuditRow.objects.get(action="replay.start").result == "done"


def test_who_may_not_start_it_sees_no_button_and_is_refused(
    as_safety_head: Client, safety_head: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    page = as_safety_head.get(f"/vehicles/{vehicle.vin}/live/").content.decode()
    assert "重放热失控" not in page
    assert as_safety_head.post(f"/vehicles/{vehicle.vin}/fire/").status_code == 403
    with pytest.raises(NotPermitted):
        fire_replay(safety_head, vehicle=vehicle)
    assert around.fires == 0


def test_only_the_car_that_burns_has_it(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    calm = vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)
    assert "重放热失控" not in as_operator.get(f"/vehicles/{calm.vin}/live/").content.decode()
    assert as_operator.post(f"/vehicles/{calm.vin}/fire/").status_code == 404
    with pytest.raises(NotFound):
        fire_replay(operator, vehicle=calm)
    assert (around.fires, AuditRow.objects.filter(action="replay.start").count()) == (0, 0)


def test_a_get_changes_nothing(as_operator: Client, vehicle: Vehicle, around: Surroundings) -> None:
    assert as_operator.get(f"/vehicles/{vehicle.vin}/fire/").status_code == 405
    assert around.fires == 0

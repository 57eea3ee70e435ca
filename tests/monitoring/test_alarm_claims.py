"""Many operators, one alarm: whoever claims at the same moment, exactly one has it (R33)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import pytest
from django.db import connection, connections, transaction
from pytest_django.plugin import DjangoDbBlocker
from tests.monitoring import alarms

from voltward.base.errors import WrongState
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm, AlarmStep
from voltward.monitoring.services.alarms import alarm_claim
from voltward.records import selectors, services
from voltward.records.models import AuditRow, Maker, Person

OPERATORS: Final = 20
_NAME: Final = "二十名值班员"


@pytest.fixture
def lasting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Alarm]:
    """A committed alarm, so that all connections see it; taken away by the tables' owner."""
    with django_db_blocker.unblock():
        newest = AuditRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        maker = services.maker_create(selectors.installation(), name=_NAME)
        for number in range(OPERATORS):
            alarms.person(maker, f"claimer-{number}", "monitoring_operator")
        car = Vehicle.objects.create(
            maker=maker, vin="LVVDB11B0RE999999", vehicle_id=999_999, state="unregistered"
        )
        yield alarms.opened(car, level=2)
        _taken_away(maker, newest)


def _taken_away(maker: Maker, newest: int) -> None:
    people = f"person_id IN (SELECT id FROM records_person WHERE maker_id = {maker.pk})"
    mine = f"maker_id = {maker.pk}"
    rows = {
        "records_auditrow": f"id > {newest}", "monitoring_stepwaiting": "true",
        "monitoring_alarmstep": mine, "monitoring_episode": mine, "monitoring_alarm": mine,
        "fleet_vehicle": mine, "records_assignment": people, "records_person": mine,
        "records_maker": f"id = {maker.pk}",
    }  # fmt: skip
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for table, which in rows.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for table, which in rows.items():
            cursor.execute(f"DELETE FROM {table} WHERE {which}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in rows:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"SELECT relrowsecurity FROM pg_class WHERE oid = '{table}'::regclass")
            if cursor.fetchone()[0]:
                cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    connections["owner"].close()


def test_twenty_who_claim_at_once_are_one_winner_and_nineteen_refusals(lasting: Alarm) -> None:
    people = list(Person.objects.filter(maker=lasting.maker).order_by("pk"))
    together = Barrier(len(people))

    def claim(person: Person) -> bool:
        try:
            together.wait(30)
            alarm_claim(person, alarm_ids=[lasting.pk])
        except WrongState:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        won = list(pool.map(claim, people))
    lasting.refresh_from_db()
    assert len(won) == OPERATORS
    assert won.count(True) == 1
    assert lasting.owner == people[won.index(True)]
    assert AlarmStep.objects.filter(alarm=lasting, kind="claimed").count() == 1
    audited = AuditRow.objects.filter(action="alarm.claim", subject=f"Alarm:{lasting.pk}")
    assert audited.filter(result="done").count() == 1

"""People who only read: the database itself changes no duty record for them, whatever a build forgot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from voltward.entry.rights import READERS_OWN
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.records import roles, selectors, services, wall
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.services import people, tokens

pytestmark = pytest.mark.django_db


def made(code: str, maker: Maker, **more: Any) -> Person:
    return services.person_create(
        selectors.installation(), login=code.replace("_", "-"), display_name=code, maker=maker,
        roles=[code], **more,
    )  # fmt: skip


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_regulator_the_auditor_and_the_integrator_only_read(maker: Maker) -> None:
    readers = {code for code, role in roles.ROLES.items() if role.reads}
    assert readers == {"regulator", "auditor", "integrator"}
    for code in readers:
        writes = {needs for needs in roles.ROLES[code].grants if not needs.endswith(".read")}
        assert writes <= {"list.subscribe"}, code


def test_somebody_with_another_role_beside_is_no_reader(maker: Maker) -> None:
    both = services.person_create(
        selectors.installation(), login="both", display_name="x", maker=maker,
        roles=["auditor", "quality_engineer"],
    )  # fmt: skip
    assert not both.is_reader
    assert made("auditor", maker).is_reader


def test_a_reader_s_role_changes_no_table_of_any_duty_room(vehicle: Vehicle, maker: Maker) -> None:
    models = [one for one in apps.get_models() if one._meta.managed and not one._meta.proxy]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    tables = {one._meta.db_table for one in models} & there
    assert "fleet_vehicle" in tables - set(READERS_OWN)
    for table in sorted(tables - set(READERS_OWN)):
        for statement in (f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
            with (
                wall.within(str(maker.pk), reads_only=True),
                pytest.raises(ProgrammingError, match="permission denied"),
            ):
                run(statement)
    with wall.within(str(maker.pk), reads_only=True):
        assert Vehicle.objects.filter(pk=vehicle.pk).exists()
    run(f"UPDATE fleet_vehicle SET model_name = 'x' WHERE id = {vehicle.pk}")


def test_nor_does_it_change_who_may_do_what(operator: Person, maker: Maker) -> None:
    for column in ("login", "is_active", "maker_id", "is_program"):
        with (
            wall.within(str(maker.pk), reads_only=True),
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            run(f"UPDATE records_person SET {column} = {column}")


def test_the_role_is_taken_off_again_with_the_request(vehicle: Vehicle, maker: Maker) -> None:
    client = Client()
    client.force_login(made("regulator", maker))
    assert client.get("/vehicles/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "voltward_app"
    with wall.within(str(maker.pk), reads_only=True), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == wall.READER


@pytest.mark.parametrize("code", ["regulator", "auditor"])
def test_a_build_that_gives_a_reader_a_write_is_stopped_by_the_database(
    maker: Maker, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    role = roles.ROLES[code]
    wider = replace(role, grants=role.grants | {"vehicle.register"})
    monkeypatch.setitem(roles.ROLES, code, wider)
    reader = made(code, maker)
    client = Client(raise_request_exception=False)
    client.force_login(reader)
    given = {"vin": "LVVDB11B0RE000001", "model_name": "x"}
    assert client.get("/vehicles/register/").status_code == 200
    assert client.post("/vehicles/register/", given).status_code == 500
    assert not Vehicle.objects.exists()
    # the service alone would have let it through
    vehicle_register(reader, vin="LVVDB11B0RE000001", key=b"k" * 32)


def test_a_reader_s_own_account_stays_theirs(maker: Maker, vehicle: Vehicle) -> None:
    """Language, password, tokens, saved filters, the address of notices, and reading with its audit row."""
    regulator = made("regulator", maker)
    client = Client()
    client.force_login(regulator)
    with wall.within(str(maker.pk), reads_only=True):
        people.own_language_choose(regulator, language="en")
        token, text = tokens.own_token_create(regulator, name="x", days=1)
    bearer = {"authorization": f"Bearer {text}"}
    assert Client().get("/api/vehicles/", headers=bearer).json()["count"] == 1
    with wall.within(str(maker.pk), reads_only=True):
        tokens.own_token_revoke(regulator, token_id=token.pk)
    for path in (
        "/vehicles/",
        f"/vehicles/{vehicle.vin}/record/",
        "/account/",
        "/workbench/",
        "/inbox/",
    ):
        assert client.get(path).status_code == 200, path
    exported = client.get("/vehicles/", {"export": "csv"})
    assert exported.status_code == 200
    b"".join(exported.streaming_content)
    assert AuditRow.objects.filter(action="vehicle.export", actor=regulator).exists()
    client.post("/logout/")
    assert client.get("/account/").status_code == 302

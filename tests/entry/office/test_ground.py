"""Migrations, rights, health, figures, commands and the registry snapshot."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from voltward.entry import health, registry
from voltward.entry.settings import database
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.gateway.registry import RegistrySnapshot
from voltward.records import selectors
from voltward.records.models import Maker, Person

pytestmark = pytest.mark.django_db


def output(*command: str) -> str:
    buffer = StringIO()
    call_command(*command, stdout=buffer)
    return buffer.getvalue().strip()


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_models_have_no_change_without_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_migration_says_in_its_name_what_kind_it_is() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("voltward."):
            for path in Path(config.path).glob("migrations/0*.py"):
                assert re.match(r"\d{4}_(add|fill|drop)_", path.name), path


def test_tests_work_as_the_application_and_own_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)"
        )
        assert cursor.fetchone() == ("voltward_app", 0)


def test_the_rights_of_each_role_are_those_of_the_models() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role, relname, kind FROM pg_class"
            " CROSS JOIN unnest(ARRAY['voltward_app', 'voltward_readonly']) AS role"
            " CROSS JOIN string_to_table('SELECT INSERT UPDATE DELETE TRUNCATE TRIGGER', ' ') kind"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(role, pg_class.oid, kind)"
        )
        rights: dict[tuple[str, str], set[str]] = {}
        for role, table, kind in cursor.fetchall():
            rights.setdefault((role, table), set()).add(kind)
    everything = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert rights["voltward_app", "records_auditrow"] == {"SELECT", "INSERT"}
    assert rights["voltward_app", "django_migrations"] == {"SELECT"}
    assert rights["voltward_app", "fleet_vehicle"] == everything
    assert rights["voltward_readonly", "fleet_vehicle"] == {"SELECT"}
    assert ("voltward_readonly", "records_apitoken") not in rights
    assert ("voltward_readonly", "django_session") not in rights
    assert all(kinds <= everything for kinds in rights.values())


def test_debug_is_off_and_secrets_come_from_files(office_data: Path) -> None:
    assert django_settings.DEBUG is False
    assert len(django_settings.SECRET_KEY) >= 64
    assert "SECRET" not in Path("src/voltward/entry/settings.py").read_text().replace(
        "SECRET_KEY", ""
    )


def test_a_server_of_ones_own_is_named_by_its_address() -> None:
    made = database("postgresql://app:p%40ss@db.example:5433/voltward?sslmode=verify-full")
    assert (made["HOST"], made["PORT"], made["NAME"]) == ("db.example", "5433", "voltward")
    assert (made["USER"], made["PASSWORD"]) == ("app", "p@ss")
    assert made["OPTIONS"] == {"sslmode": "verify-full"}


# ---- health and figures


def test_health_is_bad_while_the_store_is_away_and_says_why_only_to_people(
    as_nobody: Client, as_operator: Client
) -> None:
    answer = as_nobody.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    parts = as_operator.get("/healthz").json()["parts"]
    assert parts == {"database": "ok", "store": "store_not_there"}


def test_health_is_good_when_both_answer(
    as_nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "store_state", lambda values: "ok")
    answer = as_nobody.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_is_bad_while_the_database_is_away(
    as_nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "store_state", lambda values: "ok")
    monkeypatch.setattr(health, "database_state", lambda: "OperationalError")
    assert as_nobody.get("/healthz").status_code == 503


def test_figures_are_for_this_machine_and_for_those_who_may(
    as_nobody: Client, as_operator: Client, as_system_admin: Client
) -> None:
    as_nobody.get("/login/")
    assert (
        b'voltward_web_requests_total{method="GET",route="login/"'
        in as_nobody.get("/metrics").content
    )
    outside = {"REMOTE_ADDR": "192.0.2.1"}
    assert as_nobody.get("/metrics", **outside).status_code == 403  # type: ignore[arg-type]
    assert as_operator.get("/metrics", **outside).status_code == 403  # type: ignore[arg-type]
    assert as_system_admin.get("/metrics", **outside).status_code == 200  # type: ignore[arg-type]
    proxied = as_nobody.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})
    assert proxied.status_code == 403


def test_figures_carry_no_vin(as_operator: Client, vehicle: Vehicle) -> None:
    as_operator.get(f"/vehicles/{vehicle.vin}/record/")
    assert vehicle.vin not in as_operator.get("/metrics").content.decode()


# ---- commands


def test_a_token_is_made_for_an_account_that_only_reads(maker: Maker, vehicle: Vehicle) -> None:
    first, second = output("api_token", "My Dashboard"), output("api_token", "My Dashboard")
    assert first != second
    person = selectors.person_by_login("api-my-dashboard")
    assert (person.roles, person.is_program, person.maker) == ({"integrator"}, True, maker)
    answer = Client().get("/api/vehicles/", headers={"authorization": f"Bearer {first}"})
    assert answer.json()["count"] == 1


def test_a_token_needs_a_maker_to_belong_to(db: None) -> None:
    with pytest.raises(CommandError, match="maker_add"):
        call_command("api_token", "x")


def test_a_maker_and_a_person_are_made_by_command(db: None, as_nobody: Client) -> None:
    output("maker_add", "某某汽车", "--wmi", "LVV")
    password = output("person_add", "li.si", "--name", "李四", "--role", "safety_head")
    answer = as_nobody.post("/login/", {"username": "li.si", "password": password})
    assert answer.status_code == 302
    for command in (
        ["maker_add", "某某汽车"],
        ["person_add", "li.si", "--name", "x", "--role", "safety_head"],
    ):
        with pytest.raises(CommandError):
            call_command(*command)


def test_the_demo_is_set_up_once_and_only_in_a_demo(db: None, as_nobody: Client) -> None:
    vins = ["LVVDB11B0RE000001,示例轿跑,NCM 96S", "LFPHC7PE0K1A00001"]
    said = output("demo_setup", *vins)
    assert output("demo_setup", *vins) == said
    assert Vehicle.objects.count() == 2
    assert Vehicle.objects.get(vin="LVVDB11B0RE000001").battery_type == "NCM 96S"
    login, password = said.split(" / ")
    assert as_nobody.post("/login/", {"username": login, "password": password}).status_code == 302


def test_without_the_demo_setting_there_is_no_demo_login(
    db: None,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"demo": False})
    with pytest.raises(CommandError, match="VOLTWARD_DEMO"):
        call_command("demo_setup")
    assert Person.objects.filter(is_program=False).count() == 0


# ---- the registry snapshot


def test_the_snapshot_holds_every_vehicle_of_every_maker(
    vehicle: Vehicle, other_vehicle: Vehicle, tmp_path: Path
) -> None:
    path = tmp_path / "snapshots" / "registry.snapshot"
    generation = registry.publish(path)
    snapshot = RegistrySnapshot.load(path)
    assert snapshot.generation == generation
    assert snapshot.wmis == {"LVV", "LFP"}
    for one in (vehicle, other_vehicle):
        assert snapshot.find(one.vin.encode()) >= 0
    assert snapshot.find(b"LVVDB11B0RE999999") == -1


def test_a_change_is_published_and_an_absent_database_waits(
    operator: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    path, stop = tmp_path / "registry.snapshot", Event()
    steps: list[str] = []

    def generation() -> int:
        steps.append("asked")
        if len(steps) == 1:
            raise OperationalError("away")
        if len(steps) == 2:
            return 1
        if len(steps) == 3:
            vehicle_register(operator, vin="LVVDB11B0RE000001", key=b"k" * 32)
            return 2
        stop.set()
        return 2

    monkeypatch.setattr(registry, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(registry, "close_old_connections", lambda: None)
    monkeypatch.setattr("voltward.fleet.selectors.registry_generation", generation)
    registry.follow(path, stop)
    assert RegistrySnapshot.load(path).find(b"LVVDB11B0RE000001") == 0

"""One PostgreSQL for the whole run, migrated by its owner, used as the application's role."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connections
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker
from tests import migrated

from voltward.entry import blank_database, postgres
from voltward.entry.settings import database

# how fast a machine is, is no property of the code: a pause would fail what passes the next time
hypothesis.settings.register_profile("voltward", deadline=None)
hypothesis.settings.load_profile("voltward")

VINS = ("LVVDB11B0RE000001", "LVVDB11B0RE000002", "LFPHC7PE0K1A00001")


@pytest.fixture(scope="session")
def office_data() -> Iterator[Path]:
    """A data folder with a short name, so that sockets fit, which the database's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="vw-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server(office_data: Path) -> Iterator[postgres.EmbeddedPostgres]:
    migrated.bring(office_data)
    with postgres.EmbeddedPostgres(office_data, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def django_db_setup(
    postgres_server: postgres.EmbeddedPostgres,
    office_data: Path,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"data": office_data, "demo": True})
    for alias, role in (("owner", postgres.OWNER), ("default", postgres.APP)):
        address = database(postgres.database_url(office_data, role))
        names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
        connections[alias].settings_dict.update({name: address[name] for name in names})
    if not migrated.is_kept():
        blank_database.laid(postgres.database_url(office_data, postgres.OWNER))
        with django_db_blocker.unblock():
            call_command("migrate", verbosity=0)
            blank_database.marked()
            connections.close_all()  # keeping it restarts the server
        migrated.keep(office_data, postgres_server)
    yield
    with django_db_blocker.unblock():
        connections["default"].close()


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashing() -> None:
    """Argon2 at its smallest cost: the tests log in hundreds of times."""
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64  # 8 KiB per lane


# ---- people, each with one role


def _person(login: str, role: str, maker, **more):  # type: ignore[no-untyped-def]
    from voltward.records import selectors, services

    return services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role], **more
    )


@pytest.fixture
def maker(db):  # type: ignore[no-untyped-def]
    from voltward.records import selectors, services

    return services.maker_create(selectors.installation(), name="示例汽车", wmis=["LVV"])


@pytest.fixture
def other_maker(maker):  # type: ignore[no-untyped-def]
    from voltward.records import selectors, services

    return services.maker_create(selectors.installation(), name="另一家", wmis=["LFP"])


@pytest.fixture
def operator(maker):  # type: ignore[no-untyped-def]
    return _person("operator", "monitoring_operator", maker)


@pytest.fixture
def other_operator(other_maker):  # type: ignore[no-untyped-def]
    return _person("other-operator", "monitoring_operator", other_maker)


@pytest.fixture
def safety_head(maker):  # type: ignore[no-untyped-def]
    return _person("safety-head", "safety_head", maker)


@pytest.fixture
def system_admin(maker):  # type: ignore[no-untyped-def]
    return _person("system-admin", "system_admin", maker)


@pytest.fixture
def integrator(maker):  # type: ignore[no-untyped-def]
    return _person("api-dashboard", "integrator", maker, is_program=True)


@pytest.fixture
def vehicle(operator):  # type: ignore[no-untyped-def]
    from voltward.fleet import services

    return services.vehicle_register(operator, vin=VINS[0], key=b"k" * 32, model_name="示例轿跑")


@pytest.fixture
def other_vehicle(other_operator):  # type: ignore[no-untyped-def]
    from voltward.fleet import services

    return services.vehicle_register(other_operator, vin=VINS[2], key=b"k" * 32)


# ---- clients


@pytest.fixture
def as_nobody() -> Client:
    return Client()


@pytest.fixture
def as_operator(operator) -> Client:  # type: ignore[no-untyped-def]
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def as_safety_head(safety_head) -> Client:  # type: ignore[no-untyped-def]
    client = Client()
    client.force_login(safety_head)
    return client


@pytest.fixture
def as_system_admin(system_admin) -> Client:  # type: ignore[no-untyped-def]
    client = Client()
    client.force_login(system_admin)
    return client


@pytest.fixture
def api_token(integrator) -> str:  # type: ignore[no-untyped-def]
    from voltward.records import selectors, services

    return services.token_create(selectors.installation(), person=integrator, name="dashboard")[1]

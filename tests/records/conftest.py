"""A database of its own for what must really be committed: sealing, and tampering as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker
from tests.records.mark_keys import mark_keys_kept

from voltward.entry import postgres
from voltward.records import wall

COPY = "voltward_trail"
ALL_MAKERS = f"-c {wall.SETTING}={wall.ALL}"


class TrailDatabase:
    """``app`` and ``owner`` are connections beside Django's own."""

    def __init__(self, app: psycopg.Connection[Any], owner: psycopg.Connection[Any], data: Path):
        self.app, self.owner, self.data = app, owner, data

    def as_owner(self, statement: str) -> int:
        """What somebody who owns the tables can do: the guard is switched off for one statement."""
        tables = ("records_auditrow", "records_auditseal")
        with self.owner.transaction():
            for table in tables:
                self.owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                self.owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            changed = self.owner.execute(statement).rowcount
            self.owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                self.owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                self.owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        return changed


@pytest.fixture(scope="module")
def trail_copy(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, office_data: Path
) -> Iterator[None]:
    """A copy of the migrated, empty database."""
    address = postgres.database_url(office_data, postgres.SUPER, database="postgres")
    with psycopg.connect(address, autocommit=True) as server, django_db_blocker.unblock():
        _forget(server)
        server.execute(f"CREATE DATABASE {COPY} TEMPLATE voltward OWNER voltward_owner")
        yield
        server.execute(f"DROP DATABASE {COPY} WITH (FORCE)")


@pytest.fixture
def trail_database(
    trail_copy: None, django_db_blocker: DjangoDbBlocker, office_data: Path, tmp_path: Path
) -> Iterator[TrailDatabase]:
    """Django works on the copy, as the application; its trail is empty, and so is the data folder."""
    before = settings.VOLTWARD
    urls = [
        postgres.database_url(office_data, role, database=COPY)
        for role in (postgres.APP, postgres.OWNER)
    ]
    with (
        psycopg.connect(urls[0], options=ALL_MAKERS) as app,
        psycopg.connect(urls[1], options=ALL_MAKERS) as owner,
        django_db_blocker.unblock(),
    ):
        made = TrailDatabase(app, owner, tmp_path)
        made.as_owner("TRUNCATE records_auditrow, records_auditseal, records_auditwaiting")
        mark_keys_kept(tmp_path / "keys")
        settings.VOLTWARD = before.model_copy(update={"data": tmp_path})
        _point_at(COPY)
        try:
            yield made
        finally:
            settings.VOLTWARD = before
            _point_at(postgres.DATABASE)


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _forget(server: psycopg.Connection[Any]) -> None:
    """A template must have no visitors, and a run that was killed may have left its copy."""
    for alias in ("default", "owner"):
        connections[alias].close()
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'voltward'"
    )
    server.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")

"""Brings a store to the schema of this release, forward only."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from voltward.base.errors import BadSetting
from voltward.telemetry.client import Client
from voltward.telemetry.schema.tables import (
    PROOFS,
    TABLES,
    VERSIONS,
    Table,
    cluster_table,
    embedded_table,
    views,
    without_aliases,
)


@dataclass(frozen=True)
class Migration:
    """A numbered step. Its statements may be run again after a crash in the middle."""

    number: int
    statements: Callable[[str, str], list[str]]  # of cluster ("" embedded) and database


def _first(cluster: str, database: str) -> list[str]:
    return [text for table in TABLES for text in _table(table, cluster, database)]


def _second(cluster: str, _database: str) -> list[str]:
    return [text for table in TABLES for text in without_aliases(table, cluster)]


def _third(cluster: str, database: str) -> list[str]:
    return [
        text
        for table in TABLES
        if table.name == PROOFS
        for text in _table(table, cluster, database)
    ]


# Never edited once released; a change of the tables is a new number at the end. A new field of
# the protocol needs none: columns that are missing are added by name.
MIGRATIONS = (Migration(1, _first), Migration(2, _second), Migration(3, _third))


def migrate(client: Client, cluster: str = "") -> int:
    """Create or bring forward the client's database; the version it now has.

    Raises:
        BadSetting: the store was written by a newer release, or a column has another type.
        clickhouse_connect.driver.exceptions.Error: the store refused a statement.
    """
    database = str(client.database)
    _create_database(client, database, cluster)
    done = _version(client, database)
    if done > MIGRATIONS[-1].number:
        raise BadSetting(
            f"store {database}: schema {done} is newer than this release ({MIGRATIONS[-1].number})"
        )
    for migration in MIGRATIONS[done:]:
        for statement in migration.statements(cluster, database):
            client.command(statement)
        client.command(f"INSERT INTO {VERSIONS} VALUES ({migration.number}, now64(3))")
    for table in TABLES:
        _add_missing(client, table, database, cluster)
    _make_views(client, database, cluster)
    return MIGRATIONS[-1].number


def _make_views(client: Client, database: str, cluster: str) -> None:
    """Views that are not there yet or that this release words otherwise (told by their comment)."""
    known = {
        str(row[0])
        for row in client.query(
            "SELECT comment FROM system.tables WHERE database = {database:String}"
            " AND engine = 'View'",
            parameters={"database": database},
        ).result_rows
    }
    for statement in views(cluster):
        mark = hashlib.sha256(statement.encode()).hexdigest()
        if mark not in known:
            client.command(f"{statement}\nCOMMENT '{mark}'")


def _table(table: Table, cluster: str, database: str) -> list[str]:
    return cluster_table(table, cluster, database) if cluster else embedded_table(table)


def _create_database(client: Client, database: str, cluster: str) -> None:
    where = f" ON CLUSTER `{cluster}`" if cluster else ""
    client.database = None  # a request may not name a database that is not there yet
    try:
        client.command(f"CREATE DATABASE IF NOT EXISTS `{database}`{where}")
    finally:
        client.database = database


def _version(client: Client, database: str) -> int:
    known = client.command(
        "SELECT count() FROM system.tables WHERE database = {database:String}"
        f" AND name = '{VERSIONS}'",
        parameters={"database": database},
    )
    return int(str(client.command(f"SELECT max(version) FROM {VERSIONS}"))) if known else 0


def _add_missing(client: Client, table: Table, database: str, cluster: str) -> None:
    """Columns that a later release of the tables brought; on a cluster in both tables."""
    where = f" ON CLUSTER `{cluster}`" if cluster else ""
    for name in (f"{table.name}_local", table.name) if cluster else (table.name,):
        rows = client.query(
            "SELECT name, type FROM system.columns"
            " WHERE database = {database:String} AND table = {table:String}",
            parameters={"database": database, "table": name},
        ).result_rows
        found = {str(row[0]): str(row[1]) for row in rows}
        for column in table.columns:
            known = found.get(column.name)
            if known is None:
                client.command(f"ALTER TABLE {name}{where} ADD COLUMN IF NOT EXISTS {column.ddl}")
            elif known != column.type:
                raise BadSetting(
                    f"store {database}.{name}: column {column.name} is {known},"
                    f" this release expects {column.type}"
                )

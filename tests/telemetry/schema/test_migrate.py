"""One description makes the tables of one machine and of a cluster, and only moves forward."""

import pytest

from voltward.base.errors import BadSetting
from voltward.columns.fields import COLUMNS
from voltward.telemetry.client import Client
from voltward.telemetry.schema import LATEST, PIECES, ROWS, migrate
from voltward.telemetry.schema.columns import ALIASES, BY_NAME, ROW
from voltward.telemetry.schema.migrate import MIGRATIONS
from voltward.telemetry.schema.tables import TABLES, cluster_table, views


def test_every_column_of_the_decoder_can_be_read_from_the_store(client: Client) -> None:
    names = ", ".join(f"`{name}`" for name in COLUMNS)
    assert client.query(f"SELECT {names} FROM rows LIMIT 1").result_rows == []
    assert set(COLUMNS) <= set(BY_NAME)


def test_migrating_twice_changes_nothing(client: Client) -> None:
    before = client.query("SELECT * FROM schema_version").result_rows
    assert migrate(client) == MIGRATIONS[-1].number
    assert client.query("SELECT * FROM schema_version").result_rows == before


def test_a_migration_that_was_cut_short_is_finished(empty_client: Client) -> None:
    migrate(empty_client)
    empty_client.command("DROP TABLE latest_frames SYNC")
    empty_client.command("TRUNCATE TABLE schema_version")
    migrate(empty_client)
    assert empty_client.command("SELECT count() FROM latest") == 0


def test_columns_that_a_table_once_computed_are_taken_away_and_stay_readable(
    client: Client,
) -> None:
    for table in (ROWS, PIECES, LATEST):
        for column in ALIASES:
            client.command(
                f"ALTER TABLE {table} ADD COLUMN `{column.name}` {column.type} ALIAS {column.alias}"
            )
    client.command("TRUNCATE TABLE schema_version")
    migrate(client)
    computed = client.command(
        "SELECT count() FROM system.columns"
        " WHERE database = currentDatabase() AND default_kind = 'ALIAS'"
    )
    assert computed == 0
    names = ", ".join(f"`{column.name}`" for column in ALIASES)
    assert client.query(f"SELECT {names} FROM latest").result_rows == []


def test_a_field_that_a_later_release_knows_is_added(client: Client) -> None:
    name = ROW[-1].name
    for view in ("rows", "latest"):
        client.command(f"DROP VIEW {view}")
    client.command(f"ALTER TABLE {ROWS} DROP COLUMN `{name}`")
    migrate(client)
    assert client.command(f"SELECT count(`{name}`) FROM rows") == 0


def test_a_store_of_a_newer_release_is_left_alone(client: Client) -> None:
    client.command("INSERT INTO schema_version VALUES (99, now64(3))")
    with pytest.raises(BadSetting, match="99"):
        migrate(client)


def test_a_column_of_another_type_is_named(client: Client) -> None:
    for view in ("rows", "latest"):
        client.command(f"DROP VIEW {view}")
    client.command(f"ALTER TABLE {ROWS} MODIFY COLUMN stream UInt64")
    with pytest.raises(BadSetting, match="stream is UInt64"):
        migrate(client)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_tables_of_a_cluster_are_replicated_and_spread_by_vehicle(
    client: Client, table: object
) -> None:
    local, spread = cluster_table(table, "main", "voltward")  # type: ignore[arg-type]
    assert "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/voltward/" in local
    assert "replicated_deduplication_window" in local
    assert "ON CLUSTER `main`" in local
    assert "ENGINE = Distributed(`main`, `voltward`" in spread
    for statement in (local, spread):
        client.command(f"EXPLAIN AST {statement}")  # parsed by ClickHouse itself


def test_the_views_of_a_cluster_parse() -> None:
    assert all("ON CLUSTER `main`" in view for view in views("main"))

"""The store's tables and views as DDL, for one machine and for a cluster, from one source."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from voltward.telemetry.schema.columns import ALIASES, BY_NAME, ROW, StoreColumn, select
from voltward.telemetry.schema.join import joined_select
from voltward.telemetry.schema.proofs import COLUMNS as PROOF_COLUMNS

ROWS = "frames_rows"
PIECES = "frame_pieces"
LATEST = "latest_frames"
PROOFS = "proofs"
VERSIONS = "schema_version"

# Clocks send any month of a century. Plausible months get a partition each; what lies before the
# standard (2016) or far ahead shares one, so that a broken clock makes no thousand partitions.
_MONTHS = (
    "multiIf(collected_at < toDateTime('2016-01-01 00:00:00', 'UTC'), 0,"
    " collected_at < toDateTime('2060-01-01 00:00:00', 'UTC'), toYYYYMM(collected_at), 206001)"
)
_PROOF_MONTHS = (
    "multiIf(day < toDate('2016-01-01'), 0, day < toDate('2060-01-01'), toYYYYMM(day), 206001)"
)
# An insert is on the disk when it is answered, for the ingest checkpoint moves after the answer.
# A merged part replaces parts that are safe, so it is synced too before they go.
_SAFE = {
    "fsync_after_insert": 1,
    "fsync_part_directory": 1,
    "min_rows_to_fsync_after_merge": 1,
}
_TABLE = {
    **_SAFE,
    "index_granularity": 2048,  # a point read decodes at least this many rows
    # Fresh parts hold all columns in one file: one sync instead of hundreds.
    "min_bytes_for_wide_part": 256 << 20,
    "min_rows_for_wide_part": 0,
}
EMBEDDED_WINDOW = {"non_replicated_deduplication_window": 10_000}
CLUSTER_WINDOW = {"replicated_deduplication_window": 10_000}


@dataclass(frozen=True)
class Table:
    """A table. ``version``: of several rows with one key, the largest stays.

    ``spread_by``: what decides the shard of a row on a cluster; empty: the vehicle where the order
    begins with it, else all rows lie on one.
    """

    name: str
    columns: tuple[StoreColumn, ...]
    order_by: tuple[str, ...]
    version: str
    partition_by: str = ""
    spread_by: str = ""

    @property
    def of_vehicles(self) -> bool:
        return self.order_by[0] == "vehicle_id"


TABLES = (
    Table(ROWS, ROW, ("vehicle_id", "collected_at", "unit_hash"), "rank", _MONTHS),
    # Rows whose packs carry a part of their cells (more than 200 in a 2016 frame).
    Table(PIECES, ROW, ("vehicle_id", "collected_at", "unit_hash"), "rank", _MONTHS),
    # The newest row of each vehicle; several when it came in pieces.
    Table(
        LATEST,
        # Small and rewritten all the time: packed lightly.
        (
            *(replace(column, codec="") for column in ROW),
            StoreColumn("piece", "UInt64"),
            StoreColumn("version", "UInt128"),
        ),
        ("vehicle_id", "piece"),
        "version",
    ),
    # What became of each frame on each link to a public platform, once per content.
    Table(
        PROOFS,
        PROOF_COLUMNS,
        ("day", "link", "vehicle_id", "collected_at", "unit_hash"),
        "version",
        _PROOF_MONTHS,
        spread_by="vehicle_id",
    ),
    Table(
        VERSIONS,
        (StoreColumn("version", "UInt32"), StoreColumn("applied_at", "DateTime64(3, 'UTC')")),
        ("version",),
        "",
    ),
)


def _columns(table: Table) -> str:
    return "(\n    " + ",\n    ".join(column.ddl for column in table.columns) + "\n)"


def _settings(values: dict[str, int]) -> str:
    return "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in values.items())


def _tail(table: Table, window: dict[str, int]) -> str:
    partition = f"PARTITION BY {table.partition_by}\n" if table.partition_by else ""
    return f"{partition}ORDER BY ({', '.join(table.order_by)})\n{_settings({**_TABLE, **window})}"


def embedded_table(table: Table, window: dict[str, int] | None = None) -> list[str]:
    """One table on one machine. ``window``: how many tokens of inserts it remembers."""
    return [
        f"CREATE TABLE IF NOT EXISTS {table.name} {_columns(table)}\n"
        f"ENGINE = ReplacingMergeTree({table.version})\n"
        + _tail(table, EMBEDDED_WINDOW if window is None else window)
    ]


def cluster_table(table: Table, cluster: str, database: str) -> list[str]:
    """The replicated table of each shard, and the one in front that spreads rows by vehicle."""
    path = f"/clickhouse/tables/{{shard}}/{database}/{table.name}"
    version = f", {table.version}" if table.version else ""
    local = (
        f"CREATE TABLE IF NOT EXISTS {table.name}_local ON CLUSTER `{cluster}` {_columns(table)}\n"
        f"ENGINE = ReplicatedReplacingMergeTree('{path}', '{{replica}}'{version})\n"
        + _tail(table, CLUSTER_WINDOW)
    )
    key = table.spread_by or ("vehicle_id" if table.of_vehicles else "0")
    spread = (
        f"CREATE TABLE IF NOT EXISTS {table.name} ON CLUSTER `{cluster}`"
        f" AS {table.name}_local\n"
        f"ENGINE = Distributed(`{cluster}`, `{database}`, {table.name}_local, {key})"
    )
    return [local, spread]


def without_aliases(table: Table, cluster: str) -> list[str]:
    """Take away the columns that earlier releases let the table compute."""
    gone = ", ".join(f"DROP COLUMN IF EXISTS `{column.name}`" for column in ALIASES)
    where = f" ON CLUSTER `{cluster}`" if cluster else ""
    names = (table.name, f"{table.name}_local") if cluster else (table.name,)
    return [f"ALTER TABLE {name}{where} {gone}" for name in names if table.of_vehicles]


def rows_select(wanted: Collection[str], where: str) -> str:
    """SELECT of the ``wanted`` columns and ``pieces`` of all rows for which ``where`` holds.

    ``where`` may speak of ``vehicle_id`` and ``collected_at`` only: a split row is found by what
    its pieces have in common.
    """
    names = ", ".join(f"`{name}`" for name in wanted)
    joined = joined_select(f"{PIECES} FINAL WHERE {where}", wanted)
    # The joined ones first: what a first SELECT words WITH would be put into the others too.
    return (
        f"{joined}\nUNION ALL\n"
        f"{select(wanted)} {names}, toUInt16(1) AS pieces FROM {ROWS} FINAL WHERE {where}"
    )


def latest_pieces_select(wanted: Collection[str], where: str) -> str:
    """SELECT of the newest row of each vehicle ``where`` holds for, if it came in pieces."""
    newest = (
        "SELECT vehicle_id, argMax(collected_at, version) AS collected_at,"
        f" argMax(piece, version) AS piece FROM {LATEST} WHERE {where} GROUP BY vehicle_id"
    )
    return joined_select(
        f"{LATEST} FINAL WHERE {where} AND piece != 0 AND (vehicle_id, collected_at) IN (\n"
        f"    SELECT vehicle_id, collected_at FROM ({newest}) WHERE piece != 0)",
        wanted,
    )


def views(cluster: str = "") -> list[str]:
    """``rows``: every time once per content, split cells joined. ``latest``: the newest rows."""
    where = f" ON CLUSTER `{cluster}`" if cluster else ""
    whole = (
        f"{select(BY_NAME)} {', '.join(f'`{name}`' for name in BY_NAME)}, toUInt16(1) AS pieces\n"
        f"FROM {LATEST} FINAL WHERE piece = 0 AND (vehicle_id, version) IN (\n"
        f"    SELECT vehicle_id, max(version) FROM {LATEST} GROUP BY vehicle_id)"
    )
    return [
        f"CREATE OR REPLACE VIEW rows{where} AS\n{rows_select(tuple(BY_NAME), '1')}",
        f"CREATE OR REPLACE VIEW latest{where} AS\n{latest_pieces_select(tuple(BY_NAME), '1')}\nUNION ALL\n"
        + whole,
    ]

"""The office database in a backup: PostgreSQL's own dump and the row count of every table."""

import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from psycopg import sql

from voltward.base.errors import BadInput, Refused
from voltward.entry.postgres import programs
from voltward.records import wall

ALL_MAKERS = f"-c {wall.SETTING}={wall.ALL}"  # a copy of the database is everybody's


class DumpFailed(Refused):
    """pg_dump or pg_restore said no; the text is theirs."""

    code = "dump_failed"


def dump(url: str, target: Path) -> dict[str, int]:
    """Write a custom-format dump to ``target``; rows per table as the dump saw them.

    Dump and counts share one exported snapshot, so writes in between change neither.
    """
    with psycopg.connect(url, options=ALL_MAKERS) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        rows = _counts(connection)
        arguments = [
            "--format=custom",
            "--no-owner",
            "--enable-row-security",  # with all makers visible, see PGOPTIONS
            f"--snapshot={snapshot[0]}",
            f"--file={target}",
        ]
        _run("pg_dump", url, [*arguments, _database(url)])
    target.chmod(0o600)
    return rows


def restore(url: str, source: Path) -> dict[str, int]:
    """Load the dump into an empty database; rows per table afterwards.

    Raises:
        BadInput: the database holds tables already.
    """
    if tables(url):
        raise BadInput(
            "the office database is not empty; restore into a new data folder or a new database"
        )
    load(url, source)
    with psycopg.connect(url, options=ALL_MAKERS) as connection:
        return _counts(connection)


def load(url: str, source: Path) -> None:
    """Load a dump into a database without tables: all of it or nothing.

    Raises:
        DumpFailed: see there.
    """
    arguments = ["--no-owner", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", url, [*arguments, f"--dbname={_database(url)}", str(source)])


def tables(url: str) -> list[str]:
    """The names of the tables."""
    with psycopg.connect(url, options=ALL_MAKERS) as connection:
        return _tables(connection)


def _tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    return [str(name) for (name,) in found.fetchall()]


def _counts(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    counts = {}
    for table in _tables(connection):
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone()
        assert row is not None
        counts[table] = int(str(row[0]))
    return counts


def _database(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _run(program: str, url: str, arguments: list[str]) -> None:
    """Run one of PostgreSQL's programs; the password travels in its environment, never its arguments."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or "localhost"])[0]
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "PGHOST": host,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGOPTIONS": ALL_MAKERS,
        "PGPASSWORD": unquote(parts.password or ""),
    }
    command = [str(programs() / "bin" / program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DumpFailed(f"{program}: {done.stderr.strip().splitlines()[-1:] or done.returncode}")

"""A first start loads what migrations made at install time."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from voltward.entry import blank_database, postgres
from voltward.entry.backup.office_database import DumpFailed, dump, restore, tables
from voltward.records import selectors, services
from voltward.records.models import Person

OTHER = "voltward_blank"
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")


@pytest.fixture
def empty(office_data: Path, django_db_setup: None) -> Iterator[str]:
    """The owner's address of a database without tables."""
    name = sql.Identifier(OTHER)
    address = postgres.database_url(office_data, postgres.SUPER, database="postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(postgres.OWNER))
        connection.execute(made)
        yield postgres.database_url(office_data, postgres.OWNER, database=OTHER)
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))


@pytest.fixture
def kept(office_data: Path, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dump of the migrated database where the program's own is looked for."""
    file = tmp_path / "office.dump"
    dump(postgres.database_url(office_data, postgres.OWNER), file)
    monkeypatch.setattr(blank_database, "blank_file", lambda: file)
    return file


def schema(url: str) -> list[str]:
    """Every statement that makes the database, as PostgreSQL writes it.

    Casts and brackets are left out: a list of texts that was read back stands with its casts inside.
    """
    command = [postgres.programs() / "bin" / "pg_dump", "--schema-only", url]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    told = (line for line in lines if not line.startswith("\\"))  # not a key of this dump's own
    return [CASTS.sub("", line) for line in told]


def test_what_is_laid_is_what_migrations_made(office_data: Path, empty: str, kept: Path) -> None:
    migrated = postgres.database_url(office_data, postgres.OWNER)
    rows = dump(migrated, kept)
    assert blank_database.laid(empty)
    assert schema(empty) == schema(migrated)
    assert dump(empty, kept) == rows
    assert len(rows) > 100


@pytest.mark.usefixtures("kept")
def test_a_database_that_holds_a_table_is_left_alone(empty: str) -> None:
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE TABLE theirs (id int)")
    assert not blank_database.laid(empty)
    assert tables(empty) == ["theirs"]


def test_without_a_file_nothing_is_laid(empty: str, kept: Path) -> None:
    kept.unlink()
    assert not blank_database.laid(empty)
    assert tables(empty) == []


def test_a_file_that_is_damaged_leaves_nothing_behind(empty: str, kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:-2000])
    with pytest.raises(DumpFailed):
        restore(empty, kept)
    assert not blank_database.laid(empty)  # migrations go on from here
    assert tables(empty) == []


def test_what_came_unmarked_is_marked_until_there_is_a_maker(db: None) -> None:
    own = selectors.installation()
    Person._base_manager.update(mark="")
    assert not selectors.installation().is_genuine
    blank_database.marked()
    assert selectors.installation().is_genuine
    services.maker_create(own, name="示例汽车", wmis=["LVV"])
    Person._base_manager.update(mark="")
    blank_database.marked()  # a forged row by now, for all that anybody can tell
    assert not selectors.installation().is_genuine


def test_another_program_has_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blank_database, "_SOURCE", tmp_path)
    fact = tmp_path / "facts.json"
    names = set()
    for content in ("[]", "[1]", "[]"):
        fact.write_text(content)
        blank_database.blank_file.cache_clear()
        names.add(blank_database.blank_file().name)
    blank_database.blank_file.cache_clear()
    assert len(names) == 2

"""The office database as migrations leave it, kept at install time: a first start need not migrate.

A file in the environment that Voltward is installed in, named by all that migrations are made of: a
changed program finds none and migrates as ever. Its few rows that carry a mark (docs/decisions/012) come
without one: each installation marks them under keys of its own.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

import voltward
from voltward.entry import postgres
from voltward.entry.backup.office_database import ALL_MAKERS, DumpFailed, dump, load, tables

_log = logging.getLogger(__name__)
_SOURCE: Final = Path(voltward.__file__).parent
_MARKED: Final = ("records_person", "records_assignment")
_READ: Final = frozenset({".py", ".json", ".csv", ".yaml"})


def warm() -> None:
    """Make the file, if it is not there."""
    file = blank_file()
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vw-") as folder:
        data = Path(folder)
        # whoever installs may have named a data folder or a database: neither is meant here
        own = {name: value for name, value in os.environ.items() if not name.startswith("VOLTWARD")}
        with postgres.EmbeddedPostgres(data, durable=False):
            command = [sys.executable, "-m", "voltward.entry.cli.main", "manage", "migrate", "-v0"]
            subprocess.run(command, check=True, env={**own, "VOLTWARD_DATA": str(data)})
            url = postgres.database_url(data, postgres.OWNER)
            _unmark(url)
            fresh = file.with_name(f".{file.name}.{os.getpid()}")
            dump(url, fresh)
        fresh.replace(file)  # two that install at once write the same
    for old in file.parent.glob("office-*.dump"):
        if old != file:
            old.unlink()


def laid(url: str) -> bool:
    """Whether the blank database was loaded: it is there and whole, and that of ``url`` held no table."""
    if not blank_file().exists() or tables(url):
        return False
    try:
        load(url, blank_file())
    except DumpFailed as error:  # nothing of it stays: migrations make the same, later
        _log.warning("%s cannot be loaded: %s", blank_file(), error)
        return False
    return True


def marked() -> None:
    """Mark what came with the blank database; before there is a maker nobody else can have written it."""
    from voltward.records.selectors import maker_first
    from voltward.records.selectors.marks import MODELS

    if maker_first() is not None:
        return
    for model in MODELS.values():
        for row in model._base_manager.filter(mark=""):
            row.mark_renew()


def _unmark(url: str) -> None:
    with psycopg.connect(url, options=ALL_MAKERS) as connection:
        for table in _MARKED:
            connection.execute(sql.SQL("UPDATE {} SET mark = ''").format(sql.Identifier(table)))


@cache
def blank_file() -> Path:
    """Where the file of this program lies, or would."""
    digest = hashlib.sha256()
    # migrations read facts, and call what models and rooms say: any of it may be behind a row
    for path in sorted(_SOURCE.rglob("*")):
        if path.suffix in _READ:
            digest.update(str(path.relative_to(_SOURCE)).encode() + b"\0" + path.read_bytes())
    return Path(sys.prefix) / "share" / "voltward" / f"office-{digest.hexdigest()[:16]}.dump"

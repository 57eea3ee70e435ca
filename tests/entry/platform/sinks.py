"""Where an installation says something about itself: figures, tables, dumps."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path

import psycopg
from psycopg import sql
from tests.entry.platform.conftest import Platform

from voltward.entry import postgres
from voltward.records import wall


def metrics(platform: Platform) -> str:
    ports = json.loads((platform.data / "run" / "metrics.json").read_text()).values()
    urls = [f"{platform.web}/metrics", *(f"http://127.0.0.1:{port}/metrics" for port in ports)]
    found = []
    for url in urls:
        with urllib.request.urlopen(url, timeout=20) as answer:
            found.append(answer.read().decode())
    return "\n".join(found)


def office_tables(platform: Platform) -> str:
    """Every row of every table as text."""
    url = postgres.database_url(platform.data, postgres.OWNER)
    with psycopg.connect(url, options=f"-c {wall.SETTING}={wall.ALL}") as owner:
        names = owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        texts = []
        for (name,) in names:
            query = sql.SQL("SELECT {}, t::text FROM {} t").format(
                sql.Literal(name), sql.Identifier(name)
            )
            texts += [f"{table}: {text}" for table, text in owner.execute(query)]
    return "\n".join(texts)


def dumped(dump: Path) -> str:
    """A backup's dump as the SQL it stands for: its own form is compressed."""
    command = [postgres.programs() / "bin" / "pg_restore", "--file=-", dump]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()

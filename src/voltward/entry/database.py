"""The embedded database's address and its roles.

``voltward_super`` makes the others and nothing else, ``voltward_owner`` migrates,
``voltward_app`` is the platform (owns no table and cannot change one), ``voltward_readonly`` reads.
``voltward_reader`` nobody logs in as: the platform takes it on for people who only read.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from voltward.entry.secret_files import secret_text
from voltward.records.wall import READER

DATABASE = "voltward"
SUPER, OWNER, APP, READONLY = (f"voltward_{role}" for role in ("super", "owner", "app", "readonly"))
ROLES = (OWNER, APP, READONLY)
LONGEST_SOCKET = 100  # sun_path holds 108 octets


def socket_folder(data: Path) -> Path:
    """Where the server's socket lies: DATA/run/postgres, or a shorter one if that is too long."""
    folder = data.resolve() / "run" / "postgres"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path("/tmp") / f"voltward-{name}"  # noqa: S108 - ownership is checked before use


def database_url(data: Path, role: str, *, database: str = DATABASE) -> str:
    """Address of the embedded database for ``role`` (with its password: never log it)."""
    host = quote(str(socket_folder(data)), safe="")
    return f"postgresql://{role}:{secret_text(data, f'{role}.password')}@/{database}?host={host}"


def ensure_roles(data: Path, *, may_create_databases: bool = False) -> None:
    """Roles with their present passwords, and the database; repeating changes nothing.

    ``may_create_databases``: the owner makes test databases.
    """
    address = database_url(data, SUPER, database="postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        for role in ROLES:
            _ensure_role(connection, role, secret_text(data, f"{role}.password"))
        _ensure_reader(connection)
        if may_create_databases:
            _run(connection, "ALTER ROLE {} CREATEDB", OWNER)
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            _run(connection, "CREATE DATABASE {} OWNER {}", DATABASE, OWNER)
            _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", DATABASE)
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}, {}", DATABASE, APP, READONLY)


def _run(connection: psycopg.Connection[Any], text: str, *names: str) -> None:
    connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


def _ensure_reader(connection: psycopg.Connection[Any]) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER])
    if found.fetchone() is None:
        _run(connection, "CREATE ROLE {} NOLOGIN NOINHERIT", READER)
    _run(connection, "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", READER, APP)


def _ensure_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    name = sql.Identifier(role)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # the verifier travels, never the password: a statement may end in the server's log
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL(
            "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            " PASSWORD {}"
        ).format(name, sql.Literal(verifier.decode()))
    )

"""The embedded PostgreSQL: roles, passwords, crashes, orphans."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from voltward.base.errors import BadSetting
from voltward.entry.postgres import (
    APP,
    OWNER,
    READONLY,
    EmbeddedPostgres,
    database_url,
    is_running,
    running,
    socket_folder,
)
from voltward.entry.settings import database


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="vw-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data, durable=False) as started:
        yield started


def ask(data: Path, role: str, statement: str) -> object:
    with psycopg.connect(database_url(data, role)) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def until(condition, patience_s: float = 30.0) -> None:  # type: ignore[no-untyped-def]
    """Poll without sleeping a fixed time: the wait ends with the condition."""
    pause = threading.Event()
    for _ in range(int(patience_s / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("the condition never came true")


def test_the_application_may_not_make_or_change_tables(
    server: EmbeddedPostgres, data: Path
) -> None:
    ask(data, OWNER, "CREATE TABLE IF NOT EXISTS of_owner (a int)")
    for statement in (
        "CREATE TABLE of_app (a int)",
        "ALTER TABLE of_owner ADD b int",
        "DROP TABLE of_owner",
        "CREATE ROLE another",
        "ALTER ROLE voltward_app SUPERUSER",
        "SET ROLE voltward_owner",
        "SET ROLE voltward_super",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(data, APP, statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(data, READONLY, "CREATE TABLE of_readonly (a int)")


def test_no_role_of_the_platform_is_above_the_rules(server: EmbeddedPostgres, data: Path) -> None:
    above = ask(
        data, APP,
        "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'voltward%' "
        "AND rolname <> 'voltward_super' "
        "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)",
    )  # fmt: skip
    assert above == 0


def test_a_wrong_password_is_refused(server: EmbeddedPostgres, data: Path) -> None:
    address = database_url(data, APP).replace(":", ":x", 2).replace("postgresql:x", "postgresql:")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(address)


def test_the_server_listens_on_no_network_port(server: EmbeddedPostgres, data: Path) -> None:
    assert ask(data, APP, "SHOW listen_addresses") == ""
    assert stat.S_IMODE((socket_folder(data) / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_secrets_are_closed_to_others(server: EmbeddedPostgres, data: Path) -> None:
    assert stat.S_IMODE((data / "secrets").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (data / "secrets").iterdir()}
    assert modes == {0o600}


def test_no_password_is_written_to_the_log(server: EmbeddedPostgres, data: Path) -> None:
    log = (data / "logs" / "postgres.log").read_text()
    for role in (OWNER, APP, READONLY):
        password = (data / "secrets" / f"{role}.password").read_bytes().hex()
        assert password not in log


def test_a_killed_server_comes_back_with_what_was_committed(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        ask(data, OWNER, "DROP TABLE IF EXISTS kept")
        ask(data, OWNER, "CREATE TABLE kept AS SELECT 7 AS a")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: server.restarts == 1 and is_running(data))
        assert ask(data, OWNER, "SELECT a FROM kept") == 7


def test_a_second_process_may_not_take_the_same_folder(
    server: EmbeddedPostgres, data: Path
) -> None:
    with pytest.raises(BadSetting, match="in use"):
        EmbeddedPostgres(data).start()
    assert is_running(data)


def test_the_server_of_a_killed_process_is_ended_and_replaced(data: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from voltward.entry.postgres import EmbeddedPostgres;"
        "s = EmbeddedPostgres(Path(sys.argv[1])); s.start(); print(s.pid, flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(data)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    ) as keeper:
        assert keeper.stdout is not None
        orphan = int(keeper.stdout.readline())
        keeper.kill()
        keeper.wait()
    assert is_running(data)
    with EmbeddedPostgres(data) as server:
        assert server.pid != orphan
        assert not Path(f"/proc/{orphan}").exists()
        assert is_running(data)
    assert not is_running(data)


def test_a_borrowed_server_runs_only_as_long_as_needed(data: Path) -> None:
    assert not is_running(data)
    with running(data):
        assert is_running(data)
        with running(data):
            assert is_running(data)
        assert is_running(data)
    assert not is_running(data)


def test_a_half_made_cluster_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp(prefix="vw-"))
    server = EmbeddedPostgres(folder, durable=False)
    programs = tmp_path / "programs"
    (programs / "bin").mkdir(parents=True)
    broken = programs / "bin" / "initdb"
    # fails after it has made half of the folder
    broken.write_text(
        '#!/bin/sh\nmkdir -p "$2"; echo 18 > "$2/PG_VERSION"; echo broken >&2; exit 1\n'
    )
    for path in (broken, tmp_path, programs, programs / "bin"):
        path.chmod(0o755)
    (programs / "bin" / "postgres").touch(0o755)
    monkeypatch.setattr(server, "_programs", programs)
    with pytest.raises(BadSetting, match="broken"):
        server.start()
    with EmbeddedPostgres(folder, durable=False):
        assert is_running(folder)
    shutil.rmtree(folder)


def test_a_long_folder_name_gets_a_short_socket(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 90)
    assert len(str(socket_folder(long))) < 60
    assert socket_folder(long) != socket_folder(tmp_path / ("y" * 90))


@pytest.mark.django_db
def test_history_triggers_find_their_setting_and_end_no_subtransaction_by_an_error() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")  # an error where it is not set
        assert cursor.fetchone() == ("{}",)


def test_options_of_an_installations_own_address_are_kept() -> None:
    url = "postgresql://app@db/voltward?options=-c%20work_mem%3D8MB"
    params = ConnectionHandler({"default": database(url)})["default"].get_connection_params()
    assert params["options"] == "-c work_mem=8MB -c pgtrigger.ignore={}"

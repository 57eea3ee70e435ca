"""The embedded ClickHouse engine (chDB) on one folder, owned by one process.

Each query runs on a handle of its own, so the settings of one never reach another; handles
share the data, the caches and the memory cap.
"""

import contextlib
import fcntl
import importlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from voltward.telemetry.store.errors import StoreError, StoreInUse
from voltward.telemetry.store.request import Request

MEBIBYTE = 1 << 20
_INSERT_SETTINGS = re.compile(r"\sSETTINGS\s+\w+\s*=", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """What the engine may use. ``memory_mb``: all queries, merges and caches together, MiB."""

    memory_mb: int = 4096
    query_seconds: int = 300
    background_merges: int = 2

    @property
    def query_bytes(self) -> int:
        return self.memory_mb * MEBIBYTE // 2


@dataclass(frozen=True)
class Answer:
    """The outcome of a query: body in the format asked for, and what ClickHouse counts."""

    body: bytes
    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    elapsed_s: float = 0.0


class Engine:
    """Open on one folder from construction to ``close``; safe to use from many threads.

    Raises:
        StoreInUse: another process has the folder.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(folder / "voltward.lock")
        configuration = folder / "voltward.xml"
        configuration.write_text(_configuration(self.limits))
        # Loading the engine takes a second, so it is not done on import of the package.
        self._connect: Callable[[str], Any] = importlib.import_module("chdb")._chdb.connect
        self._first = self._connect(f"{folder}/data?config-file={configuration}")
        self._path = f"{folder}/data"
        self._open = threading.Semaphore(64)

    def run(self, request: Request) -> Answer:
        """Run one request on a handle of its own.

        Raises:
            StoreError: the engine refused it or failed.
        """
        with self._open, self._handle() as handle:
            try:
                _prepare(handle, request, self.limits)
                if request.data is not None:
                    return _inserted(handle, request)
                return _answered(handle, request)
            except RuntimeError as error:
                raise StoreError.of(error) from error

    def query(self, statement: str, output_format: str = "TabSeparated", **settings: str) -> bytes:
        """A statement of the store's own; the body of its answer.

        Raises:
            StoreError: the engine refused it or failed.
        """
        request = Request(
            statement, None, "", output_format, "", tuple(settings.items()), {}, readonly=False
        )
        return self.run(request).body

    def close(self) -> None:
        """Stop background work, close the data and give the folder back."""
        self._first.close()
        self._lock.close()

    @contextlib.contextmanager
    def _handle(self) -> Iterator[Any]:
        handle = self._connect(self._path)
        try:
            yield handle
        finally:
            handle.close()


def _prepare(handle: Any, request: Request, limits: Limits) -> None:
    """The caps, then the request's own settings, which may lower them."""
    chosen = {
        "implicit_select": "0",  # clickhouse-local's habit; a server knows no such thing
        "max_memory_usage": str(limits.query_bytes),
        "max_execution_time": str(limits.query_seconds),
        "max_bytes_before_external_group_by": str(limits.query_bytes // 2),
        "max_bytes_before_external_sort": str(limits.query_bytes // 2),
        "max_result_bytes": str(limits.query_bytes),
        **dict(request.settings),
    }
    if request.readonly:
        chosen["readonly"] = "2"
    handle.query(
        "SET " + ", ".join(f"{key} = {quoted(value)}" for key, value in chosen.items()), "Null"
    )
    if request.database:
        handle.query(f"USE `{request.database.replace('`', '``')}`", "Null")


def _answered(handle: Any, request: Request) -> Answer:
    result = handle.query(request.statement, request.output_format, params=request.parameters)
    return Answer(
        body=result.bytes() or b"",
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        elapsed_s=result.elapsed(),
    )


def _inserted(handle: Any, request: Request) -> Answer:
    """Feed the data to the engine in one piece: one insert of one block keeps its token whole.

    The data goes in as a file, for the engine's streaming insert reports success when the last
    step fails (a constraint, no memory, no space), and rows would be lost in silence.
    """
    statement, settings = request.statement, ""
    if found := _INSERT_SETTINGS.search(statement):
        statement, settings = statement[: found.start()], statement[found.start() :]
    with _memory_file(request.data or b"") as path:
        result = handle.query(
            f"{statement} FROM INFILE {quoted(path)}{settings} FORMAT {request.data_format}",
            "Null",
            params=request.parameters,
        )
    return Answer(
        body=b"",
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        elapsed_s=result.elapsed(),
    )


@contextlib.contextmanager
def _memory_file(content: bytes | memoryview) -> Iterator[str]:
    """The path of a file that holds ``content`` and lies on no disk."""
    descriptor = os.memfd_create("insert")
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def quoted(value: str) -> str:
    """``value`` as a string literal of ClickHouse's SQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _locked(path: Path) -> TextIOWrapper:
    """Hold ``path`` for as long as the process lives; the kernel lets go when it dies."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise StoreInUse(
            f"{path.parent}: in use by process {owner}; one store process may own the folder"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _configuration(limits: Limits) -> str:
    """The engine's own settings: small caches, few merges, everything under one cap."""
    total = limits.memory_mb * MEBIBYTE
    values = {
        "max_server_memory_usage": total,
        "mark_cache_size": min(total // 16, 256 * MEBIBYTE),
        "primary_index_cache_size": min(total // 32, 128 * MEBIBYTE),
        "uncompressed_cache_size": 0,
        "index_mark_cache_size": 16 * MEBIBYTE,
        "compiled_expression_cache_size": 32 * MEBIBYTE,
        "query_condition_cache_size": 16 * MEBIBYTE,
        "parquet_metadata_cache_size": 16 * MEBIBYTE,
        "iceberg_metadata_files_cache_size": 0,
        "background_pool_size": limits.background_merges,
        "merges_mutations_memory_usage_soft_limit": total // 2,
    }
    lines = "".join(f"  <{name}>{escape(str(value))}</{name}>\n" for name, value in values.items())
    return f"<clickhouse>\n{lines}</clickhouse>\n"

"""The store as the processor sees it: rows go in under a token, or it says why not.

Three ways to fail, told apart because they ask for different things: the store is away or unwell
(wait), it died of the insert (wait, and after a few times suspect the rows), it refuses the rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import pyarrow as pa
from clickhouse_connect.driver.exceptions import ClickHouseError, Error
from numpy.typing import NDArray

from voltward.telemetry import writer
from voltward.telemetry.client import Client
from voltward.telemetry.ingest import presence, session_events
from voltward.telemetry.schema import migrate
from voltward.telemetry.schema.tables import TABLES

LONGEST_TEXT = 500

# Errors of ClickHouse that speak about the rows, not about the store's health: their content
# will be refused tomorrow too. Any other error is answered by waiting.
OF_THE_ROWS = frozenset(
    {
        6,  # CANNOT_PARSE_TEXT
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        33,  # CANNOT_READ_ALL_DATA
        38,  # CANNOT_PARSE_DATE
        41,  # CANNOT_PARSE_DATETIME
        53,  # TYPE_MISMATCH
        69,  # ARGUMENT_OUT_OF_BOUND
        70,  # CANNOT_CONVERT_TYPE
        72,  # CANNOT_PARSE_NUMBER
        117,  # INCORRECT_DATA
        128,  # TOO_LARGE_ARRAY_SIZE
        131,  # TOO_LARGE_STRING_SIZE
        321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
        349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
        395,  # FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
        407,  # DECIMAL_OVERFLOW
        469,  # VIOLATED_CONSTRAINT
    }
)


class StoreUnwell(Exception):
    """The store is away, starting, full or busy: nothing is wrong with the rows; try later."""


class StoreLost(StoreUnwell):
    """The connection broke after the rows were sent; they may be in or not."""


class RowsRefused(Exception):
    """The store is well and does not take these rows."""


class Sink(Protocol):
    """Where rows go. Whatever was inserted under a token is not inserted under it again."""

    def insert_rows(self, rows: pa.Table, token: str) -> None:
        """Decoded rows; on return they are on the store's disk.

        Raises:
            StoreUnwell: try again, with the same token and the same rows.
            RowsRefused: these rows will not go in.
        """
        ...

    def insert_latest(self, rows: pa.Table) -> None:
        """The newest of rows that the store has, where pages look for it; may come again and again.

        Raises like ``insert_rows``.
        """
        ...

    def insert_events(self, events: pa.Table, token: str) -> None:
        """Session events; raises like ``insert_rows``."""
        ...

    def has(self, rows: pa.Table) -> NDArray[np.bool_]:
        """Which rows ``(n,)`` the store has already, from the same place in the journal.

        Raises:
            StoreUnwell: it does not answer.
        """
        ...

    def knows(self, rows: pa.Table, *, elsewhere: bool = False) -> NDArray[np.bool_]:
        """Which rows ``(n,)`` the store has under their key, from any place or from another one.

        Raises:
            StoreUnwell: it does not answer.
        """
        ...


class StoreSink:
    """The telemetry store over HTTP; connects anew after a failure: the address may change."""

    def __init__(self, connect: Callable[[], Client], cluster: str = "") -> None:
        """``connect`` may raise anything while the store is not there yet."""
        self._connect = connect
        self._cluster = cluster
        self._client: Client | None = None

    def insert_rows(self, rows: pa.Table, token: str) -> None:
        with self._judging() as client:
            writer.insert(client, rows, token)

    def insert_latest(self, rows: pa.Table) -> None:
        with self._judging() as client:
            writer.insert_latest(client, rows)

    def insert_events(self, events: pa.Table, token: str) -> None:
        settings = {
            "insert_deduplicate": 1,
            "insert_deduplication_token": token,
            "async_insert": 0,
        }
        with self._judging() as client:
            client.insert_arrow(session_events.TABLE, events, settings=settings)

    def has(self, rows: pa.Table) -> NDArray[np.bool_]:
        with self._asking() as client:
            return presence.present(client, rows)

    def knows(self, rows: pa.Table, *, elsewhere: bool = False) -> NDArray[np.bool_]:
        with self._asking() as client:
            return presence.known_keys(client, rows, elsewhere=elsewhere)

    def has_events(self, events: pa.Table) -> NDArray[np.bool_]:
        """Which session events ``(n,)`` the store has.

        Raises:
            StoreUnwell: it does not answer.
        """
        with self._asking() as client:
            return presence.present_events(client, events)

    def latest_versions(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Vehicle and piece of every newest row, to its version: upper and lower half.

        Raises:
            StoreUnwell: it does not answer.
        """
        with self._asking() as client:
            return presence.latest_versions(client)

    def empty(self) -> None:
        """Make every table anew, without rows and without memory of tokens.

        Raises:
            StoreUnwell: call again.
        """
        with self._judging() as client:
            for name in (*(table.name for table in TABLES), session_events.TABLE):
                for table in (name, f"{name}_local") if self._cluster else (name,):
                    where = f" ON CLUSTER `{self._cluster}`" if self._cluster else ""
                    client.command(f"DROP TABLE IF EXISTS {table}{where} SYNC")
        self.close()
        self._ready()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    @contextmanager
    def _asking(self) -> Iterator[Client]:
        """For questions: an answer cut off in the middle speaks about the store, not about rows."""
        try:
            with self._judging() as client:
                yield client
        except RowsRefused as error:
            self.close()
            raise StoreUnwell(str(error)) from error

    @contextmanager
    def _judging(self) -> Iterator[Client]:
        client = self._ready()
        try:
            yield client
        except Exception as error:
            found = judged(error)
            if isinstance(found, StoreUnwell):
                self.close()
            raise found from error

    def _ready(self) -> Client:
        """A client of a store that has its tables.

        Raises:
            StoreUnwell: not yet.
        """
        if self._client is None:
            try:
                client = self._connect()
                migrate(client, self._cluster)
                session_events.create(client, self._cluster)
            except Exception as error:
                text = " ".join(str(error).split())[:LONGEST_TEXT]
                raise StoreUnwell(f"{type(error).__name__}: {text}") from error
            self._client = client
        return self._client


def judged(error: Exception) -> Exception:
    """What an error of the client means for the processor."""
    text = " ".join(str(error).split())[:LONGEST_TEXT]
    if isinstance(error, Error) and error.code is not None:
        return RowsRefused(text) if error.code in OF_THE_ROWS else StoreUnwell(text)
    if isinstance(error, ClickHouseError | OSError):
        away = "refused" in text or "NewConnectionError" in text
        return StoreUnwell(text) if away else StoreLost(text)
    return RowsRefused(f"{type(error).__name__}: {text}")

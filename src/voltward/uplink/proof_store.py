"""The table of proofs as the follower sees it: rows go in under a token, or it says why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.telemetry.client import Client
from voltward.telemetry.ingest.sink import LONGEST_TEXT, StoreUnwell, judged
from voltward.telemetry.schema import migrate
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import PIECES, PROOFS, ROWS

_KEYS_AT_ONCE: Final = 2_000
_ONE_BLOCK: Final = 1 << 40
Array = NDArray[Any]


class ProofStore:
    """The telemetry store over HTTP; connects anew after a failure: the address may change.

    Every method raises StoreUnwell (try again, with the same rows and token) or RowsRefused.
    """

    def __init__(self, connect: Callable[[], Client], cluster: str = "") -> None:
        """``connect`` may raise anything while the store is not there yet."""
        self._connect = connect
        self._cluster = cluster
        self._client: Client | None = None

    def insert(self, rows: pa.Table, token: str) -> None:
        """On return the rows are on the store's disk; under a token it has seen it adds none."""
        if rows.num_rows == 0:
            return
        settings = {
            "insert_deduplicate": 1,
            "insert_deduplication_token": token,
            "async_insert": 0,
            "max_insert_threads": 1,
            "max_insert_block_size": _ONE_BLOCK,  # one block: the token stands for all rows or none
            "min_insert_block_size_rows": _ONE_BLOCK,
            "min_insert_block_size_bytes": 0,
            "max_partitions_per_insert_block": 0,  # broken clocks may name any month
            "optimize_on_insert": 0,
            "distributed_foreground_insert": 1,
        }
        with self._judging() as client:
            client.insert_arrow(PROOFS, rows.combine_chunks(), settings=settings)

    def is_empty(self) -> bool:
        """Whether there is no proof at all: the store is new, or was made anew."""
        with self._judging() as client:
            return int(str(client.command(f"SELECT count() FROM {PROOFS}"))) == 0

    def hashes(self, vehicles: Array, collected: Array, streams: Array, positions: Array) -> Array:
        """Hash of the data unit of each frame ``(n,)`` as the rows know it; 0: they do not.

        A row is found by vehicle and time; of several contents of a time it is the one from the
        frame's own place, a single one also when it came from another place first.
        """
        found = np.zeros(vehicles.size, np.uint64)
        keys = list(zip(vehicles.tolist(), collected.tolist(), strict=True))
        places = list(zip(streams.tolist(), positions.tolist(), strict=True))
        for first in range(0, len(keys), _KEYS_AT_ONCE):
            chosen = range(first, min(first + _KEYS_AT_ONCE, len(keys)))
            contents = self._contents(sorted({keys[i] for i in chosen}))
            for i in chosen:
                of_time = contents.get(keys[i], {})
                only = next(iter(of_time.values())) if len(of_time) == 1 else 0
                found[i] = of_time.get(places[i], only)
        return found

    def _contents(self, keys: list[tuple[int, int]]) -> dict[tuple[int, int], dict[Any, int]]:
        """By vehicle and time: place to hash of every row there."""
        # Numbers of our own, not texts: they may stand in the statement, which has no length limit.
        chosen = ",".join(f"({vehicle},{at})" for vehicle, at in keys)
        with self._judging() as client:
            answer = client.query_arrow(
                " UNION ALL ".join(
                    f"{select(('frame_position',))} vehicle_id, toUInt32(collected_at) AS at,"
                    f" unit_hash, stream, frame_position FROM {table} FINAL"
                    f" WHERE (vehicle_id, collected_at) IN ({chosen})"
                    for table in (ROWS, PIECES)
                )
            )
        contents: dict[tuple[int, int], dict[Any, int]] = {}
        names = ("vehicle_id", "at", "stream", "frame_position", "unit_hash")
        columns = [answer[name].to_numpy().tolist() for name in names]
        for vehicle, at, stream, position, unit_hash in zip(*columns, strict=True):
            contents.setdefault((vehicle, at), {})[stream, position] = unit_hash
        return contents

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

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
        if self._client is None:
            try:
                client = self._connect()
                migrate(client, self._cluster)
            except Exception as error:
                text = " ".join(str(error).split())[:LONGEST_TEXT]
                raise StoreUnwell(f"{type(error).__name__}: {text}") from error
            self._client = client
        return self._client

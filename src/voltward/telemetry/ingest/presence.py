"""Which rows the store holds, told by their place in the journal."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.telemetry.client import Client
from voltward.telemetry.schema.columns import POSITION_LOW_BITS
from voltward.telemetry.schema.tables import PIECES, ROWS

Positions = NDArray[np.uint64]
KEYS_AT_ONCE = 2_000


def present(client: Client, rows: pa.Table) -> NDArray[np.bool_]:
    """Which of ``rows`` (as ``writer.insert`` takes them) ``(n,)`` are in the store.

    A row that was dropped as a duplicate of an earlier one is not there.

    Raises:
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    stream = np.asarray(rows["stream"].to_numpy(), np.uint16)
    position = np.asarray(rows["frame_position"].to_numpy(), np.uint64)
    found = np.zeros(rows.num_rows, np.bool_)
    for number in np.unique(stream):
        mine = stream == number
        blocks = np.unique(position[mine] >> np.uint64(POSITION_LOW_BITS))
        found[mine] = np.isin(position[mine], positions_in(client, int(number), blocks.tolist()))
    return found


def known_keys(client: Client, rows: pa.Table) -> NDArray[np.bool_]:
    """Which of ``rows`` ``(n,)`` the store has under their key, from whatever place.

    Raises:
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    names = ("vehicle_id", "collected_at", "unit_hash")
    vehicle, collected, unit = (rows[name].to_numpy().tolist() for name in names)
    keys = list(zip(vehicle, collected, unit, strict=True))
    known: set[tuple[int, int, int]] = set()
    for first in range(0, len(keys), KEYS_AT_ONCE):
        # Numbers of our own, not texts: they may stand in the statement, which has no length limit.
        tuples = ",".join(f"({v},{c},{u})" for v, c, u in keys[first : first + KEYS_AT_ONCE])
        answer = client.query_arrow(
            " UNION ALL ".join(
                f"SELECT vehicle_id, toUInt32(collected_at) AS at, unit_hash FROM {table}"
                f" WHERE (vehicle_id, collected_at, unit_hash) IN ({tuples})"
                for table in (ROWS, PIECES)
            )
        )
        known.update(
            zip(
                *(answer[name].to_pylist() for name in ("vehicle_id", "at", "unit_hash")),
                strict=True,
            )
        )
    return np.array([key in known for key in keys], np.bool_)


def positions_in(client: Client, stream: int, blocks: Iterable[int]) -> Positions:
    """Positions of all rows of a stream in the given blocks (``frame_position >> 22``); sorted."""
    answer = client.query_arrow(
        " UNION ALL ".join(
            f"SELECT frame_position FROM {table} WHERE stream = {{stream:UInt16}}"
            " AND frame_block IN {blocks:Array(UInt64)}"
            for table in (ROWS, PIECES)
        ),
        parameters={"stream": stream, "blocks": list(blocks)},
    )
    return np.unique(np.asarray(answer["frame_position"].to_numpy(), np.uint64))

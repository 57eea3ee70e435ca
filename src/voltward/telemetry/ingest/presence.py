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

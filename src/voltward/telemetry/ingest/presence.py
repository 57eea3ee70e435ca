"""What the store holds: rows and session events by their place in the journal, newest rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.telemetry.client import Client
from voltward.telemetry.ingest import session_events
from voltward.telemetry.schema.columns import POSITION_LOW_BITS, select
from voltward.telemetry.schema.tables import LATEST, PIECES, ROWS

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


def known_keys(client: Client, rows: pa.Table, *, elsewhere: bool = False) -> NDArray[np.bool_]:
    """Which of ``rows`` ``(n,)`` the store has under their key.

    ``elsewhere``: only what came from another place in the journal counts.

    Raises:
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    keys = _tuples(rows, ("vehicle_id", "collected_at", "unit_hash"))
    own = _tuples(rows, ("stream", "frame_position"))
    places: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for first in range(0, len(keys), KEYS_AT_ONCE):
        # Numbers of our own, not texts: they may stand in the statement, which has no length limit.
        chosen = ",".join(f"({v},{c},{u})" for v, c, u in keys[first : first + KEYS_AT_ONCE])
        answer = client.query_arrow(
            " UNION ALL ".join(
                f"{select(('frame_position',))} vehicle_id, toUInt32(collected_at) AS at, unit_hash, stream,"
                f" frame_position FROM {table}"
                f" WHERE (vehicle_id, collected_at, unit_hash) IN ({chosen})"
                for table in (ROWS, PIECES)
            )
        )
        found = _tuples(answer, ("vehicle_id", "at", "unit_hash"))
        for key, place in zip(found, _tuples(answer, ("stream", "frame_position")), strict=True):
            places.setdefault(key, set()).add(place)
    known = [
        bool(places.get(key, set()) - ({place} if elsewhere else set()))
        for key, place in zip(keys, own, strict=True)
    ]
    return np.array(known, np.bool_)


def _tuples(table: pa.Table, names: Sequence[str]) -> list[tuple[int, ...]]:
    return list(zip(*(table[name].to_numpy().tolist() for name in names), strict=True))


def positions_in(client: Client, stream: int, blocks: Iterable[int]) -> Positions:
    """Positions of all rows of a stream in the given blocks (``frame_position >> 22``); sorted."""
    answer = client.query_arrow(
        " UNION ALL ".join(
            f"{select(('frame_position',))} frame_position FROM {table} WHERE stream = {{stream:UInt16}}"
            " AND frame_block IN {blocks:Array(UInt64)}"
            for table in (ROWS, PIECES)
        ),
        parameters={"stream": stream, "blocks": list(blocks)},
    )
    return np.unique(np.asarray(answer["frame_position"].to_numpy(), np.uint64))


def present_events(client: Client, events: pa.Table) -> NDArray[np.bool_]:
    """Which of ``events`` (of ``session_events.table_of``) ``(n,)`` are in the store.

    Raises:
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    stream = np.asarray(events["stream"].to_numpy(), np.uint16)
    position = np.asarray(events["position"].to_numpy(), np.uint64)
    at_ms = np.asarray(events["at"].cast(pa.int64()).to_numpy(), np.int64)
    found = np.zeros(events.num_rows, np.bool_)
    for number in np.unique(stream):
        mine = stream == number
        answer = client.query_arrow(
            f"SELECT position FROM {session_events.TABLE} WHERE stream = {{stream:UInt16}}"
            " AND at >= fromUnixTimestamp64Milli({first:Int64}, 'UTC')"
            " AND at <= fromUnixTimestamp64Milli({last:Int64}, 'UTC')",
            parameters={
                "stream": int(number),
                "first": int(at_ms[mine].min()),
                "last": int(at_ms[mine].max()),
            },
        )
        found[mine] = np.isin(position[mine], answer["position"].to_numpy())
    return found


def latest_versions(client: Client) -> dict[tuple[int, int], tuple[int, int]]:
    """Vehicle and piece of every newest row in the store, to its version: upper and lower half.

    Raises:
        clickhouse_connect.driver.exceptions.Error: the store refused or did not answer.
    """
    answer = client.query_arrow(
        "SELECT vehicle_id, piece, toUInt64(bitShiftRight(newest, 64)) AS upper,"
        " toUInt64(bitAnd(newest, toUInt128(0xFFFFFFFFFFFFFFFF))) AS lower FROM ("
        f"SELECT vehicle_id, piece, max(version) AS newest FROM {LATEST}"
        " GROUP BY vehicle_id, piece)"
    )
    keys = _tuples(answer, ("vehicle_id", "piece"))
    versions = _tuples(answer, ("upper", "lower"))
    return {
        (vehicle, piece): (upper, lower)
        for (vehicle, piece), (upper, lower) in zip(keys, versions, strict=True)
    }

"""Frame by frame what became of a vehicle's data on a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import POSITION_LOW_BITS
from voltward.telemetry.schema.tables import PIECES, PROOFS, ROWS
from voltward.uplink.owed import DATA_COMMANDS, SETTINGS, Owed, proofs_owed, rows_owed
from voltward.uplink.proof_queries import CODES, NAMES
from voltward.uplink.proof_rows import BEIJING_S, DAY_S


@dataclass(frozen=True, slots=True)
class ProvedFrame:
    """A content with its place in the journal and what became of it; zeros: not known.

    ``received_at``: of the row; None while the store has none. ``proof``: on the proof stream.
    """

    vehicle_id: int
    collected_at: datetime
    unit_hash: int
    received_at: datetime | None
    stream: int
    position: int
    command: int
    outcome: int
    flag: int
    tries: int
    lost: int
    sent_at: datetime | None
    answered_at: datetime | None
    known_at: datetime | None
    proof: int
    link: str = ""


_LOW: Final = (1 << POSITION_LOW_BITS) - 1
_FROM_ROW: Final = (
    f"rank, bitOr(bitShiftLeft(frame_block, {POSITION_LOW_BITS}), bitAnd(bitNot(rank), {_LOW}))"
    " AS position"
)
_PROOF_NAMES: Final = (
    "outcome", "flag", "tries", "lost", "sent_ms", "answered_ms", "known_ms", "proof",
)  # fmt: skip


def frames_of_day(
    client: Client,
    owed: Owed,
    day: date,
    *,
    outcome: str = "",
    limit: int = 200,
    offset: int = 0,
) -> tuple[list[ProvedFrame], int]:
    """The contents of a day, newest first, and how many they are; a few vehicles, or it takes long.

    Raises:
        BadInput: no such outcome.
    """
    if outcome and outcome not in NAMES:
        raise BadInput(f"outcome {outcome[:40]!r}, known are {', '.join(NAMES)}")
    key = "vehicle_id, collected_at, unit_hash"
    nothing = ", ".join(f"0 AS {name}" for name in _PROOF_NAMES)
    branches = [
        f"SELECT {key}, {_FROM_ROW}, stream, command, {nothing} FROM {table} FINAL"
        f" WHERE {rows_owed(owed, day, day)}"
        for table in (ROWS, PIECES)
    ]
    branches.append(
        f"SELECT {key}, 0 AS rank, position, stream, command, {', '.join(_PROOF_NAMES)}"
        f" FROM {PROOFS} FINAL WHERE {proofs_owed(owed, day, day)}"
    )
    # a row's place is that of the first receipt; a proof may be of the same content sent again
    chosen = ", ".join(f"max({name}) AS {name}_" for name in _PROOF_NAMES)
    table = asked(
        client,
        f"SELECT {key}, max(rank) AS rank_, argMax((position, stream, command), rank) AS place,"
        f" {chosen}, toUInt64(count() OVER ()) AS total FROM ({' UNION ALL '.join(branches)})"
        f" GROUP BY {key} HAVING {f'outcome_ = {CODES[outcome]}' if outcome else '1'}"
        f" ORDER BY collected_at DESC, {key} LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}} {SETTINGS}",
        {"limit": limit, "offset": offset},
    )
    rows = table.to_pylist()
    return [_frame(row) for row in rows], int(rows[0]["total"]) if rows else 0


def proofs_of_frame(
    client: Client, vehicle_id: int, collected_at: datetime, links: Sequence[str]
) -> list[ProvedFrame]:
    """What became on each of ``links`` of every content that a vehicle sent for one moment."""
    seconds = int(collected_at.timestamp())
    table = asked(
        client,
        f"SELECT *, toUInt32(collected_at) AS collected FROM {PROOFS} FINAL WHERE day = toDate({{day:UInt16}})"
        " AND link IN {links:Array(String)} AND vehicle_id = {vehicle:UInt64}"
        f" AND collected_at = toDateTime({{at:UInt32}}, 'UTC') AND command IN ({DATA_COMMANDS})"
        " ORDER BY link, position",
        {
            "day": (seconds + BEIJING_S) // DAY_S,
            "links": [*links],
            "vehicle": vehicle_id,
            "at": seconds,
        },
    )
    return [
        _frame(
            {
                **{f"{name}_": row[name] for name in _PROOF_NAMES},
                "vehicle_id": vehicle_id,
                "collected_at": row["collected"],
                "unit_hash": row["unit_hash"],
                "rank_": 0,
                "place": {"1": row["position"], "2": row["stream"], "3": row["command"]},
                "link": row["link"],
            }
        )
        for row in table.to_pylist()
    ]


def _frame(row: dict[str, Any]) -> ProvedFrame:
    place = row["place"]
    position, stream, command = place.values() if isinstance(place, dict) else place
    received_ms = ~row["rank_"] & ((1 << 64) - 1) if row["rank_"] else 0
    return ProvedFrame(
        row["vehicle_id"],
        _at(row["collected_at"]),
        row["unit_hash"],
        _instant_or_none(received_ms >> POSITION_LOW_BITS),
        stream,
        position,
        command,
        row["outcome_"],
        row["flag_"],
        row["tries_"],
        row["lost_"],
        _instant_or_none(row["sent_ms_"]),
        _instant_or_none(row["answered_ms_"]),
        _instant_or_none(row["known_ms_"]),
        row["proof_"],
        row.get("link", ""),
    )


def _at(value: datetime | int) -> datetime:
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else value.astimezone(UTC)


def _instant_or_none(milliseconds: int) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None

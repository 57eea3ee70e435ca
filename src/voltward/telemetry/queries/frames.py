"""The frames behind a vehicle's rows, one by one, with their place in the journal."""

from dataclasses import dataclass
from datetime import UTC, datetime

from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import OF_VEHICLE, asked, span
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import PIECES, ROWS


@dataclass(frozen=True)
class FrameRow:
    """One frame that is a row, or a piece of one.

    ``same_time``: how many contents the vehicle sent for this time; more than one is marked, as
    they contradict each other unless they are pieces. ``position``: ``Position.number`` in the
    journal stream ``stream``.
    """

    collected_at: datetime
    received_at: datetime
    unit_hash: int
    stream: int
    position: int
    edition: int
    command: int
    verdict: int
    time_state: int
    piece: bool
    same_time: int


_FRAMES = (
    f"{select(('received_at', 'frame_position'))} collected_at, received_at, unit_hash, stream,"
    " frame_position AS position, edition, command, verdict, time_state"
)


def frame_list(
    client: Client,
    vehicle_id: int,
    start: datetime,
    stop: datetime,
    limit: int = 200,
    offset: int = 0,
) -> list[FrameRow]:
    """Frames from ``start`` up to ``stop``, newest first. Frames without a good time are at 1970.

    Raises:
        BadInput: an empty span.
    """
    parameters = {**span(vehicle_id, start, stop), "limit": limit, "offset": offset}
    table = asked(
        client,
        "SELECT *, count() OVER (PARTITION BY collected_at) AS same_time FROM ("
        f"{_FRAMES}, 0 AS piece FROM {ROWS} FINAL WHERE {OF_VEHICLE} UNION ALL "
        f"{_FRAMES}, 1 AS piece FROM {PIECES} FINAL WHERE {OF_VEHICLE})"
        " ORDER BY collected_at DESC, unit_hash LIMIT {limit:UInt32} OFFSET {offset:UInt32}",
        parameters,
    )
    rows = table.to_pylist()
    for row in rows:
        row["piece"] = bool(row["piece"])
        for name in ("collected_at", "received_at"):
            row[name] = instant(row[name])
    return [FrameRow(**row) for row in rows]


def instant(value: datetime | int) -> datetime:
    """Arrow brings a DateTime as seconds, a DateTime64 as an aware instant."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    return value.astimezone(UTC)

"""The fleet in a few numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import LATEST, PIECES, ROWS

ONLINE_S = 90  # three reporting periods of 30 s (GB/T 32960.3 Annex B)


@dataclass(frozen=True)
class FleetOverview:
    """Vehicles by what they did last. ``charging`` and ``driving`` count online ones only.

    ``alarms``: online vehicles by alarm level (1 and above). ``frames_per_s``: rows received in
    the minute before ``at``, real time and reissue alike, divided by 60.
    """

    at: datetime
    vehicles: int
    online: int
    charging: int
    driving: int
    alarms: dict[int, int]
    newest_received_at: datetime | None
    frames_per_s: float


def fleet_overview(client: Client, at: datetime, *, online_s: int = ONLINE_S) -> FleetOverview:
    """The fleet as of ``at``; online is who sent a frame in the ``online_s`` seconds before."""
    table = asked(
        client,
        "SELECT count() AS vehicles, countIf(here) AS online,"
        " countIf(here AND ifNull(charge, 0) IN (1, 2)) AS charging,"
        " countIf(here AND ifNull(state, 0) = 1 AND ifNull(speed, 0) > 0) AS driving,"
        " sumMapIf(map(ifNull(level, 0), toUInt64(1)), here) AS alarms,"
        " toUnixTimestamp64Milli(max(received)) AS newest FROM ("
        f"{select(('received_at',))} vehicle_id, max(received_at) AS received,"
        " received > {at:DateTime64(3, 'UTC')} - toIntervalSecond({online_s:UInt32}) AS here,"
        " argMax(charging, version) AS charge, argMax(vehicle_state, version) AS state,"
        " argMax(speed_kmh_counts, version) AS speed, argMax(alarm_level, version) AS level"
        f" FROM {LATEST} GROUP BY vehicle_id)",
        {"at": at, "online_s": online_s},
    )
    (row,) = table.to_pylist()
    newest = row["newest"] / 1000 if row["vehicles"] else None
    return FleetOverview(
        at=at,
        vehicles=row["vehicles"],
        online=row["online"],
        charging=row["charging"],
        driving=row["driving"],
        alarms={level: count for level, count in row["alarms"] if level},
        newest_received_at=None if newest is None else datetime.fromtimestamp(newest, at.tzinfo),
        frames_per_s=_received_in_minute(client, at) / 60,
    )


def _received_in_minute(client: Client, at: datetime) -> int:
    """Rows of the last day (by their own clock) that were received in the minute before ``at``."""
    parts = " UNION ALL ".join(
        f"{select(('received_at',))} count() AS n FROM {name} WHERE collected_at >= {{day:DateTime('UTC')}}"
        " AND received_at > {since:DateTime64(3, 'UTC')}"
        " AND received_at <= {at:DateTime64(3, 'UTC')}"
        for name in (ROWS, PIECES)
    )
    parameters = {
        "day": at - timedelta(days=1),
        "since": at - timedelta(seconds=60),
        "at": at,
    }
    return int(asked(client, f"SELECT sum(n) AS n FROM ({parts})", parameters)["n"][0].as_py())

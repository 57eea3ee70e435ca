"""What the gateway turned away or found odd, from the table of session events."""

from dataclasses import dataclass
from datetime import datetime

from voltward.telemetry.client import Client
from voltward.telemetry.ingest.session_events import REPLAY, TABLE
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.queries.frames import instant

ODD_EVENTS = ("refused", "possible_clone", "replayed_login", "unregistered", "unreadable")
# Ends of links that no vehicle and no operator asked for.
ODD_CLOSES = ("login_deadline", "pre_login_bytes", "link_limit", "not_reading", "fault")


def replays(client: Client, since: datetime) -> list[tuple[datetime, int]]:
    """When it was noticed that much of a vehicle's data had been sent before, and which vehicle's."""
    table = asked(
        client,
        f"SELECT at, vehicle_id FROM {TABLE} FINAL WHERE at >= {{since:DateTime64(3, 'UTC')}}"
        " AND event = {event:String} ORDER BY at, vehicle_id",
        {"since": since, "event": REPLAY},
    )
    return [(instant(row["at"]), row["vehicle_id"]) for row in table.to_pylist()]


@dataclass(frozen=True)
class GatewayRefusal:
    """The same event, reason and vehicle, ``count`` times since the asked instant.

    ``vehicle_id`` 0: the event names none. ``peer``: address and port of the last one.
    """

    at: datetime
    event: str
    reason: str
    vehicle_id: int
    peer: str
    count: int


def gateway_refusals(client: Client, since: datetime, limit: int = 20) -> list[GatewayRefusal]:
    """Refusals and oddities since an instant, newest first, the same ones in one."""
    table = asked(
        client,
        "SELECT max(at) AS last, event, reason, vehicle_id, argMax(peer, at) AS peer,"
        f" toUInt64(count()) AS n FROM {TABLE} FINAL WHERE at >= {{since:DateTime64(3, 'UTC')}}"
        " AND (event IN {events:Array(String)}"
        " OR event = 'close' AND reason IN {closes:Array(String)})"
        " GROUP BY event, reason, vehicle_id ORDER BY last DESC, vehicle_id LIMIT {limit:UInt32}",
        {"since": since, "limit": limit, "events": [*ODD_EVENTS], "closes": [*ODD_CLOSES]},
    )
    return [
        GatewayRefusal(
            instant(row["last"]),
            row["event"],
            row["reason"],
            row["vehicle_id"],
            row["peer"],
            row["n"],
        )
        for row in table.to_pylist()
    ]


def refusals_of_vehicle(
    client: Client, vehicle_id: int, start: datetime, stop: datetime, limit: int = 20
) -> list[GatewayRefusal]:
    """What the gateway turned away of one vehicle from ``start`` up to ``stop``, newest first."""
    table = asked(
        client,
        "SELECT max(at) AS last, event, reason, argMax(peer, at) AS peer, toUInt64(count()) AS n"
        f" FROM {TABLE} FINAL WHERE at >= {{start:DateTime64(3, 'UTC')}}"
        " AND at < {stop:DateTime64(3, 'UTC')} AND vehicle_id = {vehicle:UInt64}"
        " AND event IN {events:Array(String)}"
        " GROUP BY event, reason ORDER BY last DESC LIMIT {limit:UInt32}",
        {
            "start": start,
            "stop": stop,
            "vehicle": vehicle_id,
            "events": [*ODD_EVENTS],
            "limit": limit,
        },
    )
    return [
        GatewayRefusal(
            instant(row["last"]), row["event"], row["reason"], vehicle_id, row["peer"], row["n"]
        )
        for row in table.to_pylist()
    ]

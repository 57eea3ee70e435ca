"""Every read of telemetry for the pages and the API.

The caller hands in a vehicle that a selector of ``fleet`` gave it: nobody reads the telemetry of
a vehicle that is not theirs. The store answers by number; the VIN never goes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from clickhouse_connect.driver.exceptions import ClickHouseError

from voltward.base.errors import Refused
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_ids
from voltward.monitoring.ports import ports
from voltward.records.models import Person
from voltward.telemetry import queries
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.status import Status
from voltward.telemetry.queries.rows import Row, rows_of
from voltward.telemetry.raw import RawFrame

LISTED_ALARMS = 20


class StoreAway(Refused):
    """The telemetry store does not answer; frames go on being kept meanwhile."""

    code = "store_away"


@contextmanager
def _store() -> Iterator[Client]:
    try:
        yield ports().client()
    except (ClickHouseError, OSError) as error:
        raise StoreAway(f"the telemetry store does not answer ({type(error).__name__})") from error


def online_vins() -> dict[str, datetime]:
    """VIN to the instant of its last frame, of every vehicle logged in now."""
    return {session.vin: session.last_frame for session in ports().online() if session.kind == "vehicle"}


def online_links() -> int:
    """Links logged in now, platforms included."""
    return len(ports().online())


def processor_status() -> Status | None:
    """What the processor last said of itself; None: it never ran here."""
    return ports().status()


def fleet_now() -> queries.FleetOverview:
    """The fleet in a few numbers.

    Raises:
        StoreAway: see there; so do all below.
    """
    with _store() as client:
        return queries.fleet_overview(client, datetime.now(UTC))


def alarmed_now(actor: Person) -> list[tuple[Vehicle, queries.LatestState]]:
    """The actor's vehicles whose newest frame reports an alarm, worst first."""
    with _store() as client:
        states = queries.latest_states(client, None, ("alarm_level", "alarm_flags"))
    alarmed = [state for state in states if (state.values["alarm_level"] or 0) > 0]
    alarmed.sort(key=lambda state: (-state.values["alarm_level"], state.collected_at), reverse=False)
    mine = vehicle_by_ids(actor, (state.vehicle_id for state in alarmed))
    found = [(mine[state.vehicle_id], state) for state in alarmed if state.vehicle_id in mine]
    return found[:LISTED_ALARMS]


def latest_of(vehicle: Vehicle) -> queries.LatestState | None:
    """The newest state; None: it never sent."""
    with _store() as client:
        states = queries.latest_states(client, (vehicle.vehicle_id,))
    return states[0] if states else None


def history_of(
    vehicle: Vehicle, start: datetime, stop: datetime, fields: Iterable[str], points: int
) -> queries.History:
    with _store() as client:
        return queries.history(client, vehicle.vehicle_id, start, stop, fields, points)


def cells_of(vehicle: Vehicle, start: datetime, stop: datetime, points: int) -> queries.Matrix:
    with _store() as client:
        return queries.cell_matrix(client, vehicle.vehicle_id, start, stop, points)


def probes_of(vehicle: Vehicle, start: datetime, stop: datetime, points: int) -> queries.Matrix:
    with _store() as client:
        return queries.probe_matrix(client, vehicle.vehicle_id, start, stop, points)


def gaps_of(vehicle: Vehicle, start: datetime, stop: datetime, longer_than_s: int) -> queries.Gaps:
    with _store() as client:
        return queries.gaps(client, vehicle.vehicle_id, start, stop, longer_than_s=longer_than_s)


def rows_between(
    vehicle: Vehicle,
    start: datetime,
    stop: datetime,
    fields: Iterable[str],
    limit: int,
    after_hash: int | None = None,
) -> list[Row]:
    with _store() as client:
        return rows_of(
            client, vehicle.vehicle_id, start, stop, fields, limit=limit, after_hash=after_hash
        )


def frames_of(vehicle: Vehicle, start: datetime, stop: datetime, limit: int) -> Sequence[RawFrame]:
    """Raw frames by time of receipt, oldest first, the newest ``limit`` of them."""
    return ports().frames(vehicle.vin, start, stop, limit)


def frame_at(vehicle: Vehicle, position: str) -> RawFrame | None:
    """The frame at a position if it is this vehicle's; None: not kept, or another's."""
    frame = ports().frame_at(position)
    if frame is None or frame.frame[4:21] != vehicle.vin.encode("ascii"):
        return None
    return frame

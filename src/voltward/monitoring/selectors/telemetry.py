"""Every read of telemetry for the pages and the API.

The caller hands in a vehicle that a selector of ``fleet`` gave it: nobody reads the telemetry of
a vehicle that is not theirs. The store answers by number; the VIN never goes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from voltward.base.errors import BadInput
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_ids, vehicle_visible
from voltward.monitoring.board import BOARD, BRIEF
from voltward.monitoring.ports import ports
from voltward.monitoring.presence import Fleet, fleet_now
from voltward.monitoring.store import StoreAway as StoreAway
from voltward.monitoring.store import store
from voltward.monitoring.values import cleaned
from voltward.records import wall
from voltward.records.models import Person
from voltward.telemetry import queries
from voltward.telemetry.ingest.status import Status
from voltward.telemetry.queries.refusals import GatewayRefusal, gateway_refusals
from voltward.telemetry.queries.rows import Row, rows_of
from voltward.telemetry.raw import RawFrame

# Codes that a chart must not take for numbers; the columns that can hold them, and from where on.
_CODED = {"alarm_level": 254.0}


def online_vins() -> dict[str, datetime]:
    """VIN to the instant of its last frame, of every vehicle logged in now."""
    return {
        session.vin: session.last_frame for session in ports().online() if session.kind == "vehicle"
    }


def online_count(actor: Person) -> int:
    """How many of the actor's vehicles are logged in now."""
    return vehicle_visible(actor).filter(vin__in=list(online_vins())).count()


def processor_status() -> Status | None:
    """What the processor last said of itself; None: it never ran here."""
    return ports().status()


def fleet_of(actor: Person) -> Fleet:
    """The actor's vehicles in a few numbers, with the vehicles behind each.

    Raises:
        StoreAway: see there; so do all below.
    """
    return fleet_now(actor)


def brief_states(vehicles: Iterable[Vehicle]) -> Mapping[int, queries.LatestState]:
    """A few fields of the newest states, by vehicle number: one question for all of them."""
    return _brief([vehicle.vehicle_id for vehicle in vehicles])


def _brief(vehicle_ids: list[int]) -> dict[int, queries.LatestState]:
    return {one: _clean(state) for one, state in BRIEF.states(vehicle_ids).items()}


def latest_of(vehicle: Vehicle) -> queries.LatestState | None:
    """The newest state, at most a second old; None: it never sent."""
    state = BOARD.state(vehicle.vehicle_id)
    return None if state is None else _clean(state)


def newest_of(vehicle: Vehicle) -> queries.LatestState | None:
    """A few fields of the newest state, for times and edition; None: it never sent."""
    return _brief([vehicle.vehicle_id]).get(vehicle.vehicle_id)


def edition_of(vehicle: Vehicle) -> int:
    """2016 or 2025, as the vehicle spoke last; 2016 while it has said nothing."""
    state = newest_of(vehicle)
    return state.edition if state else 2016


def latest_by_ids(vehicle_ids: Iterable[int]) -> Mapping[int, queries.LatestState]:
    """The newest states of several vehicles at once, as ``latest_of``."""
    found = BOARD.states(vehicle_ids)
    return {vehicle_id: _clean(state) for vehicle_id, state in found.items()}


def _clean(state: queries.LatestState) -> queries.LatestState:
    values, missing = cleaned(state.values, state.missing)
    return replace(state, values=values, missing=missing)


def history_of(
    vehicle: Vehicle, start: datetime, stop: datetime, fields: Iterable[str], points: int
) -> queries.History:
    with store() as client:
        found = queries.history(client, vehicle.vehicle_id, start, stop, fields, points)
    coded = {
        field: _without_codes(found.series[field], code)
        for field, code in _CODED.items()
        if field in found.series
    }
    return replace(found, series={**found.series, **coded})


def _without_codes(series: queries.Series, code: float) -> queries.Series:
    return queries.Series(series.at, np.where(series.values >= code, np.nan, series.values))


def cells_of(vehicle: Vehicle, start: datetime, stop: datetime, points: int) -> queries.Matrix:
    with store() as client:
        return queries.cell_matrix(client, vehicle.vehicle_id, start, stop, points)


def probes_of(vehicle: Vehicle, start: datetime, stop: datetime, points: int) -> queries.Matrix:
    with store() as client:
        return queries.probe_matrix(client, vehicle.vehicle_id, start, stop, points)


def gaps_of(vehicle: Vehicle, start: datetime, stop: datetime, longer_than_s: int) -> queries.Gaps:
    with store() as client:
        return queries.gaps(client, vehicle.vehicle_id, start, stop, longer_than_s=longer_than_s)


def rows_between(
    vehicle: Vehicle,
    start: datetime,
    stop: datetime,
    fields: Iterable[str],
    limit: int,
    after_hash: int | None = None,
) -> list[Row]:
    """Rows by collection time; codes are None with their reason, as in ``latest_of``."""
    with store() as client:
        rows = rows_of(
            client, vehicle.vehicle_id, start, stop, fields, limit=limit, after_hash=after_hash
        )
    return [
        replace(row, values=values, missing=missing)
        for row in rows
        for values, missing in (cleaned(row.values, row.missing),)
    ]


def frames_of(vehicle: Vehicle, start: datetime, stop: datetime, limit: int) -> Sequence[RawFrame]:
    """Raw frames by time of receipt, oldest first, the newest ``limit`` of them.

    Raises:
        FramesUnreadable: they are there but cannot be read.
    """
    return ports().frames(vehicle.vin, start, stop, limit)


def frame_at(vehicle: Vehicle, position: str) -> RawFrame | None:
    """The frame at a position if it is this vehicle's; None: not kept, or another's."""
    try:
        frame = ports().frame_at(position)
    except BadInput:
        return None
    if frame is None or frame.frame[4:21] != vehicle.vin.encode("ascii"):
        return None
    return frame


def frame_of_row(vehicle: Vehicle, stream: int, position: int) -> RawFrame | None:
    """The raw frame behind a row of the store; None: kept nowhere any more, or another vehicle's.

    Raises:
        FramesUnreadable: it is there but cannot be read.
    """
    frame = ports().frame_of_row(stream, position)
    return frame if frame and frame.frame[4:21] == vehicle.vin.encode("ascii") else None


def refusals_of(actor: Person, since: datetime) -> list[tuple[GatewayRefusal, Vehicle | None]]:
    """What the gateway refused since ``since``, newest first, with the vehicle where it is known.

    Another maker's vehicles are left out; what no maker's books know is shown to all.
    """
    with store() as client:
        found = gateway_refusals(client, since)
    ids = {one.vehicle_id for one in found} - {0}
    mine = vehicle_by_ids(actor, ids)
    with wall.within(wall.ALL):  # only to know whose they are: what is another's is left out
        others = set(
            Vehicle.objects.filter(vehicle_id__in=ids)
            .exclude(maker=actor.maker)
            .values_list("vehicle_id", flat=True)
        )
    return [(one, mine.get(one.vehicle_id)) for one in found if one.vehicle_id not in others]

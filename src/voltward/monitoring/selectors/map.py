"""Reads of the map: a maker's vehicles by hexagon, and the alarms that are drawn as points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import h3
import numpy as np

from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.fleet_map import FleetMap, fleet_map
from voltward.monitoring.hexagons import COARSEST
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import GRAVE
from voltward.monitoring.placing import FINEST, NOWHERE
from voltward.monitoring.store import StoreAway
from voltward.records.models import Person

MOST_POINTS: Final = 200


@dataclass(frozen=True)
class GravePoint:
    """An open alarm of level 3 or above. ``cell``: the hexagon its vehicle stands in now, else where it
    stood when the alarm opened; "" unknown. Longitude and latitude of its middle in WGS-84."""

    alarm: Alarm
    cell: str
    longitude_deg: float
    latitude_deg: float


def map_now(actor: Person) -> FleetMap:
    """The vehicles of the actor's maker.

    Raises:
        StoreAway: nothing is known yet and the store does not answer.
    """
    return fleet_map(actor.maker_id or 0)


def vehicles_in(actor: Person, cell: str) -> list[int]:
    """Numbers of the actor's vehicles in a hexagon; none for what is no hexagon of the map.

    Raises:
        StoreAway: see ``map_now``.
    """
    if not h3.is_valid_cell(cell) or not COARSEST <= h3.get_resolution(cell) <= FINEST:
        return []
    return map_now(actor).vehicles_in(int(cell, 16), h3.get_resolution(cell))


def grave_points(actor: Person) -> list[GravePoint]:
    """The open alarms of level 3 and above of the actor's maker, the gravest and newest first."""
    try:
        fleet = map_now(actor)
    except StoreAway:
        fleet = None
    return grave_points_of(actor.maker_id or 0, fleet)


def grave_points_of(maker_id: int, fleet: FleetMap | None) -> list[GravePoint]:
    """As ``grave_points``; ``fleet`` None: only where they opened is known."""
    alarms = [
        *Alarm.objects.filter(maker_id=maker_id, state__in=states.OPEN, level__gte=GRAVE)
        .select_related("vehicle")
        .order_by("-level", "-opened_at", "-id")[:MOST_POINTS]
    ]
    cells = _cells_now(fleet, [alarm.vehicle.vehicle_id for alarm in alarms])
    found = []
    for alarm in alarms:
        cell = cells.get(alarm.vehicle.vehicle_id) or alarm.cell
        latitude, longitude = h3.cell_to_latlng(cell) if _is_cell(cell) else (np.nan, np.nan)
        found.append(GravePoint(alarm, cell, longitude, latitude))
    return found


def open_grave_since(vehicle: Vehicle) -> datetime | None:
    """Since when an alarm of level 3 or above is open on the vehicle; None: none is."""
    return (
        Alarm.objects.filter(vehicle=vehicle, state__in=states.OPEN, level__gte=GRAVE)
        .order_by("opened_at")
        .values_list("opened_at", flat=True)
        .first()
    )


def _cells_now(fleet: FleetMap | None, numbers: list[int]) -> dict[int, str]:
    if fleet is None or not numbers:
        return {}
    ids = fleet.look.positions.vehicle_id[fleet.mine]
    wanted = np.array(sorted(set(numbers)), np.uint64)
    at = np.flatnonzero(np.isin(ids, wanted))
    codes = fleet.look.codes[fleet.mine[at]]
    cells = fleet.look.book.cells
    return {
        int(number): f"{int(cells[code]):x}"
        for number, code in zip(ids[at].tolist(), codes.tolist(), strict=True)
        if code != NOWHERE
    }


def _is_cell(cell: str) -> bool:
    return bool(cell) and bool(h3.is_valid_cell(cell))

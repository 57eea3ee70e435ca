"""Where one vehicle was over time: by hexagon for everybody, as sent for services that leave an audit row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import h3.api.numpy_int as h3
import numpy as np

from voltward.fleet.models import Vehicle
from voltward.monitoring.store import store
from voltward.records.protection.places import RESOLUTION, STEP_S
from voltward.telemetry.queries.positions import Track, track


@dataclass(frozen=True)
class Stay:
    """A hexagon and the five-minute steps it was seen in: from ``start_s`` up to ``stop_s``, unix."""

    cell: int
    start_s: int
    stop_s: int


def track_of(vehicle: Vehicle, start: datetime, stop: datetime) -> Track:
    """Exact: only for services that say whose eyes it is for, and write that down first.

    Raises:
        StoreAway: the store does not answer.
    """
    with store() as client:
        return track(client, vehicle.vehicle_id, start, stop)


def stays_of(found: Track) -> list[Stay]:
    """The masked track: one stay after another, a new one with every change of hexagon."""
    known = np.flatnonzero(~np.isnan(found.longitude_deg))
    steps = (found.at[known] // STEP_S * STEP_S).tolist()
    latitudes, longitudes = found.latitude_deg[known].tolist(), found.longitude_deg[known].tolist()
    stays: list[Stay] = []
    for step, latitude, longitude in zip(steps, latitudes, longitudes, strict=True):
        cell = h3.latlng_to_cell(latitude, longitude, RESOLUTION)
        last = stays[-1] if stays else None
        if last is not None and last.cell == cell:
            stays[-1] = Stay(cell, last.start_s, step + STEP_S)
        elif last is None or step > last.start_s:
            stays.append(Stay(cell, step, step + STEP_S))
    return stays

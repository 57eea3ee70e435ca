"""Where each vehicle was last and what it did there, and the track of one vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.geo import unshifted
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked, asked_of_rows, numbers, span
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import LATEST

NO_FIX, SOUTH, WEST = 1, 2, 4  # bits of the position status (GB/T 32960.3 table 车辆位置数据)
GCJ02 = 2  # of the datum, 2025 edition; the 2016 edition states none and is taken for WGS-84
_PLACE = "(longitude_deg_counts, latitude_deg_counts, position_status, datum)"
PER_DEGREE = 1_000_000
MOST_POINTS = 20_000


@dataclass(frozen=True)
class Positions:
    """One entry per vehicle that ever sent, by ``vehicle_id`` ascending, all ``(n,)``.

    Degrees north and east positive, NaN where the newest frame has no place, in the datum they were
    sent in: ``is_gcj`` GCJ-02, else WGS-84. ``has_fix``: the receiver vouched for it; without a fix
    vehicles send the last valid place. Times in unix ms.
    """

    vehicle_id: NDArray[np.uint64]
    received_ms: NDArray[np.int64]
    collected_ms: NDArray[np.int64]
    charging: NDArray[np.bool_]
    driving: NDArray[np.bool_]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    is_gcj: NDArray[np.bool_]
    has_fix: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.vehicle_id)

    def wgs84(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude of the entries ``chosen`` ``(m,)`` in WGS-84."""
        return _in_wgs84(self.longitude_deg[chosen], self.latitude_deg[chosen], self.is_gcj[chosen])


@dataclass(frozen=True)
class Track:
    """Where one vehicle was, by time, all ``(n,)``; ``at`` unix seconds, degrees in WGS-84.

    ``whole``: False where there were more than ``MOST_POINTS`` rows and only the first are here.
    """

    at: NDArray[np.int64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    speed_kmh: NDArray[np.float64]
    soc_pct: NDArray[np.float64]
    whole: bool


def latest_positions(client: Client) -> Positions:
    """All vehicles of the store."""
    table = asked(
        client,
        "SELECT vehicle_id, received, collected, charges, drives, place.1 AS longitude,"
        " place.2 AS latitude, place.3 AS status, place.4 AS datum FROM ("
        f"{select(('received_at',))} vehicle_id,"
        " toUnixTimestamp64Milli(max(received_at)) AS received,"
        " toInt64(toUnixTimestamp(argMax(collected_at, version))) * 1000 AS collected,"
        " toUInt8(ifNull(argMax(charging, version), 0) IN (1, 2)) AS charges,"
        " toUInt8(ifNull(argMax(vehicle_state, version), 0) = 1"
        " AND ifNull(argMax(speed_kmh_counts, version), 0) > 0) AS drives,"
        f" argMax({_PLACE}, version) AS place FROM {LATEST} GROUP BY vehicle_id)"
        " ORDER BY vehicle_id",
        {},
    )
    longitude, latitude, has_fix = _places(table)
    return Positions(
        np.asarray(table["vehicle_id"].to_numpy(), np.uint64),
        np.asarray(table["received"].to_numpy(), np.int64),
        np.asarray(table["collected"].to_numpy(), np.int64),
        np.asarray(table["charges"].to_numpy(), np.bool_),
        np.asarray(table["drives"].to_numpy(), np.bool_),
        longitude,
        latitude,
        _is_gcj(table),
        has_fix,
    )


def track(client: Client, vehicle_id: int, start: datetime, stop: datetime) -> Track:
    """The rows with a place from ``start`` up to ``stop``.

    Raises:
        BadInput: an empty span, or an instant without zone.
    """
    wanted = (
        "longitude_deg_counts AS longitude, latitude_deg_counts AS latitude,"
        " position_status AS status, datum, speed_kmh, soc_pct"
    )
    columns = ("collected_at", "unit_hash", "longitude_deg", "latitude_deg", "position_status", "datum",
               "speed_kmh", "soc_pct")  # fmt: skip
    table, _ = asked_of_rows(
        client,
        columns,
        span(vehicle_id, start, stop),
        lambda source: (
            f"{source.select} toUInt32(collected_at) AS at,"
            f" {wanted if not source.joined else _joined_wording()} FROM {source.rows}"
            " AND isNotNull(longitude_deg) AND isNotNull(latitude_deg)"
            f" ORDER BY collected_at, unit_hash LIMIT {MOST_POINTS + 1}"
        ),
    )
    longitude, latitude, _ = _places(table)
    longitude, latitude = _in_wgs84(longitude, latitude, _is_gcj(table))
    kept = slice(0, MOST_POINTS)
    return Track(
        np.asarray(table["at"].to_numpy(), np.int64)[kept],
        longitude[kept],
        latitude[kept],
        numbers(table, "speed_kmh")[kept],
        numbers(table, "soc_pct")[kept],
        whole=table.num_rows <= MOST_POINTS,
    )


def _joined_wording() -> str:
    """Joined rows have no counts, only the numbers made of them."""
    return (
        f"toInt32(round(longitude_deg * {PER_DEGREE})) AS longitude,"
        f" toInt32(round(latitude_deg * {PER_DEGREE})) AS latitude,"
        " position_status AS status, datum, speed_kmh, soc_pct"
    )


def _places(
    table: pa.Table,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Longitude and latitude with their signs, and whether there was a fix."""
    longitude, latitude = (numbers(table, name) / PER_DEGREE for name in ("longitude", "latitude"))
    status = np.nan_to_num(numbers(table, "status")).astype(np.uint8)
    longitude = np.where(status & WEST, -longitude, longitude)
    latitude = np.where(status & SOUTH, -latitude, latitude)
    nowhere = (longitude == 0) & (latitude == 0)  # what a receiver without a fix sends
    nowhere |= (np.abs(longitude) > 180) | (np.abs(latitude) > 90)
    longitude[nowhere], latitude[nowhere] = np.nan, np.nan
    return longitude, latitude, ~np.isnan(longitude) & ((status & NO_FIX) == 0)


def _is_gcj(table: pa.Table) -> NDArray[np.bool_]:
    return np.asarray(numbers(table, "datum") == GCJ02, np.bool_)


def _in_wgs84(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64], is_gcj: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    longitude, latitude = longitude.copy(), latitude.copy()
    longitude[is_gcj], latitude[is_gcj] = unshifted(longitude[is_gcj], latitude[is_gcj])
    return longitude, latitude

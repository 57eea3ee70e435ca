"""C.12: long mass parking (长时间聚集停放) over a whole fleet, GB/T 45688-2025 appendix C."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voltward.findings.distance import EARTH_M, metres_between
from voltward.findings.hazards.c11 import NO_RESULT, Results
from voltward.findings.hazards.samples import DAY_S, OFF, VEHICLE_STATES, Array
from voltward.findings.kernel import kernel


@dataclass(frozen=True, slots=True)
class ParkingLimits:
    """``number``: Num_T; the text recommends at most 100. ``counts_itself``: see Q12."""

    parked_days: float = 60.0
    soc_pct: float = 80.0
    radius_m: float = 500.0
    number: int = 100
    counts_itself: bool = True


@dataclass(frozen=True, slots=True)
class MassParking:
    """Arrays ``(vehicles,)``. ``is_standing``: the vehicle is in set X; ``number``: Num, i4, of X.

    ``result``: 0, 1, or NO_RESULT where state, time, SOC or place is unknown.
    """

    is_standing: NDArray[np.bool_]
    number: NDArray[np.int32]
    result: Results


def mass_parking(
    *,
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    parked_s: ArrayLike,
    soc_pct: ArrayLike,
    vehicle_state: ArrayLike,
    limits: ParkingLimits | None = None,
) -> MassParking:
    """How many long parked, well charged vehicles stand near each of them.

    Set X: off, parked for more than 60 d, SOC above 80 %. All as last known. Places in degrees,
    of one datum (GCJ02 shifts by hundreds of metres), signed; NaN and 0/0 are unknown.
    ``parked_s``: since it was last driven; charging does not end it.
    """
    limits = limits or ParkingLimits()
    latitude, longitude = (
        np.asarray(latitude_deg, np.float64),
        np.asarray(longitude_deg, np.float64),
    )
    parked, soc = np.asarray(parked_s, np.float64), np.asarray(soc_pct, np.float64)
    state = np.asarray(vehicle_state)
    placed = ~(np.isnan(latitude) | np.isnan(longitude) | ((latitude == 0) & (longitude == 0)))
    told = placed & ~np.isnan(parked) & ~np.isnan(soc) & np.isin(state, VEHICLE_STATES)
    standing = told & (state == OFF)
    standing &= (parked > limits.parked_days * DAY_S) & (soc > limits.soc_pct)
    number = np.zeros(latitude.size, np.int32)
    number[standing] = near(latitude[standing], longitude[standing], limits.radius_m)
    if not limits.counts_itself:
        number[standing] -= 1
    beyond = standing & (number >= limits.number)
    return MassParking(standing, number, np.where(told, beyond, NO_RESULT).astype(np.int8))


def haversine_m(
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    to_latitude: ArrayLike,
    to_longitude: ArrayLike,
) -> NDArray[np.float64]:
    """Distance on the sphere, m; arrays are matched as numpy does."""
    found: NDArray[np.float64] = metres_between(
        *(
            np.asarray(one, np.float64)
            for one in (latitude_deg, longitude_deg, to_latitude, to_longitude)
        )
    )
    return found


def near(latitude_deg: Array, longitude_deg: Array, radius_m: float) -> NDArray[np.int32]:
    """How many of the places lie nearer than ``radius_m`` to each of them, itself included, i4.

    The haversine of two places is a quarter of their squared chord, so points of the unit sphere
    are compared, in cubes of the chord's length: no seam at 180° and none at the poles.
    """
    size = latitude_deg.size
    if not size:
        return np.zeros(0, np.int32)
    a, b = np.radians(latitude_deg), np.radians(longitude_deg)
    points = np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1)
    chord = 2 * np.sin(min(radius_m / EARTH_M, np.pi) / 2)
    # a hair wider than the chord, so that rounding cannot put a neighbour two cubes away
    across = np.floor((points + 1.0) / (chord * (1 + 1e-9))).astype(np.int64)
    side = np.int64(across.max() + 3)
    cube = ((across[:, 0] + 1) * side + across[:, 1] + 1) * side + across[:, 2] + 1
    order = np.argsort(cube, kind="stable")
    cubes, first = np.unique(cube[order], return_index=True)
    counted = np.zeros(size, np.int32)
    bounds = np.append(first, size).astype(np.int64)
    _count(points[order], cubes, bounds, side, chord * chord, counted)
    found = np.empty(size, np.int32)
    found[order] = counted
    return found


@kernel()
def _count(points, cubes, bounds, side, chord_2, counted):  # type: ignore[no-untyped-def]
    """Cube by cube: its neighbours lie in nine runs of three, found once for all of its points."""
    for c in range(cubes.size):
        for dx in range(-1, 2):
            for dy in range(-1, 2):
                lowest = cubes[c] + (dx * side + dy) * side - 1
                at = np.searchsorted(cubes, lowest)
                while at < cubes.size and cubes[at] <= lowest + 2:
                    for i in range(bounds[c], bounds[c + 1]):
                        for j in range(bounds[at], bounds[at + 1]):
                            x = points[i, 0] - points[j, 0]
                            y = points[i, 1] - points[j, 1]
                            z = points[i, 2] - points[j, 2]
                            if x * x + y * y + z * z < chord_2:
                                counted[i] += 1
                    at += 1

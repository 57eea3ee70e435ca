"""How far places lie from each other on the globe, and the box of degrees round a place.

Great circles on a sphere (haversine): against the ellipsoid of WGS-84 off by 0.6 % at most.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_M: Final = 6_371_008.8  # mean radius (IUGG)

Metres = NDArray[np.float64]


class Box(NamedTuple):
    """Degrees. A box that would cross a pole or 180° goes all the way round."""

    south: float
    north: float
    west: float
    east: float


def metres_between(
    longitude_deg: ArrayLike,
    latitude_deg: ArrayLike,
    to_longitude_deg: ArrayLike,
    to_latitude_deg: ArrayLike,
) -> Metres:
    """Great-circle distances ``(n,)``; arguments of one place stand for all."""
    y, to_y = np.radians(np.asarray(latitude_deg)), np.radians(np.asarray(to_latitude_deg))
    across = np.radians(np.asarray(to_longitude_deg)) - np.radians(np.asarray(longitude_deg))
    half = np.sin((to_y - y) / 2) ** 2 + np.cos(y) * np.cos(to_y) * np.sin(across / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(half.clip(0.0, 1.0))), np.float64)


def box_around(longitude_deg: float, latitude_deg: float, reach_m: float) -> Box:
    """The smallest box that holds everything within ``reach_m`` of a place."""
    angle = reach_m / EARTH_M
    south, north = latitude_deg - np.degrees(angle), latitude_deg + np.degrees(angle)
    if south <= -90 or north >= 90:
        return Box(max(float(south), -90.0), min(float(north), 90.0), -180.0, 180.0)
    # the circle is widest a little nearer to the pole than its middle
    wide = np.degrees(np.arcsin(np.sin(angle) / np.cos(np.radians(latitude_deg))))
    west, east = longitude_deg - wide, longitude_deg + wide
    if west < -180 or east > 180:
        west, east = -180.0, 180.0
    return Box(float(south), float(north), float(west), float(east))

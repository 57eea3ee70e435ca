"""Places in the two datums of Chinese maps: WGS-84 of receivers, GCJ-02 of licensed maps.

GCJ-02 was never published; the forward formula is the one in general use (the ellipsoid of Krasovsky
and a sum of sines). Against surveyed points it is good to about a metre. There is no closed way back,
so it is found by iteration: to 1e-9 degree (0.1 mm) of the forward formula.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Datum = Literal["wgs84", "gcj02"]
Degrees = NDArray[np.float64]

_AXIS_M: Final = 6_378_245.0  # Krasovsky 1940
_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943
_ORIGIN: Final = (105.0, 35.0)  # longitude, latitude
# Outside this box nothing is shifted: the rectangle that implementations agree on.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_ROUNDS: Final = 4  # each shrinks the error about a thousandfold


def shifted(longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """WGS-84 to GCJ-02, longitudes and latitudes ``(n,)``; outside China, and NaN, as they are."""
    longitude, latitude = _arrays(longitude_deg, latitude_deg)
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def unshifted(longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """GCJ-02 to WGS-84, as ``shifted`` the other way round."""
    longitude, latitude = _arrays(longitude_deg, latitude_deg)
    x, y = longitude.copy(), latitude.copy()
    for _ in range(_ROUNDS):
        east, north = _shift(x, y)
        x, y = longitude - east, latitude - north
    return x, y


def converted(
    longitude_deg: ArrayLike, latitude_deg: ArrayLike, *, origin: Datum, target: Datum
) -> tuple[Degrees, Degrees]:
    """From one datum to another; the same one gives the same numbers."""
    if origin == target:
        return _arrays(longitude_deg, latitude_deg)
    turn = shifted if target == "gcj02" else unshifted
    return turn(longitude_deg, latitude_deg)


def _arrays(longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    longitude, latitude = np.broadcast_arrays(
        np.asarray(longitude_deg, np.float64), np.asarray(latitude_deg, np.float64)
    )
    return longitude, latitude


def _shift(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """How far GCJ-02 lies east and north of WGS-84 there, degrees; 0 outside China."""
    x, y = longitude - _ORIGIN[0], latitude - _ORIGIN[1]
    radians = np.radians(latitude)
    flat = 1 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    root = np.sqrt(flat)
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / (flat * root)
    parallel_m = _AXIS_M / root * np.cos(radians)
    east = np.degrees(_east_m(x, y) / parallel_m)
    north = np.degrees(_north_m(x, y) / meridian_m)
    inside = (longitude >= _WEST) & (longitude <= _EAST)
    inside &= (latitude >= _SOUTH) & (latitude <= _NORTH)
    return np.where(inside, east, 0.0), np.where(inside, north, 0.0)


def _waves(x: Degrees, *terms: tuple[float, float]) -> Degrees:
    """Two thirds of a sum of sines: amplitude in metres, half cycles a degree."""
    total = np.zeros_like(x)
    for amplitude, cycles in terms:
        total = total + amplitude * np.sin(cycles * np.pi * x)
    return total * 2 / 3


def _east_m(x: Degrees, y: Degrees) -> Degrees:
    plain = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    small = _waves(x, (20, 6), (20, 2))
    middle = _waves(x, (20, 1), (40, 1 / 3))
    large = _waves(x, (150, 1 / 12), (300, 1 / 30))
    return np.asarray(plain + small + middle + large, np.float64)


def _north_m(x: Degrees, y: Degrees) -> Degrees:
    plain = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    small = _waves(x, (20, 6), (20, 2))
    middle = _waves(y, (20, 1), (40, 1 / 3))
    large = _waves(y, (160, 1 / 12), (320, 1 / 30))
    return np.asarray(plain + small + middle + large, np.float64)

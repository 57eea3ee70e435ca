"""Places of vehicles in one datum, and metres between them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.distance import EARTH_M

Floats = NDArray[np.float64]

SOUTH, WEST = 2, 4  # bits of the positioning state, GB/T 32960.3 table of 0x05
GCJ02: Final = 2  # code of the datum, GB/T 32960.3-2025; the 2016 edition names none
_AXIS_M, _ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943  # Krasovsky 1940, as GCJ-02 uses it


def placed(
    latitude_deg: Floats, longitude_deg: Floats, status: NDArray[np.uint8], datum: NDArray[np.uint8]
) -> tuple[Floats, Floats]:
    """Signed degrees in WGS-84, ``(n,)``; NaN where there is no place (0, 0 is none).

    GCJ-02 is turned back to within two metres: it lies hundreds of metres off, and C.12 asks for 500 m.
    """
    nowhere = (latitude_deg == 0) & (longitude_deg == 0)
    latitude = np.where(nowhere, np.nan, latitude_deg) * np.where(status & SOUTH, -1.0, 1.0)
    longitude = np.where(nowhere, np.nan, longitude_deg) * np.where(status & WEST, -1.0, 1.0)
    north, east = _shift_deg(latitude, longitude)
    shifted = datum == GCJ02
    return np.where(shifted, latitude - north, latitude), np.where(
        shifted, longitude - east, longitude
    )


def offsets_m(latitude_deg: Floats, longitude_deg: Floats) -> tuple[Floats, Floats]:
    """East and north of the middle of the places, metres, ``(n,)`` each; for a sketch of a few km."""
    middle = float(latitude_deg.mean())
    step = np.radians(1.0) * EARTH_M
    east = (longitude_deg - longitude_deg.mean()) * step * np.cos(np.radians(middle))
    return np.asarray(east), np.asarray((latitude_deg - middle) * step)


def _shift_deg(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """How far GCJ-02 lies from WGS-84 at a place; outside China nowhere."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (waves + 20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (waves + 20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    inside = np.radians(latitude)
    magic = 1 - _ECCENTRICITY * np.sin(inside) ** 2
    north *= 180 / (_AXIS_M * (1 - _ECCENTRICITY) / (magic * np.sqrt(magic)) * np.pi)
    east *= 180 / (_AXIS_M / np.sqrt(magic) * np.cos(inside) * np.pi)
    in_china = (
        (longitude > 72.004) & (longitude < 137.8347) & (latitude > 0.8293) & (latitude < 55.8271)
    )
    return np.where(in_china, north, 0.0), np.where(in_china, east, 0.0)

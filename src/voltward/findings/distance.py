"""Distances on the sphere that stands for the Earth."""

from __future__ import annotations

from typing import Final

import numpy as np

from voltward.findings.kernel import kernel

EARTH_M: Final = 6_371_008.8  # mean radius


@kernel()
def metres_between(latitude, longitude, to_latitude, to_longitude):  # type: ignore[no-untyped-def] # numba
    """Haversine of two places in degrees, of one datum; matches arrays as numpy does."""
    a, b = np.radians(latitude), np.radians(to_latitude)
    along = np.radians(to_longitude - longitude)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(along / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))

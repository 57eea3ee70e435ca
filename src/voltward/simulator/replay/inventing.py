"""What a recording does not say and a demonstration wants to see: invented, openly, when asked.

Nothing here is data. docs/replay.md lists every rule.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.simulator.recording import Rows

Array = NDArray[np.float64]

STARTED, OFF = 1.0, 2.0
_WGS84 = 1.0
_LOOP_KM = 18.0  # length of the invented round that the odometer drives along
_KM_PER_DEGREE = 111.32
_OHM_PER_V = 100.0


@dataclass(frozen=True)
class Inventions:
    """``position``: longitude and latitude (degrees) round which the car drives its loop."""

    position: tuple[float, float] | None = None
    vehicle_state: bool = False
    alarm_flags: bool = False


def vehicle_state(rows: Rows) -> Array:
    """(n,) started while it moves or gives current, else off; unknown without either column."""
    none = np.full(len(rows), np.nan)
    speed_kmh = rows.scalars.get("speed_kmh", none)
    current_a = rows.scalars.get("total_current_a", none)
    known = np.isfinite(speed_kmh) | np.isfinite(current_a)
    moving = (np.nan_to_num(speed_kmh) > 0) | (np.nan_to_num(current_a) > 0)
    return np.where(known, np.where(moving, STARTED, OFF), np.nan)


def position(rows: Rows, centre: tuple[float, float]) -> dict[str, Array]:
    """A place on a round loop about ``centre``, as far along as the odometer says."""
    longitude_deg, latitude_deg = centre
    odometer_km = np.nan_to_num(rows.scalars.get("odometer_km", np.zeros(len(rows))))
    angle = 2 * np.pi * (odometer_km % _LOOP_KM) / _LOOP_KM
    radius_deg = _LOOP_KM / (2 * np.pi) / _KM_PER_DEGREE
    east = radius_deg * np.sin(angle) / np.cos(np.radians(latitude_deg))
    return {
        "status_raw": np.zeros(len(rows)),
        "datum": np.full(len(rows), _WGS84),
        "longitude_deg": longitude_deg + east,
        "latitude_deg": latitude_deg + radius_deg * (np.cos(angle) - 1.0),
    }


def alarm_flags(rows: Rows) -> Array:
    """(n,) general alarm flags that the row's own values would justify while its level is not 0.

    Bits of GB/T 32960.3: 1 battery temperature, 6 cell under-voltage, 10 consistency,
    11 insulation.
    """
    none = np.full(len(rows), np.nan)
    level = rows.scalars.get("alarm_level", none)
    low_v = rows.scalars.get("lowest_voltage_v", none)
    high_v = rows.scalars.get("highest_voltage_v", none)
    bits = {
        1: rows.scalars.get("highest_temp_c", none) >= 60.0,
        6: low_v < 2.8,
        10: high_v - low_v > 0.3,
        11: rows.scalars.get("insulation_kohm", none) * 1000.0
        < _OHM_PER_V * rows.scalars.get("total_voltage_v", none),
    }
    flags = np.zeros(len(rows))
    for bit, is_set in bits.items():
        flags += np.where(is_set, 2.0**bit, 0.0)
    return np.where(level > 0, flags, 0.0)

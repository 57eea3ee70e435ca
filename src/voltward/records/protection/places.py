"""Where a vehicle was, for those who need not know exactly: the middle of a cell of about 1 km.

Cells are H3 resolution 7 (mean edge 1.4 km) and times are cut to five minutes; the trajectory of a
vehicle is sensitive (汽车数据安全管理若干规定 第三条). ``services.positions`` says who sees more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import h3

RESOLUTION: Final = 7
STEP_S: Final = 300


@dataclass(frozen=True)
class Place:
    """``exact``: as sent; else the cell's middle and the beginning of the five minutes."""

    latitude_deg: float
    longitude_deg: float
    at: datetime
    cell: str
    exact: bool


def coarse(latitude_deg: float, longitude_deg: float, at: datetime) -> Place | None:
    """The masked place; None where there is no position (NaN, or outside the globe)."""
    if not there(latitude_deg, longitude_deg):
        return None
    cell = h3.latlng_to_cell(latitude_deg, longitude_deg, RESOLUTION)
    middle = h3.cell_to_latlng(cell)
    seconds = math.floor(at.timestamp() / STEP_S) * STEP_S
    begun = datetime.fromtimestamp(seconds, UTC)
    # three decimals: what is shown is no more precise than the cell is
    return Place(round(middle[0], 3), round(middle[1], 3), begun, cell, exact=False)


def exact(latitude_deg: float, longitude_deg: float, at: datetime) -> Place | None:
    """The place as sent; only for services that leave the read's audit row first."""
    if not there(latitude_deg, longitude_deg):
        return None
    cell = h3.latlng_to_cell(latitude_deg, longitude_deg, RESOLUTION)
    return Place(latitude_deg, longitude_deg, at.astimezone(UTC), cell, exact=True)


def there(latitude_deg: float, longitude_deg: float) -> bool:
    """Whether the numbers are a place; 0, 0 is what a receiver without a fix sends."""
    finite = math.isfinite(latitude_deg) and math.isfinite(longitude_deg)
    on_globe = finite and abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180
    return on_globe and (latitude_deg, longitude_deg) != (0.0, 0.0)


Predicate = Callable[[Any, str], bool]
NEEDED: dict[str, Predicate] = {}


def needed_while(name: str) -> Callable[[Predicate], Predicate]:
    """Say when exact places are needed at once: ``open_alarm(actor, vehicle_label) -> bool``.

    Rooms register what they know: an open level-3 or thermal alarm, an open incident.
    """

    def join(predicate: Predicate) -> Predicate:
        NEEDED[name] = predicate
        return predicate

    return join


def why_needed(actor: Any, vehicle: str) -> str:
    """Name of the first predicate that holds for the vehicle; empty: none does."""
    return next((name for name, holds in NEEDED.items() if holds(actor, vehicle)), "")

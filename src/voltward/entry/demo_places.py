"""The demo's service outlets and charging sites, invented, where its vehicles drive, stand and burn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db import transaction

from voltward.fleet.models import ServiceOutlet
from voltward.fleet.services.places import outlet_close, outlet_write, site_write
from voltward.records.models import Person

SOURCE: Final = "演示数据（虚构）"
# where simulated vehicles are at home (simulator/fleet/cars.py): longitude, latitude, WGS-84
CITIES: Final = (
    ("上海", "021", 121.47, 31.23),
    ("杭州", "0571", 120.16, 30.27),
    ("广州", "020", 113.26, 23.13),
    ("成都", "028", 104.07, 30.67),
    ("北京", "010", 116.40, 39.90),
    ("武汉", "027", 114.31, 30.59),
)
# part of the town, kilometres east and north of its middle
_OUTLETS: Final = (
    ("城东", "service", 6.1, 0.8),
    ("城西", "service", -5.4, -1.2),
    ("城南", "service", 0.7, -6.6),
    ("城北", "battery_repair", -1.1, 5.9),
    ("东郊", "battery_take_back", 12.5, 7.3),
)
_SITES: Final = (
    ("中心广场", "示例充电", 0.2, 0.1),
    ("火车站", "绿源快充", -1.6, 2.3),
    ("体育中心", "示例充电", 3.2, -1.9),
    ("会展中心", "城际换充", 5.0, 3.8),
    ("大学城", "绿源快充", -4.7, -3.1),
    ("物流园", "示例充电", -8.2, 4.4),
    ("高铁南站", "城际换充", 1.4, -7.5),
    ("科技园", "绿源快充", 7.9, -4.6),
)
_FIRE: Final = (
    104.0367,
    30.6386,
)  # where the drive of the recorded fire ends, from simulator.demo.FIRE_PLACE
_CLOSED: Final = "027-5"  # one that is no longer there
_KM_PER_DEGREE: Final = 111.195


def places_given(writes: Person) -> None:
    """Written by the demo's operator, once; he may change them like any other."""
    if ServiceOutlet.objects.filter(maker=writes.maker).exists():
        return
    # one commit for all: each by itself would wait for the disk
    with transaction.atomic():
        for values in _outlets():
            row = outlet_write(writes, values=values)
            if row.code == _CLOSED:
                outlet_close(writes, row_id=row.pk, closed_on=date(2026, 1, 1), reason="演示：搬迁")
        for values in _sites():
            site_write(writes, values=values)


def _outlets() -> Iterator[dict[str, Any]]:
    for city, dial, x, y in CITIES:
        for number, (part, kind, east_km, north_km) in enumerate(_OUTLETS, 1):
            yield {
                **_at(x, y, east_km, north_km), "code": f"{dial}-{number}",
                "name": f"{city}{part}服务中心", "area": f"{city}市", "kind": kind,
                "phone": f"{dial}-5550{number:03d}",
                "hours": "00:00-24:00" if number == 1 else "08:30-18:00",
            }  # fmt: skip


def _sites() -> Iterator[dict[str, Any]]:
    for city, dial, x, y in CITIES:
        for number, (part, operator, east_km, north_km) in enumerate(_SITES, 1):
            yield _site(city, dial, number, part, operator, _at(x, y, east_km, north_km))
    fire = {"longitude_deg": _FIRE[0] + 0.0008, "latitude_deg": _FIRE[1]}
    yield _site("成都", "028", len(_SITES) + 1, "天府路", "示例充电", fire)


def _site(
    city: str, dial: str, number: int, part: str, operator: str, at: dict[str, float]
) -> dict[str, Any]:
    return {
        **at, "code": f"{dial}-C{number}", "name": f"{city}{part}充电站", "area": f"{city}市",
        "operator": operator, "phone": f"{dial}-5551{number:03d}", "source": SOURCE,
    }  # fmt: skip


def _at(x: float, y: float, east_km: float, north_km: float) -> dict[str, float]:
    east_deg = east_km / _KM_PER_DEGREE / math.cos(math.radians(y))
    return {
        "longitude_deg": round(x + east_deg, 6),
        "latitude_deg": round(y + north_km / _KM_PER_DEGREE, 6),
    }

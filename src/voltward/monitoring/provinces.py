"""Provinces by the two first digits of GB/T 2260, and in which of them a hexagon lies.

The outlines are those of the offline base map (its SOURCE.md): good to about a kilometre, as is the place
itself. Near a border the neighbour may be named; nothing is decided by it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import h3
import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from voltward.pages.room import Text

# the 31 divisions of the mainland
PROVINCES: Final[list[tuple[str, Text]]] = [
    ("11", _("北京")), ("12", _("天津")), ("13", _("河北")), ("14", _("山西")), ("15", _("内蒙古")),
    ("21", _("辽宁")), ("22", _("吉林")), ("23", _("黑龙江")), ("31", _("上海")), ("32", _("江苏")),
    ("33", _("浙江")), ("34", _("安徽")), ("35", _("福建")), ("36", _("江西")), ("37", _("山东")),
    ("41", _("河南")), ("42", _("湖北")), ("43", _("湖南")), ("44", _("广东")), ("45", _("广西")),
    ("46", _("海南")), ("50", _("重庆")), ("51", _("四川")), ("52", _("贵州")), ("53", _("云南")),
    ("54", _("西藏")), ("61", _("陕西")), ("62", _("甘肃")), ("63", _("青海")), ("64", _("宁夏")),
    ("65", _("新疆")),
]  # fmt: skip
NAMES: Final[dict[str, Text]] = {
    **dict(PROVINCES), "71": _("台湾"), "81": _("香港"), "82": _("澳门"),
}  # fmt: skip
_OUTLINES: Final = Path(__file__).parent / "static/monitoring/base_map/china.json"

Ring = NDArray[np.float64]  # (n, 2): longitude, latitude, degrees; closed


@dataclass(frozen=True)
class _Outline:
    """``box``: west, south, east, north."""

    code: str
    rings: tuple[Ring, ...]
    box: tuple[float, float, float, float]

    @property
    def size(self) -> float:
        west, south, east, north = self.box
        return (east - west) * (north - south)

    def holds(self, x: float, y: float) -> bool:
        west, south, east, north = self.box
        inside = west <= x <= east and south <= y <= north
        return inside and sum(_crossings(ring, x, y) for ring in self.rings) % 2 == 1


@lru_cache(maxsize=65_536)
def province_of(cell: str) -> str:
    """Code of the province that the middle of an H3 cell lies in; "" none, or no cell."""
    if not cell or not h3.is_valid_cell(cell):
        return ""
    return province_at(*h3.cell_to_latlng(cell))


def province_at(latitude_deg: float, longitude_deg: float) -> str:
    """Code of the province of a place (WGS-84); "" none."""
    held = (one.code for one in _outlines() if one.holds(longitude_deg, latitude_deg))
    return next(held, "")


def province_text(cell: str) -> str:
    """The name of the province of a cell; "" none."""
    return province_name(province_of(cell))


def province_name(code: str) -> str:
    return str(NAMES.get(code, ""))


@lru_cache(maxsize=1)
def _outlines() -> tuple[_Outline, ...]:
    """The small ones first: Beijing lies inside the outline of Hebei."""
    features = json.loads(_OUTLINES.read_text(encoding="utf-8"))["features"]
    return tuple(sorted(map(_outline, features), key=lambda one: one.size))


def _outline(feature: dict[str, Any]) -> _Outline:
    polygons = feature["geometry"]["coordinates"]
    rings = tuple(np.array(ring, np.float64) for polygon in polygons for ring in polygon)
    corners = np.concatenate(rings)
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    return _Outline(feature["properties"]["code"][:2], rings, (west, south, east, north))


def _crossings(ring: Ring, x: float, y: float) -> int:
    """How often a line from the place to the east crosses the ring."""
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    across = (y1 > y) != (y2 > y)
    return int((x1[across] + (y - y1[across]) * (x2 - x1)[across] / (y2 - y1)[across] > x).sum())

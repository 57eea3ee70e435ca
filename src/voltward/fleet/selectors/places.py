"""Service outlets and charging sites: who may see which, and which are near some positions.

Near is asked for many positions at once: boxes of degrees, joined to the index of positions; only
what lies in a box is measured (``voltward bench places``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
from django.db import connection, models
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from numpy.typing import NDArray

from voltward.base.geo import unshifted
from voltward.base.nearness import Box, box_around, metres_between
from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.models.places import CLOSED, GCJ02, OPEN
from voltward.records import days
from voltward.records.models import Person

READ: Final = "place.read"
FIRST_LOOK_M: Final = 25_000.0  # nearly everybody has an outlet within that; the others look at all
_SHIFT_DEG: Final = 0.012  # more than GCJ-02 lies beside WGS-84 anywhere

Row = TypeVar("Row", bound=models.Model)
Point = tuple[float, float]  # longitude, latitude, WGS-84, degrees


@dataclass(frozen=True)
class Near(Generic[Row]):
    """A place and how far away it is."""

    place: Row
    distance_m: float


@dataclass(frozen=True)
class _Pairs:
    """Places in the boxes of points, ``(n,)`` each: the point's number, the place's key, the distance."""

    point: NDArray[np.int64]
    key: NDArray[np.int64]
    distance_m: NDArray[np.float64]

    def only(self, chosen: NDArray[Any]) -> _Pairs:
        return _Pairs(self.point[chosen], self.key[chosen], self.distance_m[chosen])

    def nearest_first(self) -> _Pairs:
        return self.only(np.lexsort((self.key, self.distance_m, self.point)))


def place_listed(actor: Person, kind: type[Row]) -> QuerySet[Row]:
    """The outlets or sites of the actor's maker. ``state``: whether they are open today."""
    closed = When(closed_on__lte=days.today(), then=Value(CLOSED))
    state = Case(closed, default=Value(OPEN), output_field=CharField())
    rows: QuerySet[Any] = kind._default_manager.filter(maker=actor.maker)
    found: QuerySet[Row] = rows.annotate(state=state)
    return found


def outlet_listed(actor: Person) -> QuerySet[ServiceOutlet]:
    return place_listed(actor, ServiceOutlet).select_related("unit")


def outlets_matching(actor: Person, text: str, limit: int) -> list[ServiceOutlet]:
    """Outlets whose code or name begins with ``text``."""
    return _matching(ServiceOutlet, actor, text, limit)


def sites_matching(actor: Person, text: str, limit: int) -> list[ChargingSite]:
    """Charging sites whose code or name begins with ``text``."""
    return _matching(ChargingSite, actor, text, limit)


def _matching(kind: type[Row], actor: Person, text: str, limit: int) -> list[Row]:
    word = text.strip()
    rows = kind._default_manager.filter(maker=actor.maker)
    return list(rows.filter(Q(code__begins=word) | Q(name__begins=word)).order_by("code")[:limit])


def sites_near(
    actor: Person, points: Sequence[Point], reach_m: Sequence[float]
) -> list[list[Near[ChargingSite]]]:
    """For each point the open sites within its own reach, the nearest first."""
    if READ not in actor.grants or not points:
        return [[] for _point in points]
    boxes = [box_around(*point, reach) for point, reach in zip(points, reach_m, strict=True)]
    found = _in_boxes(actor, ChargingSite, points, boxes)
    within = found.only(found.distance_m <= np.asarray(reach_m)[found.point]).nearest_first()
    rows = ChargingSite.objects.in_bulk(set(within.key.tolist()))
    near: list[list[Near[ChargingSite]]] = [[] for _point in points]
    for number, key, metres in _listed(within):
        near[number].append(Near(rows[key], metres))
    return near


def outlets_nearest(actor: Person, points: Sequence[Point]) -> list[Near[ServiceOutlet] | None]:
    """For each point the nearest open outlet, None where the maker has none."""
    if READ not in actor.grants or not points:
        return [None for _point in points]
    boxes = [box_around(*point, FIRST_LOOK_M) for point in points]
    found = _in_boxes(actor, ServiceOutlet, points, boxes)
    # the corners of a box lie farther away than what it surely holds
    best = {number: (key, metres) for number, key, metres in reversed(
        _listed(found.only(found.distance_m <= FIRST_LOOK_M).nearest_first()))}  # fmt: skip
    far = [number for number in range(len(points)) if number not in best]
    best |= _nearest_of_all(actor, points, far)
    rows = ServiceOutlet.objects.in_bulk({key for key, _metres in best.values()})
    return [
        Near(rows[best[number][0]], best[number][1]) if number in best else None
        for number in range(len(points))
    ]


def _nearest_of_all(
    actor: Person, points: Sequence[Point], numbers: Sequence[int]
) -> dict[int, tuple[int, float]]:
    """The nearest outlet of a few points that have none near: all outlets are read, once."""
    if not numbers:
        return {}
    rows = ServiceOutlet.objects.filter(_still_open(), maker=actor.maker)
    read = list(rows.values_list("pk", "longitude_deg", "latitude_deg", "datum"))
    if not read:
        return {}
    keys, x, y, datums = zip(*read, strict=True)
    longitude, latitude = _wgs84(x, y, datums)
    found = {}
    for number in numbers:
        metres = metres_between(*points[number], longitude, latitude)
        at = int(metres.argmin())
        found[number] = (keys[at], float(metres[at]))
    return found


def _still_open() -> Q:
    return Q(closed_on=None) | Q(closed_on__gt=days.today())


def _in_boxes(
    actor: Person, kind: type[models.Model], points: Sequence[Point], boxes: Sequence[Box]
) -> _Pairs:
    """Every open place in every box, measured; a place may lie in several."""
    with connection.cursor() as cursor:
        # one scan of the index of positions for each box; the ORM has no join with what is no table
        cursor.execute(
            # (OFFSET 0 keeps it so: behind the wall the planner takes one scan of the table for cheaper)
            "SELECT box.number - 1, place.* FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])"
            " WITH ORDINALITY AS box (south, north, west, east, number) CROSS JOIN LATERAL ("
            f"SELECT id, longitude_deg, latitude_deg, datum FROM {kind._meta.db_table}"
            " WHERE maker_id = %s"
            " AND latitude_deg BETWEEN box.south AND box.north"
            " AND longitude_deg BETWEEN box.west AND box.east"
            " AND (closed_on IS NULL OR closed_on > %s) OFFSET 0) AS place",
            [*_sides(boxes), actor.maker_id, days.today()],
        )
        read = cursor.fetchall()
    if not read:
        nothing = np.empty(0, np.int64)
        return _Pairs(nothing, nothing, np.empty(0))
    numbers, keys, x, y, datums = zip(*read, strict=True)
    point = np.array(numbers, np.int64)
    longitude, latitude = _wgs84(x, y, datums)
    of = np.array(points, np.float64)[point]
    return _Pairs(
        point, np.array(keys, np.int64), metres_between(of[:, 0], of[:, 1], longitude, latitude)
    )


def _sides(boxes: Sequence[Box]) -> list[list[float]]:
    """South, north, west and east of all boxes, a little wider: places may be given in GCJ-02."""
    south, north, west, east = zip(*boxes, strict=True)
    return [
        [side - _SHIFT_DEG for side in south], [side + _SHIFT_DEG for side in north],
        [side - _SHIFT_DEG for side in west], [side + _SHIFT_DEG for side in east],
    ]  # fmt: skip


def _wgs84(
    x: Sequence[float], y: Sequence[float], datums: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    longitude, latitude = np.array(x, np.float64), np.array(y, np.float64)
    other = np.array([datum == GCJ02 for datum in datums])
    if other.any():
        longitude[other], latitude[other] = unshifted(longitude[other], latitude[other])
    return longitude, latitude


def _listed(pairs: _Pairs) -> list[tuple[int, int, float]]:
    return list(
        zip(pairs.point.tolist(), pairs.key.tolist(), pairs.distance_m.tolist(), strict=True)
    )

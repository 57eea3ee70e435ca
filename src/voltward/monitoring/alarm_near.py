"""What is near an alarm: the operator of the charging site where the vehicle stands, the nearest outlet.

A name and a distance can give a place away. So a list says only what follows from the alarm's hexagon
of about 1 km, which whoever reads alarms sees anyway: outlets as seen from its middle, in whole
kilometres, and all operators with a site that the vehicle may be at. What follows from the exact place
is said beside the exact place alone: on the page of an open grave alarm, after its audit row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import h3
from django.utils.translation import gettext as _

from voltward.base.nearness import metres_between
from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.selectors.places import READ, Near, outlets_nearest, sites_near
from voltward.monitoring.alarm_words import doing_of
from voltward.monitoring.models import Alarm
from voltward.monitoring.selectors.desk_rules import desk_rule
from voltward.pages.templatetags.voltward import THIN_SPACE
from voltward.records.models import Person
from voltward.records.protection.places import Place

STANDING: Final = frozenset({"charging", "parked"})
NAMED_OPERATORS: Final = 2
SHOWN_SITES: Final = 3
_KEPT_HEXAGONS: Final = 20_000


@dataclass(frozen=True)
class Spot:
    """Where a vehicle is, WGS-84, degrees. ``within_m``: it may be that far from there; 0: exact."""

    longitude_deg: float
    latitude_deg: float
    within_m: float

    @property
    def is_exact(self) -> bool:
        return not self.within_m


@dataclass(frozen=True)
class Nearby:
    """``operator``, ``outlet``: as a list says them, "" where nobody knows.

    ``sites``: those where the vehicle may stand, the nearest first; ``nearest``: the outlet.
    """

    is_exact: bool = False
    sites: Sequence[Near[ChargingSite]] = ()
    nearest: Near[ServiceOutlet] | None = None

    @property
    def operator(self) -> str:
        return operator_text(self.sites, is_exact=self.is_exact)

    @property
    def outlet(self) -> str:
        if self.nearest is None:
            return ""
        distance = distance_text(self.nearest.distance_m, is_exact=self.is_exact)
        return f"{self.nearest.place.name} · {distance}"

    @property
    def shown_sites(self) -> list[tuple[ChargingSite, str]]:
        """The nearest few with their distances."""
        return [
            (one.place, distance_text(one.distance_m, is_exact=self.is_exact))
            for one in self.sites[:SHOWN_SITES]
        ]


def give_near(actor: Person, alarms: Sequence[Any]) -> None:
    """Give each alarm its ``near``, out of its hexagon; asked once for all, once for each hexagon."""
    found = _near(actor, [(spot_of(one.cell), doing_of(one.state_then)) for one in alarms])
    for alarm, near in zip(alarms, found, strict=True):
        alarm.near = near


def near_alarm(actor: Person, alarm: Alarm) -> Nearby:
    """What is near one alarm, out of its hexagon."""
    return _near(actor, [(spot_of(alarm.cell), doing_of(alarm.state_then))])[0]


def near_place(actor: Person, place: Place, doing: str) -> Nearby:
    """What is near a place as the actor may see it; exact only where the place is."""
    exact = Spot(place.longitude_deg, place.latitude_deg, 0.0)
    return _near(actor, [(exact if place.exact else spot_of(place.cell), doing)])[0]


@lru_cache(maxsize=_KEPT_HEXAGONS)
def spot_of(cell: str) -> Spot | None:
    """The middle of a hexagon, and how far its corners lie from there; None: no hexagon."""
    if not cell or not h3.is_valid_cell(cell):
        return None
    latitude, longitude = h3.cell_to_latlng(cell)
    y, x = zip(*h3.cell_to_boundary(cell), strict=True)
    return Spot(longitude, latitude, float(metres_between(longitude, latitude, x, y).max()))


def _near(actor: Person, asked: Sequence[tuple[Spot | None, str]]) -> list[Nearby]:
    """The nearness of each spot and what its vehicle does there."""
    spots = list(dict.fromkeys(spot for spot, _doing in asked if spot is not None))
    if not spots or READ not in actor.grants:
        return [Nearby() for _one in asked]
    points = [(spot.longitude_deg, spot.latitude_deg) for spot in spots]
    outlets = dict(zip(spots, outlets_nearest(actor, points), strict=True))
    sites = _sites(actor, {spot for spot, doing in asked if spot and doing in STANDING})
    return [
        Nearby(spot.is_exact, sites[spot] if doing in STANDING else (), outlets[spot])
        if spot
        else Nearby()
        for spot, doing in asked
    ]


def _sites(actor: Person, spots: set[Spot]) -> dict[Spot, list[Near[ChargingSite]]]:
    if not spots:
        return {}
    reach_m = desk_rule(actor.maker_id, "charging_site_reach").amount
    listed = list(spots)
    points = [(spot.longitude_deg, spot.latitude_deg) for spot in listed]
    found = sites_near(actor, points, [reach_m + spot.within_m for spot in listed])
    return dict(zip(listed, found, strict=True))


def operator_text(sites: Sequence[Near[ChargingSite]], *, is_exact: bool) -> str:
    """``示例充电``; where the place is not exact ``可能为 示例充电 / 绿源快充 等 3 家``."""
    names = list(dict.fromkeys(one.place.operator for one in sites))
    if not names:
        return ""
    if is_exact:
        return names[0]
    listed = " / ".join(names[:NAMED_OPERATORS])
    if len(names) <= NAMED_OPERATORS:
        return _("可能为 %(names)s") % {"names": listed}
    return _("可能为 %(names)s 等 %(number)d 家") % {"names": listed, "number": len(names)}


def distance_text(distance_m: float, *, is_exact: bool) -> str:
    """``120 m``, ``3.2 km``; where the place is not exact ``约 3 km``, a kilometre at least."""
    if not is_exact:
        return _("约 %(number)d km") % {"number": max(1, round(distance_m / 1000))}
    if distance_m < 1000:
        return f"{distance_m:.0f}{THIN_SPACE}m"
    return f"{distance_m / 1000:.1f}{THIN_SPACE}km"

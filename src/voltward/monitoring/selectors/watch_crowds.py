"""Groups of vehicles parked together for long with much charge, GB/T 45688 C.12."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.selectors.watch_fleet import DAY_S, Scene
from voltward.monitoring.watching.parking import Crowds, crowds
from voltward.monitoring.watching.places import offsets_m, placed
from voltward.records.protection.places import coarse
from voltward.telemetry.client import Client
from voltward.telemetry.queries.parked import OFF, standing_since

BEYOND_D: Final = 31.0  # looked at before the limit, for vehicles that wake now and then
CODES: Final = ("parking.days", "parking.soc_pct", "parking.radius_m", "parking.count")


@dataclass(frozen=True)
class Member:
    """A vehicle of a group; metres from its middle."""

    vehicle_pk: int
    parked_since_s: float
    soc_pct: float
    data_s: float
    east_m: float
    north_m: float
    neighbours: int
    is_target: bool


@dataclass(frozen=True)
class Crowd:
    """A group, its members by primary key. ``cell``: of the middle, resolution 7."""

    members: tuple[Member, ...]
    cell: str

    @property
    def targets(self) -> int:
        return sum(member.is_target for member in self.members)

    @property
    def most(self) -> int:
        return max(member.neighbours for member in self.members)


def crowds_judged(scene: Scene, client: Client) -> list[Crowd]:
    """Every vehicle that is not scrapped counts, sold or not: yards are where they stand.

    First by place and charge alone, so that the store is asked since when only of vehicles that stand
    among enough others.
    """
    limits, seen = scene.limits, scene.seen
    radius_m, count = limits.value("parking.radius_m"), int(limits.value("parking.count"))
    days, least_soc = limits.value("parking.days"), limits.value("parking.soc_pct")
    soc_pct, data_s = scene.seen_values(seen.soc_pct), scene.data_s()
    latitude, longitude = placed(
        scene.seen_values(seen.latitude_deg), scene.seen_values(seen.longitude_deg),
        np.where(scene.has_sent, scene.seen_codes(seen.position_status), 0).astype(np.uint8),
        scene.seen_codes(seen.datum),
    )  # fmt: skip
    is_off = (scene.seen_codes(seen.state) == OFF) & ~np.isnan(latitude) & ~np.isnan(longitude)
    which = np.flatnonzero(is_off & (soc_pct > least_soc))
    near = crowds(latitude[which], longitude[which], radius_m=radius_m, count=count)
    which = which[near.group >= 0]
    since_s = _parked_since(scene, client, which, data_s[which], days)
    inside = (scene.at_s - since_s) / DAY_S > days  # the set X; equal is not beyond
    which, since_s = which[inside], since_s[inside]
    found = crowds(latitude[which], longitude[which], radius_m=radius_m, count=count)
    return [
        _crowd(scene, found, np.flatnonzero(found.group == one), which, since_s, soc_pct, data_s,
               latitude, longitude)
        for one in np.unique(found.group[found.group >= 0]).tolist()
    ]  # fmt: skip


def _parked_since(
    scene: Scene, client: Client, which: NDArray[np.int64], data_s: NDArray[np.float64], days: float
) -> NDArray[np.float64]:
    """Unix seconds. Silent for longer than the limit: at least since its last frame, that will do."""
    since_s = data_s.copy()
    uncertain = np.flatnonzero((scene.at_s - data_s) / DAY_S <= days)
    ids = [int(scene.book.vehicle_id[which[i]]) for i in uncertain]
    if ids:
        found = standing_since(client, ids, scene.at, days=days + BEYOND_D, counts_charging=False)
        for i, vehicle in zip(uncertain.tolist(), ids, strict=True):
            if vehicle in found:
                since_s[i] = min(since_s[i], found[vehicle].at_s)
    return since_s


def _crowd(
    scene: Scene, found: Crowds, members: NDArray[np.int64], which: NDArray[np.int64],
    since_s: NDArray[np.float64], soc_pct: NDArray[np.float64], data_s: NDArray[np.float64],
    latitude: NDArray[np.float64], longitude: NDArray[np.float64],
) -> Crowd:  # fmt: skip
    rows = which[members]
    east, north = offsets_m(latitude[rows], longitude[rows])
    place = coarse(float(latitude[rows].mean()), float(longitude[rows].mean()), scene.at)
    return Crowd(
        tuple(
            Member(
                int(scene.book.pk[row]), float(since_s[member]), float(soc_pct[row]),
                float(data_s[row]), round(float(east[k]), 1), round(float(north[k]), 1),
                int(found.number[member]), bool(found.is_target[member]),
            )
            for k, (member, row) in enumerate(zip(members.tolist(), rows.tolist(), strict=True))
        ),
        place.cell if place else "",
    )  # fmt: skip


def at_instant(scene_at: datetime, unix_s: float) -> datetime:
    """An instant in the zone of ``scene_at``."""
    return datetime.fromtimestamp(unix_s, scene_at.tzinfo)

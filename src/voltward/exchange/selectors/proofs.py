"""Every read of what became of uploads. Each one asks who is reading.

The links of an installation are one maker's as a rule; where several makers share it, everybody sees
the links, and of their figures only those of the own vehicles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import NotFound
from voltward.base.vehicle_id import vehicle_id
from voltward.exchange.proof_ports import proof_ports
from voltward.fleet.keys import vehicle_key
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_ids, vehicle_visible
from voltward.monitoring.store import store
from voltward.records import wall
from voltward.records.models import Maker, Person
from voltward.uplink.links import Link, vehicles_of
from voltward.uplink.owed import Owed
from voltward.uplink.proof_frames import ProvedFrame, frames_of_day, proofs_of_frame
from voltward.uplink.proof_queries import (
    Figures,
    VehicleFigures,
    figures_by_day,
    figures_by_vehicle,
    figures_of_day,
    flags_of_day,
)


@dataclass(frozen=True)
class DayOfVehicles:
    """A page of a day's vehicles; ``known``: those in the reader's books, by number."""

    rows: list[VehicleFigures]
    total: int
    known: Mapping[int, Vehicle]


def link_names(actor: Person) -> list[str]:
    """Names of the links whose proofs the actor may read, by name."""
    return sorted(link.name for link in links_visible(actor))


def links_visible(actor: Person) -> list[Link]:
    """The links without their secrets, by name."""
    if actor.maker_id is None:
        return []
    return sorted(proof_ports().links().links, key=lambda link: link.name)


def link_by_name(actor: Person, name: str) -> Link:
    """
    Raises:
        NotFound: none such.
    """
    for link in links_visible(actor):
        if link.name == name:
            return link
    raise NotFound(f"link {name}")


def owed_by(actor: Person, link: Link) -> Owed:
    """What the link owes of the actor's vehicles."""
    own = (
        None if _is_only_maker() else {*vehicle_visible(actor).values_list("vehicle_id", flat=True)}
    )
    on_it: set[int] | None = None
    if not link.all_vehicles:
        on_it = set(vehicles_of(link, proof_ports().vehicles()).tolist())
        on_it = on_it if own is None else on_it & own
    return Owed(
        link.name,
        vehicles=on_it if on_it is not None else own,
        within=own,
        never=vehicle_id(CANARY_VIN, vehicle_key()),
        since_ms=proof_ports().began_ms(link.name),
    )


def _is_only_maker() -> bool:
    with wall.within(wall.ALL):
        return Maker.objects.count() == 1


def days_of_link(actor: Person, link: Link, first: date, last: date) -> dict[date, Figures]:
    """
    Raises:
        StoreAway: the store does not answer; so do all below.
    """
    owed = owed_by(actor, link)
    with store() as client:
        return figures_by_day(client, owed, first, last)


def day_of_link(actor: Person, link: Link, day: date) -> tuple[Figures, dict[int, int]]:
    """All vehicles together, and what was refused by the flag of the last answer."""
    owed = owed_by(actor, link)
    with store() as client:
        return figures_of_day(client, owed, day), flags_of_day(client, owed, day)


def vehicles_of_day(
    actor: Person,
    link: Link,
    day: date,
    *,
    only: list[Vehicle] | None = None,
    having: str = "",
    limit: int,
    offset: int = 0,
) -> DayOfVehicles:
    """Those with most left to be desired first. ``only``: of these vehicles.

    Raises:
        BadInput: ``having`` names no outcome.
    """
    owed = owed_by(actor, link)
    if only is not None:
        owed = owed.only([vehicle.vehicle_id for vehicle in only])
    with store() as client:
        rows, total = figures_by_vehicle(
            client, owed, day, having=having, limit=limit, offset=offset
        )
    return DayOfVehicles(rows, total, vehicle_by_ids(actor, [row.vehicle_id for row in rows]))


def days_of_vehicle(
    actor: Person, vehicle: Vehicle, first: date, last: date
) -> list[tuple[Link, dict[date, Figures]]]:
    """Of every link that has to do with the vehicle in these days."""
    found = []
    for link in links_visible(actor):
        owed = owed_by(actor, link).only([vehicle.vehicle_id])
        with store() as client:
            days = figures_by_day(client, owed, first, last)
        if days or owed.has(vehicle.vehicle_id):
            found.append((link, days))
    return found


def frames_of_vehicle(
    actor: Person,
    vehicle: Vehicle,
    link: Link,
    day: date,
    *,
    outcome: str = "",
    limit: int,
    offset: int = 0,
) -> tuple[list[ProvedFrame], int]:
    """Contents of a day, newest first, and how many they are.

    Raises:
        BadInput: no such outcome.
    """
    owed = owed_by(actor, link).only([vehicle.vehicle_id])
    with store() as client:
        return frames_of_day(client, owed, day, outcome=outcome, limit=limit, offset=offset)


def proofs_of_moment(actor: Person, vehicle: Vehicle, at: datetime) -> dict[str, list[ProvedFrame]]:
    """By name of the link: what became of each content the vehicle sent for a moment."""
    names = link_names(actor)
    with store() as client:
        found = proofs_of_frame(client, vehicle.vehicle_id, at, names)
    return {name: [one for one in found if one.link == name] for name in names}

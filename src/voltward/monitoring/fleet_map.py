"""Where a maker's vehicles are and what they do, by hexagon: made every few seconds, shared by all readers.

One look at the store serves every maker of the process; each maker's sums are made of it when
somebody of that maker asks. A page or wall screen reads what is there and never waits for the store.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.hexagons import (
    CHARGING,
    COARSEST,
    DRIVING,
    OFFLINE,
    PARKED,
    Hexagons,
    coarser,
    gathered,
    parents,
)
from voltward.monitoring.models import Alarm
from voltward.monitoring.placing import FINEST, NOWHERE, Book, Codes, Places
from voltward.monitoring.renewed import Renewed, RenewedBy
from voltward.monitoring.store import store
from voltward.pages.live import give_back_connections
from voltward.records import wall
from voltward.telemetry.queries.fleet import ONLINE_S
from voltward.telemetry.queries.positions import Positions, latest_positions

LOOK_EVERY_S, MAP_EVERY_S, BOOKS_EVERY_S = 4.0, 2.0, 60.0
TOO_OLD_S = 30.0
TIMELY_MS = 30_000  # one reporting period at most (GB/T 32960.3 Annex B)


@dataclass(frozen=True)
class Look:
    """All vehicles of the store at ``at_ms``: ``codes`` into ``book``, ``states`` as in ``STATES``."""

    positions: Positions
    codes: Codes
    states: NDArray[np.uint8]
    book: Book
    at_ms: int


@dataclass(frozen=True)
class Books:
    """The vehicles that belong to a maker: their numbers ascending, and how many of each model."""

    vehicle_id: NDArray[np.uint64]
    models: Mapping[str, int]


@dataclass(frozen=True)
class FleetMap:
    """One maker's vehicles. ``totals`` ``(4,)``: by state, those without a place too.

    ``unplaced``: vehicles that sent, but no place; ``timely``, ``fixed``: of the vehicles that send
    now, how many were received in time and how many with a fix. ``at_ms``: when the store was asked.
    """

    at_ms: int
    vehicles: int
    totals: NDArray[np.int64]
    unplaced: int
    timely: int
    fixed: int
    models: Mapping[str, int]
    by_resolution: Mapping[int, Hexagons]
    look: Look = field(repr=False)
    mine: NDArray[np.int64] = field(repr=False)

    @property
    def online(self) -> int:
        return int(self.totals[[DRIVING, CHARGING, PARKED]].sum())

    def vehicles_in(self, cell: int, resolution: int) -> list[int]:
        """Numbers of the vehicles whose hexagon lies in ``cell``."""
        inside = parents(self.look.book.cells, resolution) == np.uint64(cell)
        codes = self.look.codes[self.mine]
        here = codes != NOWHERE
        here[here] = inside[codes[here]]
        found: list[int] = self.look.positions.vehicle_id[self.mine[here]].tolist()
        return found


def states_of(positions: Positions, at_ms: int) -> NDArray[np.uint8]:
    """What each vehicle does, ``(n,)``: offline when nothing came for ``ONLINE_S``."""
    here = positions.received_ms > at_ms - ONLINE_S * 1000
    found = np.where(here, PARKED, OFFLINE).astype(np.uint8)
    found[here & positions.charging] = CHARGING
    found[here & positions.driving] = DRIVING
    return found


def looked(positions: Positions, places: Places, at_ms: int) -> Look:
    """A look at ``positions``; ``places`` remembers who stood where."""
    codes = places.codes(positions)
    return Look(positions, codes, states_of(positions, at_ms), places.book(), at_ms)


def mine_of(look: Look, books: Books) -> NDArray[np.int64]:
    """The entries of the look that are in the books, ascending."""
    if not len(books.vehicle_id) or not len(look.positions):
        return np.empty(0, np.int64)
    at = np.searchsorted(books.vehicle_id, look.positions.vehicle_id)
    at = at.clip(0, len(books.vehicle_id) - 1)
    return np.flatnonzero(books.vehicle_id[at] == look.positions.vehicle_id)


def map_of(
    look: Look, books: Books, mine: NDArray[np.int64], open_levels: Mapping[int, int]
) -> FleetMap:
    """One maker's map. ``open_levels``: vehicle number to the highest level of its open alarms."""
    positions, chosen = look.positions, look.states[mine]
    levels = _levels(positions.vehicle_id[mine], open_levels)
    fine = gathered(look.codes[mine], chosen, levels, look.book)
    by_resolution = {FINEST: fine}
    for resolution in range(FINEST - 1, COARSEST - 1, -1):
        by_resolution[resolution] = coarser(by_resolution[resolution + 1], resolution)
    sending = mine[chosen != OFFLINE]
    late_ms = positions.received_ms[sending] - positions.collected_ms[sending]
    return FleetMap(
        at_ms=look.at_ms,
        vehicles=len(books.vehicle_id),
        totals=np.bincount(chosen, minlength=4),
        unplaced=int((look.codes[mine] == NOWHERE).sum()),
        timely=int((late_ms <= TIMELY_MS).sum()),
        fixed=int(positions.has_fix[sending].sum()),
        models=books.models,
        by_resolution=by_resolution,
        look=look,
        mine=mine,
    )


def _levels(vehicle_id: NDArray[np.uint64], open_levels: Mapping[int, int]) -> NDArray[np.uint8]:
    levels = np.zeros(len(vehicle_id), np.uint8)
    numbers = np.array(sorted(open_levels), np.uint64)
    if not len(numbers) or not len(vehicle_id):
        return levels
    at = np.searchsorted(vehicle_id, numbers).clip(0, len(vehicle_id) - 1)
    there = vehicle_id[at] == numbers
    found = [open_levels[number] for number in numbers[there].tolist()]
    levels[at[there]] = np.array(found, np.uint8)
    return levels


def _look() -> Look:
    at_ms = time.time_ns() // 1_000_000
    with store() as client:
        positions = latest_positions(client)
    return looked(positions, _PLACES, at_ms)


def _books(maker_id: int) -> Books:
    with wall.within(wall.of(maker_id)):
        rows = Vehicle.objects.filter(maker_id=maker_id).order_by()
        numbers = np.fromiter(rows.values_list("vehicle_id", flat=True), np.uint64)
        models = rows.values_list("model_name").annotate(Count("id"))
        return Books(np.sort(numbers), dict(models))


def _map(maker_id: int) -> FleetMap:
    look, books = _LOOKS.fresh(), _BOOKS.value(maker_id)
    kept = _MINE.get(maker_id)
    same = kept is not None and kept[0] is books and _same_vehicles(kept[1], look)
    mine = kept[2] if kept is not None and same else mine_of(look, books)
    _MINE[maker_id] = (books, look, mine)
    return map_of(look, books, mine, _open_levels(maker_id))


def _same_vehicles(before: Look, now: Look) -> bool:
    return np.array_equal(before.positions.vehicle_id, now.positions.vehicle_id)


def _open_levels(maker_id: int) -> dict[int, int]:
    with wall.within(wall.of(maker_id)):
        rows = (
            Alarm.objects.filter(maker_id=maker_id, state__in=states.OPEN, level__gt=0)
            .order_by("level")
            .values_list("vehicle__vehicle_id", "level")
        )
        return dict(rows)  # of several of one vehicle the highest comes last


_PLACES = Places()  # of one look at a time
_MINE: dict[int, tuple[Books, Look, NDArray[np.int64]]] = {}
_LOOKS = Renewed(_look, LOOK_EVERY_S, TOO_OLD_S, give_back_connections)
_BOOKS = RenewedBy(_books, BOOKS_EVERY_S, 10 * BOOKS_EVERY_S, give_back_connections)
_MAPS = RenewedBy(_map, MAP_EVERY_S, TOO_OLD_S, give_back_connections)


def fleet_map(maker_id: int) -> FleetMap:
    """The map of a maker's vehicles, some seconds old at most while the store answers.

    Raises:
        StoreAway: nothing is known yet and the store does not answer.
    """
    return _MAPS.value(maker_id)


def fresh_fleet_map(maker_id: int) -> FleetMap:
    """As ``fleet_map``, not older than its renewals: for what is itself made behind its readers."""
    return _MAPS.fresh(maker_id)


def forget() -> None:
    """Know nothing, as in the beginning."""
    for one in (_LOOKS, _BOOKS, _MAPS):
        one.forget()
    _MINE.clear()

"""``voltward bench map``: a million vehicles counted by hexagon, and the map's answers at each zoom."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from voltward.entry.map_store_bench import asked_ms
from voltward.entry.office import begin_django
from voltward.telemetry.queries.positions import Positions

SEED = 20260315
ZOOMS = range(4, 13)
SCREEN = (1440, 900)
TILE = 512
MOVING = 0.2  # the share of vehicles that stand elsewhere at the next look
ALARMED = 2_000
TARGET_MS = 300.0
# Where people live: longitude, latitude, spread in degrees, share of the vehicles.
TOWNS = (
    (121.5, 31.2, 0.9, 0.2), (113.5, 23.0, 0.9, 0.2), (116.4, 39.9, 0.8, 0.14), (104.1, 30.7, 0.8, 0.1),
    (114.3, 30.6, 0.8, 0.08), (108.9, 34.3, 0.8, 0.06), (113.6, 34.8, 2.0, 0.12), (118.0, 27.0, 3.0, 0.1),
)  # fmt: skip


@dataclass(frozen=True)
class MapBench:
    """``first_ms``: everybody placed; ``aggregate_ms``: (p50, p99) of a look with ``MOVING`` moved and
    the sums of one maker; ``answer_ms``: by zoom, of whole answers; ``hexagons``: by zoom, most in one.
    All is processor time. ``store_ms``: until the store has told where all are, and its processor time.
    """

    vehicles: int
    first_ms: float
    moved: int
    aggregate_ms: tuple[float, float]
    place_ms: tuple[float, float]
    answer_ms: dict[int, tuple[float, float]]
    hexagons: dict[int, int]
    store_ms: tuple[float, float]

    def text(self) -> str:
        met = "met" if self.aggregate_ms[1] < TARGET_MS else "MISSED"
        lines = [
            "processor time of one core, one thread",
            f"{self.vehicles:,} vehicles; all placed for the first time {self.first_ms:,.0f} ms",
            f"placing {self.moved:,} that moved  p50 {self.place_ms[0]:7.1f} ms  p99 {self.place_ms[1]:7.1f} ms",
            f"sums at six resolutions      p50 {self.aggregate_ms[0]:7.1f} ms  p99 {self.aggregate_ms[1]:7.1f} ms"
            f"   target < {TARGET_MS:.0f} ms: {met}",
        ]
        lines += [
            f"  zoom {zoom:>2}  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  up to {self.hexagons[zoom]:>5,} hexagons"
            for zoom, (p50, p99) in self.answer_ms.items()
        ]
        lines.append(
            f"the store tells where all are in p50 {self.store_ms[0]:,.0f} ms of the clock,"
            f" {self.store_ms[1]:,.0f} ms of its processor time (behind the readers)"
        )
        return "\n".join(lines)


def run(vehicles: int, tries: int) -> MapBench:
    """In memory, but for the store's question. Times are of this process's own threads, so that they
    are comparable on a machine that does other work too."""
    begin_django()
    from voltward.monitoring.fleet_map import Books, looked, map_of, mine_of
    from voltward.monitoring.placing import Places

    chance = np.random.default_rng(SEED)
    positions, places, at_ms = made(vehicles, chance), Places(), 1_790_000_000_000
    begun = time.thread_time()
    look = looked(positions, places, at_ms)
    first_ms = _since(begun)
    books = Books(positions.vehicle_id, {})
    mine = mine_of(look, books)
    ids = positions.vehicle_id[:: max(1, vehicles // ALARMED)].tolist()
    levels = dict(zip(ids, (1 + np.arange(len(ids)) % 4).tolist(), strict=True))
    placing, summing = [], []
    for _ in range(tries):
        positions = moved(positions, chance)
        begun = time.thread_time()
        look = looked(positions, places, at_ms)
        placing.append(_since(begun))
        begun = time.thread_time()
        fleet = map_of(look, books, mine, levels)
        summing.append(_since(begun))
    answers, most = _answers(fleet, chance, tries)
    return MapBench(
        vehicles, first_ms, places.moved, _of(summing), _of(placing), answers, most,
        asked_ms(vehicles, tries),
    )  # fmt: skip


def _answers(
    fleet: Any, chance: np.random.Generator, tries: int
) -> tuple[dict[int, tuple[float, float]], dict[int, int]]:
    """Whole answers, from the box to the text, of screens that look at towns."""
    from voltward.monitoring.ui.maps import answered, collection

    answer_ms, most = {}, {}
    for zoom in ZOOMS:
        times, most[zoom] = [], 0
        for _ in range(tries):
            body_of = _box(zoom, chance)
            begun = time.thread_time()
            body = collection(fleet, body_of, zoom, "gcj02")
            answered(body)
            times.append(_since(begun))
            most[zoom] = max(most[zoom], len(body["features"]))
        answer_ms[zoom] = _of(times)
    return answer_ms, most


def made(vehicles: int, chance: np.random.Generator) -> Positions:
    """Vehicles round the towns, a fifth of them in the datum of licensed maps."""
    town = chance.choice(len(TOWNS), vehicles, p=[share for *_, share in TOWNS])
    x, y, spread, _ = np.array(TOWNS).T
    return Positions(
        vehicle_id=np.arange(1, vehicles + 1, dtype=np.uint64) * np.uint64(1_000_003),
        received_ms=np.where(chance.random(vehicles) < 0.4, 1_790_000_000_000, 0),
        collected_ms=np.full(vehicles, 1_790_000_000_000),
        charging=chance.random(vehicles) < 0.2,
        driving=chance.random(vehicles) < 0.3,
        longitude_deg=chance.normal(x[town], spread[town]),
        latitude_deg=chance.normal(y[town], spread[town] * 0.8),
        is_gcj=chance.random(vehicles) < 0.2,
        has_fix=np.ones(vehicles, np.bool_),
    )


def moved(positions: Positions, chance: np.random.Generator) -> Positions:
    """A look later: ``MOVING`` of them have gone some hundred metres."""
    gone = chance.random(len(positions)) < MOVING
    step = chance.normal(0, 0.002, (2, len(positions))) * gone
    return replace(
        positions,
        longitude_deg=positions.longitude_deg + step[0],
        latitude_deg=positions.latitude_deg + step[1],
    )


def _box(zoom: int, chance: np.random.Generator) -> tuple[float, float, float, float]:
    """What a screen shows of a town at a zoom, degrees."""
    x, y, spread, _ = TOWNS[chance.integers(len(TOWNS))]
    x, y = chance.normal(x, spread / 2), chance.normal(y, spread / 2)
    per_pixel = 360 / (TILE * 2**zoom)
    across, up = SCREEN[0] * per_pixel / 2, SCREEN[1] * per_pixel / 2 * np.cos(np.radians(y))
    return x - across, y - up, x + across, y + up


def _since(begun: float) -> float:
    return (time.thread_time() - begun) * 1000


def _of(times: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    return float(np.percentile(times, 50)), float(np.percentile(times, 99))

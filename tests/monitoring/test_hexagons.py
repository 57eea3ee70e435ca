"""Vehicles counted by hexagon: planted ones, at every zoom, against H3 itself."""

from __future__ import annotations

from collections import Counter

import h3
import numpy as np
import pytest

from voltward.base.geo import shifted
from voltward.monitoring.fleet_map import Books, FleetMap, Look, looked, map_of, mine_of
from voltward.monitoring.hexagons import COARSEST, parents, resolution_of
from voltward.monitoring.placing import FINEST, M_PER_DEGREE, NOWHERE, Places, reaches
from voltward.telemetry.queries.positions import Positions

AT_MS = 1_790_000_000_000
SEED = 20260315


def planted(number: int, seed: int = SEED) -> Positions:
    """Vehicles all over China: a quarter drive, charge, stand and are silent; some have no place."""
    chance = np.random.default_rng(seed)
    kind = np.arange(number) % 4
    longitude, latitude = chance.uniform(80, 125, number), chance.uniform(22, 45, number)
    longitude[::50] = latitude[::50] = np.nan
    return Positions(
        vehicle_id=np.sort(chance.choice(1 << 60, number, replace=False)).astype(np.uint64),
        received_ms=np.where(kind == 3, AT_MS - 600_000, AT_MS - 1_000),
        collected_ms=np.where(kind == 2, AT_MS - 60_000, AT_MS - 2_000),
        charging=kind == 1,
        driving=kind == 0,
        longitude_deg=longitude,
        latitude_deg=latitude,
        is_gcj=np.zeros(number, np.bool_),
        has_fix=kind != 2,
    )


def look_at(positions: Positions, places: Places | None = None) -> Look:
    return looked(positions, places or Places(), AT_MS)


def whole(look: Look, levels: dict[int, int] | None = None) -> FleetMap:
    books = Books(look.positions.vehicle_id, {"M1": len(look.positions)})
    return map_of(look, books, mine_of(look, books), levels or {})


@pytest.mark.parametrize("resolution", range(COARSEST, FINEST + 1))
def test_every_vehicle_is_counted_once_in_the_hexagon_that_h3_puts_it_in(resolution: int) -> None:
    positions = planted(3_000)
    found = whole(look_at(positions)).by_resolution[resolution]
    expected: Counter[str] = Counter()
    states: Counter[tuple[str, int]] = Counter()
    for number, (x, y) in enumerate(
        zip(positions.longitude_deg.tolist(), positions.latitude_deg.tolist(), strict=True)
    ):
        if np.isnan(x):
            continue
        cell = h3.cell_to_parent(h3.latlng_to_cell(y, x, FINEST), resolution)
        expected[cell] += 1
        states[cell, number % 4] += 1
    cells = [f"{cell:x}" for cell in found.cell.tolist()]
    assert cells == sorted(expected)
    assert found.counts.sum(axis=1).tolist() == [expected[cell] for cell in cells]
    for place, cell in enumerate(cells):
        assert found.counts[place].tolist() == [states[cell, state] for state in range(4)]
        assert (found.latitude_deg[place], found.longitude_deg[place]) == h3.cell_to_latlng(cell)


def test_the_totals_count_those_without_a_place_too() -> None:
    found = whole(look_at(planted(1_000)))
    assert found.totals.tolist() == [250, 250, 250, 250]
    assert (found.online, found.unplaced, found.vehicles) == (750, 20, 1_000)
    # those that stand are late and have no fix; every fiftieth has no place, and so no fix either
    assert found.timely == 500
    assert found.fixed == 1_000 - 500


def test_a_hexagon_shows_the_highest_open_level_and_how_many_vehicles_have_one() -> None:
    look = look_at(planted(2_000))
    placed = np.flatnonzero(look.codes != NOWHERE)
    ids = look.positions.vehicle_id[placed].tolist()
    levels = {ids[0]: 1, ids[1]: 4, ids[2]: 2, 12345: 3}
    for resolution, found in whole(look, levels).by_resolution.items():
        expected: dict[int, int] = {}
        for one in placed[:3].tolist():
            cell = int(parents(look.book.cells[look.codes[one]][None], resolution)[0])
            level = levels[int(look.positions.vehicle_id[one])]
            expected[cell] = max(expected.get(cell, 0), level)
        lit = found.level > 0
        assert (
            dict(zip(found.cell[lit].tolist(), found.level[lit].tolist(), strict=True)) == expected
        )
        assert found.alarmed.sum() == 3


def test_parents_are_those_of_h3() -> None:
    chance = np.random.default_rng(SEED)
    cells = [
        h3.latlng_to_cell(*place, FINEST)
        for place in zip(chance.uniform(-89, 89, 500), chance.uniform(-180, 180, 500), strict=True)
    ]
    numbers = np.array([int(cell, 16) for cell in cells], np.uint64)
    for resolution in range(COARSEST, FINEST):
        found = [f"{one:x}" for one in parents(numbers, resolution).tolist()]
        assert found == [h3.cell_to_parent(cell, resolution) for cell in cells]


def test_only_who_moved_is_placed_anew_and_the_sums_are_as_if_all_were() -> None:
    places, before = Places(), planted(2_000)
    look_at(before, places)
    assert places.moved == 2_000 - 40
    look_at(before, places)
    assert places.moved == 0
    longitude = before.longitude_deg.copy()
    longitude[1:100] += 1.0
    after = Positions(**{**vars(before), "longitude_deg": longitude})
    found = look_at(after, places)
    assert places.moved == 98  # the fiftieth has no place
    fresh = look_at(after)
    assert (
        found.book.cells[found.codes[1:50]].tolist() == fresh.book.cells[fresh.codes[1:50]].tolist()
    )
    ours, theirs = whole(found).by_resolution[FINEST], whole(fresh).by_resolution[FINEST]
    assert ours.cell.tolist() == theirs.cell.tolist()
    assert ours.counts.tolist() == theirs.counts.tolist()


def test_vehicles_may_come_and_go_between_two_looks() -> None:
    places, before = Places(), planted(500)
    look_at(before, places)
    kept = np.arange(500) % 3 != 0
    fewer = Positions(**{name: value[kept] for name, value in vars(before).items()})
    found, fresh = look_at(fewer, places), look_at(fewer)
    assert places.moved == 0
    cells = [one.book.cells[one.codes[one.codes != NOWHERE]].tolist() for one in (found, fresh)]
    assert cells[0] == cells[1]
    look_at(before, places)
    assert places.moved == sum(~kept & ~np.isnan(before.longitude_deg))


def test_a_place_in_the_datum_of_licensed_maps_falls_into_the_same_hexagon() -> None:
    as_sent = planted(1_000)
    x, y = shifted(as_sent.longitude_deg, as_sent.latitude_deg)
    turned = Positions(
        **{**vars(as_sent), "longitude_deg": x, "latitude_deg": y,
           "is_gcj": np.ones(1_000, np.bool_)}
    )  # fmt: skip
    ours = whole(look_at(turned)).by_resolution[FINEST]
    theirs = whole(look_at(as_sent)).by_resolution[FINEST]
    assert ours.cell.tolist() == theirs.cell.tolist()
    untold = Positions(**{**vars(turned), "is_gcj": np.zeros(1_000, np.bool_)})
    wrong = whole(look_at(untold)).by_resolution[FINEST]  # negative control
    assert wrong.cell.tolist() != theirs.cell.tolist()


def test_vehicles_of_other_books_are_in_no_hexagon() -> None:
    look = look_at(planted(1_000))
    ids = look.positions.vehicle_id
    books = [Books(ids[0::2], {}), Books(ids[1::2], {}), Books(np.empty(0, np.uint64), {})]
    ours, theirs, none = (map_of(look, one, mine_of(look, one), {}) for one in books)
    assert ours.totals.tolist() == [250, 0, 250, 0]
    assert theirs.totals.tolist() == [0, 250, 0, 250]
    assert (none.totals.sum(), len(none.by_resolution[COARSEST])) == (0, 0)
    for resolution in range(COARSEST, FINEST + 1):
        both = [one.by_resolution[resolution].counts.sum() for one in (ours, theirs)]
        assert sum(both) == 980
    cell = int(ours.by_resolution[COARSEST].cell[0])
    assert set(ours.vehicles_in(cell, COARSEST)) <= set(ids[0::2].tolist())


def test_the_vehicles_of_a_hexagon_are_as_many_as_it_counts() -> None:
    found = whole(look_at(planted(2_000)))
    for resolution in (COARSEST, 4, FINEST):
        hexagons = found.by_resolution[resolution]
        for place in range(0, len(hexagons), max(1, len(hexagons) // 5)):
            cell = int(hexagons.cell[place])
            assert len(found.vehicles_in(cell, resolution)) == hexagons.counts[place].sum()


def test_hexagons_get_finer_with_the_zoom_and_never_finer_than_masked_places() -> None:
    steps = [resolution_of(zoom) for zoom in range(23)]
    assert steps == sorted(steps)
    assert (steps[0], steps[4], steps[12], max(steps)) == (COARSEST, 3, FINEST, FINEST)


def test_an_empty_store_gives_an_empty_map() -> None:
    empty = Positions(**{name: value[:0] for name, value in vars(planted(4)).items()})
    found = whole(look_at(empty))
    assert (found.online, found.unplaced, len(found.by_resolution[3])) == (0, 0, 0)


def test_who_moves_a_little_is_where_h3_puts_it_and_mostly_without_asking_h3() -> None:
    """Steps of some hundred metres, from places all over the globe, again and again."""
    chance, places = np.random.default_rng(SEED), Places()
    positions = planted(4_000)
    around = np.arange(4_000) % 2 == 0
    positions.longitude_deg[around] = chance.uniform(-180, 180, around.sum())
    positions.latitude_deg[around] = np.degrees(
        np.arcsin(chance.uniform(-0.99, 0.99, around.sum()))
    )
    asked = 0
    for _ in range(6):
        look = look_at(positions, places)
        for x, y, code in zip(
            positions.longitude_deg.tolist(), positions.latitude_deg.tolist(), look.codes.tolist(),
            strict=True,
        ):  # fmt: skip
            if code != NOWHERE:
                assert f"{int(look.book.cells[code]):x}" == h3.latlng_to_cell(y, x, FINEST)
        step = chance.normal(0, 0.002, (2, 4_000))
        x, y = positions.longitude_deg + step[0], positions.latitude_deg + step[1]
        inside = places._inside(look.codes, x, y)
        asked += int((~inside & ~np.isnan(x)).sum())
        positions = Positions(**{**vars(positions), "longitude_deg": x, "latitude_deg": y})
    assert asked < 6 * 4_000 * 0.4


def test_a_reach_that_goes_past_a_side_is_caught() -> None:
    """What the test above rests on: with twice the reach, somebody is kept in a hexagon that he left."""
    cells = [int(h3.latlng_to_cell(39.9, 116.4, FINEST), 16)]
    middles = np.array([h3.cell_to_latlng(f"{cells[0]:x}")])
    for share, stays in ((1.0, True), (2.0, False)):
        metres = reaches(cells, middles)[0] * share
        angle = np.radians(np.arange(0, 360, 3))
        y = middles[0, 0] + np.cos(angle) * metres / M_PER_DEGREE
        x = middles[0, 1] + np.sin(angle) * metres / M_PER_DEGREE / np.cos(np.radians(y))
        held = [h3.latlng_to_cell(*at, FINEST) == f"{cells[0]:x}" for at in zip(y, x, strict=True)]
        assert all(held) == stays

"""Cell lists split over frames, or over entries of one frame, are made whole."""

import itertools
import random

import numpy as np
import pytest
from tests.columns.made_frames import VIN, framed

from voltward.columns import join
from voltward.columns.batch import FrameBatch
from voltward.columns.columns import Columns
from voltward.columns.decode import decode
from voltward.columns.join import join_split_cells

TIME = bytes((26, 3, 15, 8, 30, 5))
LATER = bytes((26, 3, 15, 8, 30, 6))
ENGINE = bytes((0x04, 1, 0x08, 0x34, 0, 1))
CELLS = 252


def entry(first: int, count: int, total: int = CELLS, pack: int = 1, add: int = 0) -> bytes:
    """One pack; cell ``i`` has 3000 + ``i`` mV, so that a wrong place is seen."""
    cells = b"".join((3000 + cell + add).to_bytes(2, "big") for cell in range(first, first + count))
    words = (3756, 10_123, total, first)
    return bytes((pack,)) + b"".join(w.to_bytes(2, "big") for w in words) + bytes((count,)) + cells


def part(*entries: bytes, more: bytes = b"", time: bytes = TIME, vin: bytes = VIN) -> bytes:
    return framed(time + bytes((0x08, len(entries))) + b"".join(entries) + more, vin=vin)


def joined(*frames: bytes) -> Columns:
    found = join_split_cells(decode(FrameBatch.of(list(frames))))
    found.to_arrow().validate(full=True)
    return found


FIRST, SECOND = entry(1, 200), entry(201, 52)
WHOLE = list(range(3001, 3001 + CELLS))


@pytest.mark.parametrize("frames", list(itertools.permutations([part(FIRST), part(SECOND)])))
def test_two_frames_with_complementary_cells_become_one_row(frames: tuple[bytes, ...]) -> None:
    columns = joined(*frames)
    assert len(columns) == 1
    assert columns["pack_cells_in_frame"].tolist() == [CELLS]
    assert columns["pack_first_cell"].tolist() == [1]
    assert columns.of_row("cell_voltages_mv", 0).tolist() == WHOLE


def test_the_given_vectors_of_a_split_list_say_the_same_in_all_three_forms(
    frames_by_why: dict[str, bytes],
) -> None:
    parts = [frame for why, frame in frames_by_why.items() if "252 cells, part" in why]
    (both,) = [frame for why, frame in frames_by_why.items() if "252 cells, both" in why]
    split, once = joined(*parts), joined(both)
    for name in ("pack_cells_in_frame", "pack_first_cell", "cell_voltages_mv", "pack_voltage_v"):
        np.testing.assert_array_equal(split[name], once[name])
    assert once["pack_cells_in_frame"].tolist() == [CELLS]


def test_the_order_of_any_number_of_parts_changes_nothing() -> None:
    cells = [entry(1 + 50 * k, 50, 250) for k in range(5)]
    frames = [part(cell, more=ENGINE if k == 3 else b"") for k, cell in enumerate(cells)]
    chance, seen = random.Random(2), set()
    for _ in range(20):
        chance.shuffle(frames)
        columns = joined(*frames)
        assert len(columns) == 1
        seen.add((columns["cell_voltages_mv"].tobytes(), float(columns["crankshaft_rpm"][0])))
    assert seen == {(np.arange(3001, 3251, dtype=np.uint16).tobytes(), 2100.0)}


def test_what_the_kept_row_lacks_is_taken_from_a_part() -> None:
    faults = bytes((0x07, 1)) + bytes(4) + bytes((1, 0, 0, 0, 9, 0, 0, 0))
    columns = joined(part(SECOND, more=ENGINE + faults), part(FIRST))
    assert len(columns) == 1
    assert columns["crankshaft_rpm"].tolist() == [2100.0]
    assert columns.of_row("storage_fault_codes", 0).tolist() == [9]
    assert columns.header.frame_index.tolist() == [1]


def test_packs_and_times_and_vehicles_are_not_mixed_up() -> None:
    other_vin = b"LTESTVEH0GB329602"
    frames = [
        part(FIRST),
        part(SECOND, time=LATER),
        part(SECOND, vin=other_vin),
        part(entry(201, 52, pack=2)),
    ]
    assert len(joined(*frames)) == 4


def test_two_packs_over_two_frames_become_one_row_with_two_packs() -> None:
    one = part(FIRST, entry(1, 100, 150, pack=2))
    two = part(SECOND, entry(101, 50, 150, pack=2))
    columns = joined(two, one)
    assert len(columns) == 1
    assert columns["pack_number"].tolist() == [1, 2]
    assert columns["pack_cells_in_frame"].tolist() == [252, 150]
    assert columns["cell_voltages_mv"].tolist() == WHOLE + list(range(3001, 3151))


def test_an_identical_duplicate_is_left_alone() -> None:
    for frames in itertools.permutations([part(FIRST), part(FIRST), part(SECOND)]):
        columns = joined(*frames)
        assert sorted(columns["pack_cells_in_frame"].tolist()) == [200, 252]
    assert len(joined(part(FIRST), part(FIRST))) == 2


@pytest.mark.parametrize(
    "other",
    [
        part(entry(1, 200, add=1)),  # the same cells with other voltages
        part(entry(150, 60)),  # overlapping
        part(entry(201, 53, total=253)),  # another number of cells in all
        part(FIRST, more=ENGINE),  # the same cells, other content
    ],
)
def test_what_contradicts_is_not_joined_in_any_order(other: bytes) -> None:
    for frames in itertools.permutations([part(FIRST), part(SECOND), other]):
        columns = joined(*frames)
        assert len(columns) == 3


def test_a_gap_between_the_parts_stays_a_gap() -> None:
    columns = joined(part(entry(1, 100)), part(entry(201, 52)))
    assert len(columns) == 1
    assert columns["pack_first_cell"].tolist() == [1, 201]
    assert columns["pack_cells_in_frame"].tolist() == [100, 52]


def test_rows_without_a_time_are_not_joined() -> None:
    assert len(joined(part(FIRST, time=bytes(6)), part(SECOND, time=bytes(6)))) == 2


def test_other_rows_keep_everything_and_their_order() -> None:
    lone = framed(LATER + ENGINE + bytes((0x80, 0, 2, 7, 8)))
    fault = framed(TIME + bytes((0x07, 0)) + bytes(4) + bytes((0xFE, 0, 0, 0)))
    columns = joined(lone, part(FIRST), fault, part(SECOND), lone)
    assert columns.header.frame_index.tolist() == [0, 1, 2, 4]
    assert columns.of_row("custom", 3).tobytes() == bytes((0x80, 0, 2, 7, 8))
    assert columns.odd_lists.row.tolist() == [2]
    assert columns.reason("crankshaft_rpm").tolist() == [0, 4, 4, 0]
    assert columns["crankshaft_rpm"][0] == 2100.0


def test_reasons_move_with_their_values() -> None:
    odd = bytes((1, 0xFF, 0xFF, 0xFF, 0xFE)) + SECOND[5:]
    columns = joined(part(FIRST), part(odd), part(entry(1, 100, 150, pack=3), time=LATER))
    assert len(columns) == 2
    assert columns.reason("pack_voltage_v").tolist() == [0, 0]
    columns = joined(part(odd), part(entry(1, 100, 150, pack=3), time=LATER))
    assert columns.reason("pack_voltage_v").tolist() == [2, 0]
    assert columns.reason("pack_current_a").tolist() == [1, 0]


def test_joining_by_order_of_arrival_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken build: parts are put together as they came, not by their first cell."""
    real = join.np.lexsort

    def by_arrival(keys: tuple[np.ndarray, ...]) -> np.ndarray:
        return real((keys[0], keys[-1]) if len(keys) == 4 else keys)

    monkeypatch.setattr(join.np, "lexsort", by_arrival)
    columns = joined(part(SECOND), part(FIRST))
    assert columns.of_row("cell_voltages_mv", 0).tolist() != WHOLE


def test_a_crowd_of_parts_of_one_time_ends_soon_and_unjoined() -> None:
    """No vehicle has so many packs; comparing every pair of them would take too long."""
    crowd = [part(*(entry(1 + k, 1, pack=p + 1) for p in range(250))) for k in range(20)]
    assert len(joined(*crowd)) == 20

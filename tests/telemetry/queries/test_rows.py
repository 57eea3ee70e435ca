"""Whatever arrives, in whatever order and however often: the same rows."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from voltward.telemetry.client import Client
from voltward.telemetry.queries import frame_list, latest_states
from voltward.telemetry.schema import ROWS
from voltward.telemetry.writer import insert

Rows = Callable[..., pa.Table]
NOON = 1_773_547_200
_CONTENT = "SELECT * FROM rows ORDER BY vehicle_id, collected_at, unit_hash"


def _content(client: Client) -> list[Any]:
    return [*client.query(_CONTENT).result_rows]


def test_a_row_reads_back_as_it_was_sent(client: Client, rows: Rows) -> None:
    cells = [3700, 65_535, 3702, 65_534, 0]
    frame = {
        "at": NOON,
        "cells": cells,
        "speed": 120.3,
        "soc": float("nan"),
        "probes": [-40, 32_767],
        "missing": {"soc_pct": 2},
        "position": (7 << 34) + 123_456_789,
    }
    insert(client, rows(frame), "one")
    (row,) = client.query("SELECT * FROM rows").named_results()
    assert row["cell_voltages_mv"] == cells
    assert (row["cell_median_mv"], row["cells_missing"]) == (3700, 2)
    assert row["speed_kmh"] == 120.3  # in the protocol's own steps, not the nearest float32
    assert row["soc_pct"] is None
    assert row["missing"] == {"soc_pct": 2}
    assert row["probe_temps_c"] == [-40, 32_767]
    assert row["longitude_deg"] == 116.397128
    assert row["received_at"] == datetime.fromtimestamp(NOON + 1, UTC)
    assert row["frame_position"] == (7 << 34) + 123_456_789
    assert row["pack_current_a"] == [-8.5]


def test_no_column_of_the_store_holds_a_vin(client: Client) -> None:
    names = client.query(
        "SELECT name FROM system.columns WHERE database = currentDatabase()"
    ).result_rows
    assert names
    assert not [name for (name,) in names if "vin" in name.split("_")]


def test_the_same_again_is_dropped_and_the_earliest_stays_in_any_order(
    client: Client, rows: Rows
) -> None:
    frames = [{"at": NOON, "hash": 1, "received": NOON + 9 - n, "position": n} for n in range(3)]
    kept = []
    for number, order in enumerate(itertools.permutations(frames)):
        client.command(f"TRUNCATE TABLE {ROWS}")
        client.command("TRUNCATE TABLE latest_frames")
        for step, frame in enumerate(order):
            insert(client, rows(frame), f"{number}-{step}")
        kept.append((_content(client), latest_states(client)))
    assert len(kept[0][0]) == 1
    assert all(other == kept[0] for other in kept)
    (row,) = client.query("SELECT received_at, frame_position FROM rows").named_results()
    assert row["received_at"] == datetime.fromtimestamp(NOON + 7, UTC)
    assert row["frame_position"] == 2


def test_of_copies_received_in_one_millisecond_the_first_in_the_journal_stays(
    client: Client, rows: Rows
) -> None:
    first = {"at": NOON, "hash": 1, "position": 100}
    insert(client, rows({**first, "position": 900}), "late")
    insert(client, rows(first), "early")
    assert client.command("SELECT frame_position FROM rows") == 100


def test_a_build_in_which_the_last_writer_wins_would_be_caught(client: Client, rows: Rows) -> None:
    """The negative control: without the version the row depends on the order of arrival."""
    client.command(
        f"CREATE TABLE broken AS {ROWS} ENGINE = ReplacingMergeTree"
        " ORDER BY (vehicle_id, collected_at, unit_hash)"
    )
    kept = set()
    for order in ((0, 1), (1, 0)):
        for table in (ROWS, "broken"):
            client.command(f"TRUNCATE TABLE {table}")
        for step in order:
            frame = {"at": NOON, "hash": 1, "received": NOON + step}
            insert(client, rows(frame), f"{order}-{step}")
            client.command(
                f"INSERT INTO broken SELECT * FROM {ROWS} WHERE rank = (SELECT"
                f" {'min' if order[0] < order[1] else 'max'}(rank) FROM {ROWS})"
            )
        kept.add(client.command("SELECT rank FROM broken FINAL"))
    assert len(kept) == 2


def test_another_content_at_the_same_time_is_kept_and_marked(client: Client, rows: Rows) -> None:
    insert(client, rows({"at": NOON, "hash": 1, "speed": 10.0}), "a")
    insert(client, rows({"at": NOON, "hash": 2, "speed": 20.0}), "b")
    assert client.command("SELECT count() FROM rows") == 2
    start, stop = (datetime.fromtimestamp(NOON + step, UTC) for step in (0, 1))
    assert [frame.same_time for frame in frame_list(client, 1, start, stop)] == [2, 2]


def _split(
    at: int, received: int = 0, lengths: tuple[int, ...] = (200, 50)
) -> list[dict[str, Any]]:
    """The frames of one time whose pack has more cells than one frame may carry."""
    total, first, frames = sum(lengths), 1, []
    for number, length in enumerate(lengths):
        frames.append(
            {
                "at": at,
                "hash": 100 + number,
                "received": at + 1 + received + number,
                "cells": [3000 + first + n for n in range(length)],
                "first": first,
                "total": total,
                "speed": 33.3 if number else float("nan"),
                "position": number,
            }
        )
        first += length
    return frames


def test_split_cells_are_one_row_however_they_are_batched(client: Client, rows: Rows) -> None:
    frames = _split(NOON, lengths=(200, 200, 37))
    kept = []
    for number, order in enumerate([*itertools.permutations(frames)][::-2]):
        client.command("TRUNCATE TABLE frame_pieces")
        client.command("TRUNCATE TABLE latest_frames")
        if number % 2:
            insert(client, rows(*order), f"{number}")
        else:
            for step, frame in enumerate(order):
                insert(client, rows(frame), f"{number}-{step}")
                insert(client, rows(frame), f"{number}-{step}-again")
        kept.append((_content(client), latest_states(client)))
    assert all(other == kept[0] for other in kept)
    (row,) = client.query("SELECT * FROM rows").named_results()
    assert row["cell_voltages_mv"] == [3000 + n for n in range(1, 438)]
    assert (row["pack_number"], row["pack_first_cell"]) == ([1], [1])
    assert (row["pack_cells_in_frame"], row["pack_cell_count"]) == ([437], [437])
    assert (row["cell_median_mv"], row["cells_missing"], row["pieces"]) == (3219, 0, 3)
    assert row["speed_kmh"] == 33.3
    assert row["frame_position"] == 0
    assert _content(client) == [*client.query("SELECT * FROM latest").result_rows]
    (state,) = latest_states(client)
    assert len(state.values["cell_voltages_mv"]) == 437
    assert state.pieces == 3


def test_a_lost_piece_leaves_its_gap_and_the_others_their_numbers(
    client: Client, rows: Rows
) -> None:
    first, _, last = _split(NOON, lengths=(200, 200, 37))
    insert(client, rows(last, first), "two of three")
    (row,) = client.query("SELECT * FROM rows").named_results()
    assert row["pack_first_cell"] == [1, 401]
    assert row["pack_cells_in_frame"] == [200, 37]
    assert len(row["cell_voltages_mv"]) == 237


def test_pieces_of_different_times_and_vehicles_stay_apart(client: Client, rows: Rows) -> None:
    frames = [
        {**frame, "vehicle": v} for v in (1, 2) for at in (NOON, NOON + 10) for frame in _split(at)
    ]
    insert(client, rows(*frames), "all")
    found = client.query("SELECT vehicle_id, collected_at, pieces FROM rows").result_rows
    assert len(found) == 4
    assert {pieces for _, _, pieces in found} == {2}


def test_a_broken_clock_makes_no_partition_of_its_own_and_stops_nothing(
    client: Client, rows: Rows
) -> None:
    random = np.random.default_rng(7)
    times = random.integers(946_684_800, 4_102_444_800, 200)  # 2000 to 2100
    frames = [{"at": int(at), "hash": n, "received": NOON} for n, at in enumerate(times)]
    frames += [{"at": 0, "hash": 9000 + n, "time_state": 1, "received": NOON} for n in range(5)]
    insert(client, rows(*frames), "garbage")
    assert client.command("SELECT count() FROM rows") == 205
    partitions = client.command(
        "SELECT uniqExact(partition) FROM system.parts"
        f" WHERE active AND database = currentDatabase() AND table = '{ROWS}'"
    )
    assert int(str(partitions)) < 150  # 2000-2015 and 2060-2099 have one each


def test_the_latest_state_goes_by_the_vehicles_clock_unless_it_is_ahead(
    client: Client, rows: Rows
) -> None:
    insert(client, rows({"at": NOON, "hash": 1, "speed": 1.0}), "live")
    insert(client, rows({"at": NOON - 600, "hash": 2, "received": NOON + 60, "speed": 2.0}), "late")
    assert latest_states(client)[0].values["speed_kmh"] == 1.0
    ahead = {"at": NOON + 4000, "hash": 3, "received": NOON + 70, "speed": 3.0}
    insert(client, rows(ahead), "ahead")
    assert latest_states(client)[0].values["speed_kmh"] == 1.0
    within = {"at": NOON + 370, "hash": 4, "received": NOON + 70, "speed": 4.0}
    insert(client, rows(within), "300 s ahead are let pass")
    assert latest_states(client)[0].values["speed_kmh"] == 4.0


def test_a_vehicle_with_a_wrong_clock_alone_still_has_a_latest_state(
    client: Client, rows: Rows
) -> None:
    insert(client, rows({"at": NOON + 9999, "received": NOON}), "ahead")
    insert(client, rows({"at": 0, "time_state": 1, "vehicle": 2, "received": NOON}), "none")
    assert [state.vehicle_id for state in latest_states(client)] == [1, 2]


@pytest.mark.parametrize("change", ["unknown", "lacking"])
def test_columns_are_never_dropped_or_made_up_in_silence(
    client: Client, rows: Rows, change: str
) -> None:
    table = rows({})
    if change == "unknown":
        table = table.append_column("speeed_kmh", pa.array([1.0]))
    else:
        table = table.drop_columns(["unit_hash"])
    with pytest.raises(ValueError, match=r"speeed_kmh|unit_hash"):
        insert(client, table, "t")
    assert client.command(f"SELECT count() FROM {ROWS}") == 0


def test_the_vin_does_not_reach_the_store_even_when_handed_over(client: Client, rows: Rows) -> None:
    table = rows({}).append_column("vin", pa.array([b"LTESTVEH0GB000001"], pa.binary(17)))
    insert(client, table, "t")
    assert client.command("SELECT count() FROM rows") == 1

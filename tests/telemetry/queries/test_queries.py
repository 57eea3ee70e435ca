"""The questions of the pages, against what a plain reckoning over the same rows says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries import (
    cell_matrix,
    daily_cell_spread,
    fleet_overview,
    gaps,
    history,
    latest_states,
    probe_matrix,
    rows_of,
)
from voltward.telemetry.writer import insert

Rows = Callable[..., pa.Table]
NOON = 1_773_547_200
START = datetime.fromtimestamp(NOON, UTC)
STOP = START + timedelta(hours=6)


def _drive(count: int, split: bool = False) -> list[dict[str, Any]]:
    """Rows every 10 s with a silence of an hour, a spike, a hole and one weak cell."""
    random = np.random.default_rng(3)
    frames = []
    for n in range(count):
        at = NOON + 10 * n + (3600 if n > count // 2 else 0)
        cells = (3700 + random.integers(-5, 6, 20) - n % 7).tolist()
        cells[12] -= 300 if n == count // 3 else 0
        if n == count // 4:
            cells[3] = 65_535
        speed = 199.9 if n == count // 5 else float(np.round(random.uniform(0, 100), 1))
        frame = {
            "at": at,
            "hash": n,
            "speed": float("nan") if n % 50 == 9 else speed,
            "cells": cells,
            "probes": [25, 26 if n != count // 2 else 80, 32_767],
        }
        if split:
            low = {**frame, "cells": cells[:15], "total": 20, "hash": 2 * n}
            high = {**frame, "cells": cells[15:], "total": 20, "first": 16, "hash": 2 * n + 1}
            frames += [low, high]
        else:
            frames.append(frame)
    return frames


@pytest.mark.parametrize("split", [False, True])
def test_a_short_history_is_every_row(client: Client, rows: Rows, split: bool) -> None:
    frames = _drive(120, split)
    insert(client, rows(*frames), "t")
    found = history(client, 1, START, STOP, ["speed_kmh", "soc_pct"], points=500)
    assert (found.rows, found.bucket_s) == (120, 0)
    whole = frames[:: 2 if split else 1]
    speed = found.series["speed_kmh"]
    assert speed.at.tolist() == [frame["at"] for frame in whole]
    np.testing.assert_array_equal(speed.values, [frame["speed"] for frame in whole])


def test_a_thinned_history_keeps_every_extreme_and_its_time(client: Client, rows: Rows) -> None:
    frames = _drive(600)
    insert(client, rows(*frames), "t")
    found = history(client, 1, START, STOP, ["speed_kmh"], points=60)
    speed = found.series["speed_kmh"]
    assert found.rows == 600
    assert len(speed.at) <= 60 * 4
    sent = {frame["at"]: frame["speed"] for frame in frames}
    for begin in range(NOON, NOON + 6 * 3600, found.bucket_s):
        inside = [v for at, v in sent.items() if begin <= at < begin + found.bucket_s and v == v]
        kept = speed.values[(speed.at >= begin) & (speed.at < begin + found.bucket_s)]
        if inside:
            assert (kept.min(), kept.max()) == (min(inside), max(inside))
    assert all(sent[at] == value for at, value in zip(speed.at, speed.values, strict=True))
    assert 199.9 in speed.values


def test_a_build_that_averages_loses_the_spike_and_would_be_caught() -> None:
    """The negative control of the test above: means keep no extreme."""
    sent = np.array([frame["speed"] for frame in _drive(600)])
    means = np.nanmean(sent.reshape(60, 10), axis=1)
    assert means.max() < 199.9


@pytest.mark.parametrize("split", [False, True])
def test_the_store_thins_out_as_this_process_does(client: Client, rows: Rows, split: bool) -> None:
    insert(client, rows(*_drive(400, split)), "t")
    fields = ["speed_kmh", "soc_pct", "cell_spread_mv", "probe_highest_c", "hydrogen_remaining_pct"]
    here = history(client, 1, START, STOP, fields, points=40)
    there = history(client, 1, START, STOP, fields, points=40, read_whole=10)
    assert (here.rows, here.bucket_s) == (there.rows, there.bucket_s)
    np.testing.assert_array_equal(here.gaps.start, there.gaps.start)
    np.testing.assert_array_equal(here.gaps.stop, there.gaps.stop)
    for field in fields:
        np.testing.assert_array_equal(here.series[field].at, there.series[field].at)
        np.testing.assert_array_equal(here.series[field].values, there.series[field].values)


def test_a_silence_is_a_gap_and_breaks_the_line(client: Client, rows: Rows) -> None:
    insert(client, rows(*_drive(100)), "t")
    found = history(client, 1, START, STOP, ["speed_kmh"])
    assert len(found.gaps) == 1
    assert found.gaps.stop[0] - found.gaps.start[0] == 3610
    drawn = found.with_breaks("speed_kmh")
    inside = (drawn.at > found.gaps.start[0]) & (drawn.at < found.gaps.stop[0])
    assert np.isnan(drawn.values[inside]).all()
    assert inside.sum() == 1
    alone = gaps(client, 1, START, STOP)
    assert alone.start.tolist() == found.gaps.start.tolist()
    assert len(gaps(client, 1, START, STOP, longer_than_s=4000)) == 0


def test_times_with_several_contents_are_named(client: Client, rows: Rows) -> None:
    insert(client, rows({"at": NOON, "hash": 1}, {"at": NOON, "hash": 2}, {"at": NOON + 1}), "t")
    for limit in (1, 100):
        found = history(client, 1, START, STOP, ["soc_pct"], read_whole=limit)
        assert found.repeated_at.tolist() == [NOON]


@pytest.mark.parametrize("split", [False, True])
def test_the_cell_matrix_keeps_the_value_farthest_from_the_median(
    client: Client, rows: Rows, split: bool
) -> None:
    frames = _drive(300, split)
    insert(client, rows(*frames), "t")
    whole = cell_matrix(client, 1, START, STOP, points=1000)
    assert whole.values.shape == (300, 20)
    assert whole.number.tolist() == list(range(1, 21))
    assert np.isnan(whole.values[75, 3])
    assert np.isnan(whole.values).sum() == 1
    for read_whole in (20_000, 10):
        thin = cell_matrix(client, 1, START, STOP, points=30, read_whole=read_whole)
        assert (thin.rows, len(thin.at) <= 30) == (300, True)
        bucket = (whole.at - NOON) // thin.bucket_s
        for row, number in enumerate(np.unique(bucket)):
            away = np.nanmax(np.abs(whole.deviations[bucket == number]), axis=0)
            np.testing.assert_array_equal(np.abs(thin.deviations[row]), away)
        assert np.nanmin(thin.deviations[:, 12]) < -250


def test_the_probe_matrix_shows_invalid_probes_as_nothing(client: Client, rows: Rows) -> None:
    insert(client, rows(*_drive(100)), "t")
    for limit in (20_000, 10):
        found = probe_matrix(client, 1, START, STOP, points=20, read_whole=limit)
        assert np.isnan(found.values[:, 2]).all()
        assert np.nanmax(found.values) == 80


def test_an_unknown_vehicle_has_an_empty_answer_to_everything(client: Client) -> None:
    assert history(client, 9, START, STOP, ["soc_pct"]).rows == 0
    assert cell_matrix(client, 9, START, STOP).values.shape[0] == 0
    assert len(gaps(client, 9, START, STOP)) == 0
    assert latest_states(client, [9]) == []
    assert len(daily_cell_spread(client, START, STOP)) == 0
    assert fleet_overview(client, START).vehicles == 0


def test_questions_that_make_no_sense_are_refused(client: Client) -> None:
    naive = START.replace(tzinfo=None)
    for fields, start, stop, points in (
        (["speed_kmh; DROP TABLE rows"], START, STOP, 10),
        (["cell_voltages_mv"], START, STOP, 10),
        (["soc_pct"], STOP, START, 10),
        (["soc_pct"], naive, STOP, 10),
        (["soc_pct"], START, STOP, 1),
    ):
        with pytest.raises(BadInput):
            history(client, 1, start, stop, fields, points)
    with pytest.raises(BadInput):
        latest_states(client, fields=["vin"])


def test_daily_spread_and_deviation_equal_a_plain_reckoning(client: Client, rows: Rows) -> None:
    frames = _drive(200) + [{**f, "vehicle": 2, "hash": f["hash"]} for f in _drive(80, split=True)]
    frames.append({"vehicle": 3, "cells": [65_535] * 4})
    frames.append({"vehicle": 4, "cells": []})
    insert(client, rows(*frames), "t")
    insert(client, rows(*frames[:20]), "again")
    found = daily_cell_spread(client, START - timedelta(days=1), STOP)
    assert found.vehicle_id.tolist() == [1, 2]
    assert found.day.astype(str).tolist() == ["2026-03-15"] * 2
    cells = np.array([frame["cells"] for frame in frames[:200]], float)
    cells[cells >= 65_534] = np.nan
    median = np.nanpercentile(cells, 50, axis=1, method="lower")
    away = cells - median[:, None]
    np.testing.assert_allclose(found.deviations(0), np.nanmean(away, axis=0), rtol=1e-6)
    spread = np.nanmax(away, axis=1) - np.nanmin(away, axis=1)
    assert found.spread_max_mv[0] == spread.max()
    np.testing.assert_allclose(found.spread_mean_mv[0], spread.mean(), rtol=1e-6)
    assert found.rows.tolist() == [200, 80]
    only = daily_cell_spread(client, START - timedelta(days=1), STOP, [2])
    np.testing.assert_array_equal(only.deviations(0), found.deviations(1))


def test_the_fleet_is_counted_by_what_it_did_last(client: Client, rows: Rows) -> None:
    insert(
        client,
        rows(
            {"vehicle": 1, "at": NOON - 10, "charging": 1, "speed": 0.0, "alarm": 2},
            {"vehicle": 2, "at": NOON - 20, "charging": 3, "speed": 60.0},
            {"vehicle": 3, "at": NOON - 5000, "charging": 1, "alarm": 3},
            {"vehicle": 3, "at": NOON - 6000, "charging": 3},
        ),
        "t",
    )
    found = fleet_overview(client, START)
    assert (found.vehicles, found.online, found.charging, found.driving) == (3, 2, 1, 1)
    assert found.alarms == {2: 1}
    assert found.frames_per_s == 2 / 60
    assert found.newest_received_at == datetime.fromtimestamp(NOON - 9, UTC)


def test_rows_are_read_on_from_where_a_page_ended(client: Client, rows: Rows) -> None:
    insert(client, rows(*({"at": NOON + n // 2, "hash": n} for n in range(10))), "t")
    seen: list[int] = []
    start, after = START, None
    while page := rows_of(client, 1, start, STOP, ["speed_kmh"], limit=3, after_hash=after):
        seen += [row.unit_hash for row in page]
        start, after = page[-1].collected_at, page[-1].unit_hash
    assert seen == list(range(10))

"""One store process for all tests of a session; a database of its own for each test."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from voltward.telemetry.client import Client
from voltward.telemetry.schema import migrate
from voltward.telemetry.store.process import StoreProcess

NOON = 1_773_547_200  # 2026-03-15T04:00:00Z
_numbers = itertools.count()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreProcess]:
    folder: Path = tmp_path_factory.mktemp("store")
    with StoreProcess(folder / "store", memory_mb=1500) as process:
        yield process


@pytest.fixture
def empty_client(store: StoreProcess) -> Iterator[Client]:
    """A client of a database that is not there yet."""
    client = store.client(f"test_{next(_numbers)}")
    yield client
    name, client.database = client.database, None
    client.command(f"DROP DATABASE IF EXISTS {name}")
    client.close()


@pytest.fixture
def client(empty_client: Client) -> Client:
    migrate(empty_client)
    return empty_client


@pytest.fixture
def rows() -> Callable[..., pa.Table]:
    return made_rows


def made_rows(*frames: dict[str, Any]) -> pa.Table:
    """Rows as ``writer.insert`` takes them, one per frame; what a frame leaves out is usual.

    ``cells`` are the millivolts of one pack, of which the frame carries those from ``first`` on;
    ``total`` is how many the pack has.
    """
    table = [_row(number, frame) for number, frame in enumerate(frames)]
    schema = pa.schema(
        {
            "vehicle_id": pa.uint64(),
            "collected_at": pa.int64(),
            "unit_hash": pa.uint64(),
            "received_at": pa.int64(),
            "frame_position": pa.uint64(),
            "stream": pa.uint16(),
            "edition": pa.uint16(),
            "command": pa.uint8(),
            "time_state": pa.uint8(),
            "verdict": pa.uint8(),
            "speed_kmh": pa.float32(),
            "soc_pct": pa.float32(),
            "longitude_deg": pa.float64(),
            "charging": pa.uint8(),
            "alarm_level": pa.uint8(),
            "vehicle_state": pa.uint8(),
            "pack_number": pa.list_(pa.uint8()),
            "pack_voltage_v": pa.list_(pa.float32()),
            "pack_current_a": pa.list_(pa.float32()),
            "pack_cell_count": pa.list_(pa.uint16()),
            "pack_first_cell": pa.list_(pa.uint16()),
            "pack_cells_in_frame": pa.list_(pa.uint16()),
            "cell_voltages_mv": pa.list_(pa.uint16()),
            "probe_pack_number": pa.list_(pa.uint8()),
            "probe_pack_count": pa.list_(pa.uint16()),
            "probe_temps_c": pa.list_(pa.int16()),
            "missing": pa.map_(pa.string(), pa.uint8()),
        }
    )
    return pa.Table.from_pylist(table, schema)


def _row(number: int, frame: dict[str, Any]) -> dict[str, Any]:
    at = frame.get("at", NOON)
    cells = frame.get("cells", [3700, 3701, 3702, 3703])
    probes = frame.get("probes", [20, 21])
    packs = 1 if cells else 0
    return {
        "vehicle_id": frame.get("vehicle", 1),
        "collected_at": at,
        "unit_hash": frame.get("hash", at % 1000 + 7),
        "received_at": int(frame.get("received", at + 1) * 1000),
        "frame_position": frame.get("position", (3 << 34) + 400 * number),
        "stream": 5,
        "edition": 2016,
        "command": frame.get("command", 2),
        "time_state": frame.get("time_state", 0),
        "verdict": 0,
        "speed_kmh": frame.get("speed", 50.1),
        "soc_pct": frame.get("soc", 80.0),
        "longitude_deg": 116.397128,
        "charging": frame.get("charging", 3),
        "alarm_level": frame.get("alarm", 0),
        "vehicle_state": frame.get("state", 1),
        "pack_number": [1] * packs,
        "pack_voltage_v": [350.5] * packs,
        "pack_current_a": [-8.5] * packs,
        "pack_cell_count": [frame.get("total", len(cells))] * packs,
        "pack_first_cell": [frame.get("first", 1)] * packs,
        "pack_cells_in_frame": [len(cells)] * packs,
        "cell_voltages_mv": cells,
        "probe_pack_number": [1] if probes else [],
        "probe_pack_count": [len(probes)] if probes else [],
        "probe_temps_c": probes,
        "missing": frame.get("missing", {}),
    }


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    order = np.random.default_rng(seed).permutation(table.num_rows)
    return table.take(pa.array(order))

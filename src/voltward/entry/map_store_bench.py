"""What the map's question to the store costs: where each vehicle of a large fleet was last."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from voltward.telemetry.client import Client
from voltward.telemetry.queries.positions import latest_positions
from voltward.telemetry.schema import LATEST, migrate
from voltward.telemetry.store.process import StoreProcess

_AT_ONCE: Final = 50_000


def asked_ms(vehicles: int, tries: int) -> tuple[float, float]:
    """Medians of one question in milliseconds: until it is answered, and of the store's processor.

    Raises:
        ValueError: the store tells of fewer vehicles than it was given.
    """
    took_ms, store_ms = [], []
    with (
        tempfile.TemporaryDirectory(prefix="voltward-bench-") as folder,
        StoreProcess(Path(folder) / "store", memory_mb=4096) as store,
    ):
        client = store.client()
        migrate(client)
        _fill(client, vehicles)
        for _ in range(tries):
            cpu_s, begun_s = store.cpu_s(), time.perf_counter()
            found = len(latest_positions(client))
            took_ms.append((time.perf_counter() - begun_s) * 1000)
            store_ms.append((store.cpu_s() - cpu_s) * 1000)
            if found != vehicles:
                raise ValueError(f"{found} of {vehicles} vehicles are told")
    return float(np.median(took_ms)), float(np.median(store_ms))


def _fill(client: Client, vehicles: int) -> None:
    """One newest row each, spread over the country, made by the store itself."""
    for first in range(0, vehicles, _AT_ONCE):
        client.command(
            f"INSERT INTO {LATEST} (vehicle_id, piece, version, collected_at, rank, charging,"
            " vehicle_state, speed_kmh_counts, longitude_deg_counts, latitude_deg_counts,"
            " position_status, datum) SELECT number * 1000003 + 1, 0, 1, 1790000000,"
            " 18000000000000000000 - number, 1 + number % 4, 1, number % 1200,"
            " 73000000 + number * 61 % 60000000, 20000000 + number * 31 % 25000000, 0, 1"
            f" FROM numbers({first}, {min(_AT_ONCE, vehicles - first)})"
        )

"""``voltward bench proofs``: how fast a link's days are reckoned from rows and proofs, measured.

Rows and proofs of one day go into a store process of its own, as the writers put them there; then
the questions of the pages are asked, before and after the store has merged its parts.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.telemetry.client import Client
from voltward.telemetry.schema import ROWS, migrate
from voltward.telemetry.schema.tables import PROOFS
from voltward.telemetry.store.process import StoreProcess
from voltward.telemetry.writer import insert
from voltward.uplink.owed import Owed
from voltward.uplink.proof import ACCEPTED, REFUSED
from voltward.uplink.proof_frames import frames_of_day
from voltward.uplink.proof_queries import figures_by_day, figures_by_vehicle, figures_of_day
from voltward.uplink.proof_rows import DAY_S, PROOF_SCHEMA

DAY: Final = date(2026, 3, 15)
MIDNIGHT_S: Final = 1_773_504_000  # in Beijing
AT_ONCE: Final = 50_000
OPEN_EVERY, REFUSED_EVERY = 1_000, 500
AWAY_S: Final = 3_000  # the last 50 minutes of the day the platform is away: nothing is proved
Say = Callable[[str], None]
Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class ProofBench:
    """Medians in milliseconds; ``merged_…``: after a quiet month was merged into one part."""

    proofs: int
    rows_per_s: float
    parts: int
    day_ms: float
    vehicles_ms: float
    month_ms: float
    frames_ms: float
    merged_day_ms: float
    merged_vehicles_ms: float
    merged_month_ms: float
    bytes_per_proof: float

    def text(self) -> str:
        return (
            f"proofs            {self.proofs} of one day and link, {self.parts} parts\n"
            f"taken in          {self.rows_per_s:.0f} proofs/s\n"
            f"a day's totals    {self.day_ms:.0f} ms, merged {self.merged_day_ms:.0f} ms (target 300)\n"
            f"worst vehicles    {self.vehicles_ms:.0f} ms, merged {self.merged_vehicles_ms:.0f} ms"
            f" (target 500)\n"
            f"thirty days       {self.month_ms:.0f} ms, merged {self.merged_month_ms:.0f} ms"
            f" (target 500)\n"
            f"a vehicle's day   {self.frames_ms:.0f} ms\n"
            f"size              {self.bytes_per_proof:.1f} bytes a proof"
        )


def run(proofs: int, vehicles: int, tries: int, say: Say) -> ProofBench:
    """A row and a proof for each of ``proofs`` frames, but for those that are open."""
    with (
        tempfile.TemporaryDirectory(prefix="vw-proofs-") as folder,
        StoreProcess(Path(folder) / "store", memory_mb=3000) as process,
    ):
        client = process.client("bench")
        migrate(client)
        taken_s = _fill(client, proofs, vehicles, say)
        parts = _of_parts(client, "count()")
        fresh = _answers(client, tries)
        for table in (ROWS, PROOFS):
            client.command(f"OPTIMIZE TABLE {table} FINAL")
        merged = _answers(client, tries)
        size = _of_parts(client, "sum(bytes_on_disk)")
        one = figures_by_vehicle(client, Owed("national"), DAY, limit=1)[0][0].vehicle_id
        only = Owed("national").only([one])
        frames_ms = _median(tries, lambda: frames_of_day(client, only, DAY))
        client.close()
    return ProofBench(
        proofs, proofs / taken_s, parts, *fresh, frames_ms, *merged, size / proofs
    )  # fmt: skip


def _fill(client: Client, proofs: int, vehicles: int, say: Say) -> float:
    """Seconds that the proofs took."""
    taken_s = 0.0
    for first in range(0, proofs, AT_ONCE):
        number = np.arange(first, min(first + AT_ONCE, proofs), dtype=np.uint64)
        keys = _keys(number, proofs, vehicles)
        insert(client, _rows(number, keys), f"rows-{first}")
        began_s = time.perf_counter()
        table = _proofs(number, keys)
        client.insert_arrow(
            PROOFS, table, settings={"insert_deduplication_token": f"proofs-{first}"}
        )
        taken_s += time.perf_counter() - began_s
        say(f"{first + len(number)} of {proofs}")
    return taken_s


def _keys(number: Numbers, proofs: int, vehicles: int) -> dict[str, Numbers]:
    """All vehicles in turn, their frames over the day."""
    each = -(-proofs // vehicles)
    at = MIDNIGHT_S + number // np.uint64(vehicles) * np.uint64(DAY_S) // np.uint64(each)
    return {
        "vehicle_id": (number % np.uint64(vehicles) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C1),
        "collected_at": at,
        "unit_hash": number * np.uint64(0x9E3779B97F4A7C15) + np.uint64(1),
    }


def _rows(number: Numbers, keys: dict[str, Numbers]) -> pa.Table:
    small = np.ones(len(number), np.uint8)
    return pa.table(
        {
            "vehicle_id": keys["vehicle_id"],
            "collected_at": keys["collected_at"].astype(np.int64),
            "unit_hash": keys["unit_hash"],
            "received_at": keys["collected_at"].astype(np.int64) * 1000 + 400,
            "frame_position": number * np.uint64(480),
            "stream": np.zeros(len(number), np.uint16),
            "edition": np.full(len(number), 2016, np.uint16),
            "command": small * np.uint8(2),
            "time_state": small * np.uint8(0),
            "verdict": small * np.uint8(0),
        }
    )


def _proofs(number: Numbers, keys: dict[str, Numbers]) -> pa.Table:
    refused = number % np.uint64(REFUSED_EVERY) == 7
    at_ms = keys["collected_at"] * np.uint64(1000)
    constant = {"link": "national", "stream": 0, "command": 2, "tries": 1, "lost": 0}
    columns = {
        **{name: pa.array([value] * len(number)) for name, value in constant.items()},
        "day": np.full(len(number), (DAY - date(1970, 1, 1)).days),
        **keys,
        "version": number,
        "proof": number,
        "position": number * np.uint64(480),
        "outcome": np.where(refused, REFUSED, ACCEPTED),
        "flag": np.where(refused, 2, 1),
        "sent_ms": at_ms + np.uint64(900),
        "answered_ms": at_ms + np.uint64(950),
        "known_ms": at_ms + np.uint64(960),
    }
    table = pa.table({name: columns[name] for name in PROOF_SCHEMA.names}).cast(PROOF_SCHEMA)
    proved = number % np.uint64(OPEN_EVERY) != 3
    proved &= keys["collected_at"] < MIDNIGHT_S + DAY_S - AWAY_S
    return table.filter(pa.array(proved))


def _answers(client: Client, tries: int) -> tuple[float, float, float]:
    owed = Owed("national")
    first, last = DAY.replace(day=1), DAY.replace(day=30)
    return (
        _median(tries, lambda: figures_of_day(client, owed, DAY)),
        _median(tries, lambda: figures_by_vehicle(client, owed, DAY, limit=50)),
        _median(tries, lambda: figures_by_day(client, owed, first, last)),
    )


def _median(tries: int, ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(tries):
        began_s = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began_s))
    return statistics.median(taken)


def _of_parts(client: Client, what: str) -> int:
    query = f"SELECT {what} FROM system.parts WHERE active AND table = '{PROOFS}'"
    return int(str(client.command(query)))

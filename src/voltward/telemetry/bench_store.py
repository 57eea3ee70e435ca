"""``voltward bench store``: what the telemetry store takes in, keeps and answers, measured.

Rows of a plausible fleet go through the real writer over HTTP into a store process of its own;
then the questions of the pages are asked, before and after its parts are merged.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from voltward.telemetry.bench_rows import BenchFleet, FleetShape, duplicates_of
from voltward.telemetry.client import Client
from voltward.telemetry.queries import cell_matrix, daily_cell_spread, history, latest_states
from voltward.telemetry.schema import LATEST, PIECES, ROWS, migrate
from voltward.telemetry.store.process import StoreProcess
from voltward.telemetry.writer import insert

FIELDS = (
    "total_voltage_v",
    "total_current_a",
    "soc_pct",
    "speed_kmh",
    "highest_temp_c",
    "insulation_kohm",
)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Answers:
    """Medians in milliseconds; of each the store's own CPU time too, as other load shows less."""

    latest_ms: float
    history_ms: float
    cells_ms: float
    spread_ms: float
    latest_cpu_ms: float
    history_cpu_ms: float
    cells_cpu_ms: float
    spread_cpu_ms: float
    parts: int


@dataclass(frozen=True)
class StoreBench:
    """Figures of one run. ``bytes_per_row`` is the rows' table, indices and marks included.

    ``written``: asked right after the last insert, parts as they were; ``merged``: after each
    month was merged into one part, as the store does by itself when a month is quiet.
    """

    rows: int
    vehicles: int
    days: int
    cells: int
    duplicates: int
    insert_s: float
    insert_rows_per_s: float
    insert_store_cpu_s: float
    merge_s: float
    bytes_per_row_written: float
    bytes_per_row: float
    latest_bytes: int
    written: Answers
    merged: Answers

    def text(self) -> str:
        """The figures as a table, with what is to be reached."""
        lines = [
            f"{self.rows:,} rows of {self.cells} cells, {self.vehicles:,} vehicles x"
            f" {self.days} days, {self.duplicates:,} duplicates sent and dropped",
            f"insert     {self.insert_rows_per_s:>10,.0f} rows/s"
            f"   ({self.insert_s:.1f} s, store CPU {self.insert_store_cpu_s:.1f} s)",
            f"bytes/row  {self.bytes_per_row:>10.1f}   goal <= 100"
            f"   (before merging {self.bytes_per_row_written:.1f})",
            f"merge      {self.merge_s:>10.1f} s",
            f"{'':28}{'merged':>12}{'CPU':>12}{'as written':>12}{'CPU':>12}{'goal':>12}",
        ]
        for title, name, goal in (
            ("latest of all vehicles", "latest", 300),
            (f"{self.days}-day history of one", "history", 50),
            (f"{self.days}-day cells of one", "cells", 100),
            ("spread, deviation per day", "spread", 4000),
        ):
            cells = [
                f"{getattr(answers, f'{name}{kind}_ms'):>9,.1f} ms"
                for answers in (self.merged, self.written)
                for kind in ("", "_cpu")
            ]
            lines.append(f"{title:28}{''.join(cells)}{goal:>9} ms")
        return "\n".join(lines)


def run(
    rows: int = 10_000_000,
    vehicles: int = 1000,
    days: int = 30,
    *,
    batch_rows: int = 50_000,
    duplicates: float = 0.01,
    repeats: int = 7,
    memory_mb: int = 4096,
    folder: Path | None = None,
    say: Say = lambda _: None,
) -> StoreBench:
    """Measure; the store lives in ``folder`` (kept) or in a temporary one (removed).

    Raises:
        ValueError: the store lost or doubled a row.
    """
    shape = FleetShape(rows=rows, vehicles=vehicles, days=days)
    home = folder or Path(tempfile.mkdtemp(prefix="voltward-bench-"))
    try:
        with StoreProcess(home / "store", memory_mb=memory_mb) as store:
            return _measured(store, shape, batch_rows, duplicates, repeats, say)
    finally:
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def _measured(
    store: StoreProcess, shape: FleetShape, batch_rows: int, share: float, repeats: int, say: Say
) -> StoreBench:
    client = store.client()
    migrate(client)
    fleet = BenchFleet(shape)
    cpu = store.cpu_s()
    spent, sent = _filled(client, fleet, batch_rows, share, say)
    cpu = store.cpu_s() - cpu
    written_bytes = _bytes_per_row(client)
    say("asking, parts as written")
    written = _asked(store, client, fleet, repeats)
    say("merging")
    begun = time.perf_counter()
    client.command(f"OPTIMIZE TABLE {ROWS} FINAL", settings={"max_execution_time": 0})
    merge_s = time.perf_counter() - begun
    unique = shape.rows_each * shape.vehicles
    kept = int(str(client.command(f"SELECT count() FROM {ROWS}")))
    if kept != unique:
        raise ValueError(f"the store holds {kept} rows, {unique} different ones were sent")
    say("asking, parts merged")
    merged = _asked(store, client, fleet, repeats)
    return StoreBench(
        rows=unique,
        vehicles=shape.vehicles,
        days=shape.days,
        cells=96,
        duplicates=sent - unique,
        insert_s=spent,
        insert_rows_per_s=sent / spent,
        insert_store_cpu_s=cpu,
        merge_s=merge_s,
        bytes_per_row_written=written_bytes,
        bytes_per_row=_bytes_per_row(client),
        latest_bytes=_on_disk(client, (LATEST,))[0],
        written=written,
        merged=merged,
    )


def _filled(
    client: Client, fleet: BenchFleet, batch_rows: int, share: float, say: Say
) -> tuple[float, int]:
    """Seconds spent in inserts, and rows sent. A duplicate comes a batch after its original."""
    spent, sent = 0.0, 0
    for number, batch in enumerate(_batches(fleet, batch_rows, share)):
        begun = time.perf_counter()
        insert(client, batch, f"bench-{number}")
        spent += time.perf_counter() - begun
        sent += batch.num_rows
        if number % 20 == 19:
            say(f"{sent:,} rows, {sent / spent:,.0f} rows/s")
    return spent, sent


def _batches(fleet: BenchFleet, batch_rows: int, share: float) -> Iterator[pa.Table]:
    shape = fleet.shape
    random = np.random.default_rng(shape.seed + 1)
    steps = max(1, batch_rows // shape.vehicles)
    late: pa.Table | None = None
    for first in range(0, shape.rows_each, steps):
        fresh = fleet.slice(first, min(first + steps, shape.rows_each))
        yield fresh if late is None else pa.concat_tables([fresh, late])
        late = duplicates_of(fresh, share, random)
    if late is not None and late.num_rows:
        yield late


def _asked(store: StoreProcess, client: Client, fleet: BenchFleet, repeats: int) -> Answers:
    """Each question ``repeats`` times after one untimed, each time about another vehicle."""
    start = datetime.fromtimestamp(fleet.shape.start, UTC)
    stop = datetime.fromtimestamp(fleet.shape.stop, UTC)
    vehicles = [int(number) for number in fleet.ids[: repeats + 1]]
    questions: dict[str, tuple[int, Callable[[int], Any]]] = {
        "latest": (repeats, lambda _: latest_states(client)),
        "history": (repeats, lambda i: history(client, vehicles[i], start, stop, FIELDS)),
        "cells": (repeats, lambda i: cell_matrix(client, vehicles[i], start, stop)),
        "spread": (max(1, repeats // 2), lambda _: daily_cell_spread(client, start, stop)),
    }
    found: dict[str, float] = {}
    for name, (times, ask) in questions.items():
        ask(0)
        wall, cpu = [], []
        for number in range(1, times + 1):
            begun, used = time.perf_counter(), store.cpu_s()
            ask(number)
            wall.append(time.perf_counter() - begun)
            cpu.append(store.cpu_s() - used)
        found[f"{name}_ms"] = statistics.median(wall) * 1000
        found[f"{name}_cpu_ms"] = statistics.median(cpu) * 1000
    return Answers(**found, parts=_on_disk(client, (ROWS, PIECES))[2])


def _bytes_per_row(client: Client) -> float:
    size, rows, _ = _on_disk(client, (ROWS, PIECES))
    return size / max(rows, 1)


def _on_disk(client: Client, tables: tuple[str, ...]) -> tuple[int, int, int]:
    """Bytes, rows and parts of ``tables``."""
    rows = client.query(
        "SELECT sum(bytes_on_disk), sum(rows), count() FROM system.parts"
        " WHERE active AND database = currentDatabase() AND table IN {tables:Array(String)}",
        parameters={"tables": list(tables)},
    ).result_rows
    size, count, parts = rows[0]
    return int(size), int(count), int(parts)

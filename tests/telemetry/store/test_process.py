"""The store process owns its folder, ends in order, and survives the end that is none."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import Error

from voltward.telemetry.client import Client
from voltward.telemetry.schema import ROWS, migrate
from voltward.telemetry.schema.tables import PIECES, TABLES, embedded_table
from voltward.telemetry.store import StoreOptions, run
from voltward.telemetry.store.process import StoreProcess
from voltward.telemetry.writer import insert

Rows = Callable[..., pa.Table]


def test_a_second_process_is_told_who_owns_the_folder(store: StoreProcess) -> None:
    code = (
        "import sys; from pathlib import Path;"
        " from voltward.telemetry.store import StoreInUse, StoreOptions, run\n"
        "try: run(StoreOptions(Path(sys.argv[1]), 'token'))\n"
        "except StoreInUse as error: sys.exit(str(error))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(store.folder)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert f"in use by process {store.pid}" in ended.stderr


def test_an_empty_token_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="token"):
        run(StoreOptions(tmp_path / "store", ""))
    assert not (tmp_path / "store").exists()


def test_it_stops_in_order_and_starts_again_with_its_rows(tmp_path: Path, rows: Rows) -> None:
    store = StoreProcess(tmp_path / "store", memory_mb=1000)
    with store:
        client = store.client()
        migrate(client)
        insert(client, rows({"at": 1_773_547_200}), "first")
        client.close()
        assert store.stop() == 0
    assert not (tmp_path / "store.port").exists()
    with store:
        client = store.client()
        assert client.command("SELECT count() FROM rows") == 1
        insert(client, rows({"at": 1_773_547_200}), "first")
        assert client.command(f"SELECT count() FROM {ROWS}") == 1  # tokens outlive a restart
        client.close()


class _Feeder(threading.Thread):
    """Inserts batches one after the other; a batch whose answer is lost is sent again."""

    def __init__(self, store: StoreProcess, batches: list[tuple[str, pa.Table]]) -> None:
        super().__init__(daemon=True)
        self.store, self.batches = store, batches
        self.up, self.begun = threading.Event(), threading.Semaphore(0)
        self.retries = 0
        self.up.set()

    def run(self) -> None:
        client: Client | None = None
        for token, table in self.batches:
            while True:
                self.up.wait()
                try:
                    client = client or self.store.client()
                    self.begun.release()
                    insert(client, table, token)
                    break
                except (Error, OSError):
                    self.retries += 1
                    client = None


def _batches(count: int, size: int) -> list[tuple[str, pa.Table]]:
    """Every row once; every third batch has rows of a second month and of split cells."""
    made = []
    for batch in range(count):
        at = 1_773_547_200 + batch * size * 10 + 10 * np.arange(size)
        if batch % 3 == 0:
            at[::2] -= 40 * 86_400
        whole = batch % 3 != 1
        carried = np.full(size, 96)
        table = pa.table(
            {
                "vehicle_id": pa.array(np.arange(size) % 50 + 1, pa.uint64()),
                "collected_at": pa.array(at, pa.int64()),
                "unit_hash": pa.array(batch * size + np.arange(size), pa.uint64()),
                "received_at": pa.array((at + 1) * 1000, pa.int64()),
                "frame_position": pa.array((batch * size + np.arange(size)) * 400, pa.uint64()),
                "stream": pa.array(np.zeros(size), pa.uint16()),
                "time_state": pa.array(np.zeros(size), pa.uint8()),
                "pack_number": _lists(np.ones((size, 1)), pa.uint8()),
                "pack_voltage_v": _lists(np.ones((size, 1)), pa.float32()),
                "pack_current_a": _lists(np.ones((size, 1)), pa.float32()),
                "pack_cell_count": _lists(carried + (0 if whole else 96), pa.uint16()),
                "pack_first_cell": _lists(np.ones((size, 1)), pa.uint16()),
                "pack_cells_in_frame": _lists(carried, pa.uint16()),
                "cell_voltages_mv": _lists(3700 + np.arange(size * 96) % 13, pa.uint16()),
            }
        )
        made.append((f"batch-{batch}", table))
    return made


def _lists(values: "np.ndarray[Any, Any]", kind: pa.DataType) -> pa.Array:
    width = 96 if values.size % 96 == 0 and values.ndim == 1 and values.size > 2000 else 1
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel(), kind), width).cast(
        pa.list_(kind)
    )


def _survives(
    folder: Path, count: int, size: int, kills: int, seed: int, prepare: Callable[[Client], Any]
) -> tuple[int, int, int]:
    """Rows sent, rows stored before any merge, different rows stored; with ``kills`` kill -9."""
    random = np.random.default_rng(seed)
    batches = _batches(count, size)
    store = StoreProcess(folder / "store", memory_mb=1000).start()
    try:
        client = store.client()
        prepare(client)
        feeder = _Feeder(store, batches)
        feeder.start()
        for _ in range(kills):
            for _ in range(int(random.integers(1, max(2, count // (kills + 1))))):
                feeder.begun.acquire()
            feeder.up.clear()
            threading.Event().wait(float(random.uniform(0, 0.1)))  # anywhere inside the insert
            store.kill()
            store.start()
            feeder.up.set()
        feeder.join()
        client = store.client()
        stored = [
            int(str(client.command(f"SELECT {what} FROM {name}")))
            for name in (ROWS, PIECES)
            for what in ("count()", "uniqExact(vehicle_id, collected_at, unit_hash)")
        ]
        client.close()
        assert feeder.retries > 0, "no insert was hit"
        return count * size, stored[0] + stored[2], stored[1] + stored[3]
    finally:
        store.kill()


def _without_tokens(client: Client) -> None:
    """The broken build: tables that remember no token and keep what comes twice."""
    migrate(client)
    for table in TABLES:
        if table.name in (ROWS, PIECES):
            client.command(f"DROP TABLE {table.name} SYNC")
            (text,) = embedded_table(table, window={})
            client.command(text.replace("ReplacingMergeTree(rank)", "MergeTree"))


def test_kill_9_during_inserts_loses_and_doubles_nothing(tmp_path: Path) -> None:
    sent, stored, different = _survives(tmp_path, 12, 1000, kills=2, seed=1, prepare=migrate)
    assert (stored, different) == (sent, sent)


def test_a_build_without_tokens_is_caught_doubling_rows(tmp_path: Path, rows: Rows) -> None:
    """The negative control: an insert is answered, its answer lost, and it is sent again."""
    with StoreProcess(tmp_path / "store", memory_mb=1000) as store:
        client = store.client()
        _without_tokens(client)
        batch = rows({"at": 1_773_547_200}, {"at": 1_773_547_210})
        insert(client, batch, "lost answer")
        store.kill()
        store.start()
        client = store.client()
        insert(client, batch, "lost answer")
        assert client.command(f"SELECT count() FROM {ROWS}") == 4


@pytest.mark.t2
def test_many_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    kills = int(os.environ.get("VOLTWARD_TEST_KILLS", "30"))
    sent, stored, different = _survives(
        tmp_path, 12 * kills, 5000, kills=kills, seed=2, prepare=migrate
    )
    assert (stored, different) == (sent, sent)

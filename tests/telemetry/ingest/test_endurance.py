"""Long runs of a real processor process: pauses (R27), a flood with poison in it (R22)."""

import os
import random
import signal
import subprocess
import sys

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from tests.telemetry.ingest.poisoned import FAILING, ITEM
from tests.telemetry.ingest.scene import (
    NOON,
    Patience,
    cells,
    config_in,
    frame,
    moment,
    physical_rows,
    report,
    vehicle_data,
    vin,
    wait_until,
)

from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.quarantine import set_aside
from voltward.telemetry.ingest.sink import StoreSink
from voltward.telemetry.ingest.status import read_status

FOLLOW = """
import sys
from pathlib import Path
from tests.telemetry.ingest.scene import TOKEN, config_in
from voltward.telemetry.client import connect
from voltward.telemetry.ingest.process import run
folder, url, database = sys.argv[1:]
config = config_in(Path(folder), rows=500, status_file=Path(folder) / "status.json")
run(config, lambda: connect(url, TOKEN, database=database))
"""


@pytest.fixture
def follower(tmp_path, store):
    """A processor process that runs until it is told to stop."""
    process = subprocess.Popen(
        [sys.executable, "-c", FOLLOW, str(tmp_path), store.url, "followed"],
        env={**os.environ, "PYTHONPATH": "src:."},
    )
    yield process
    process.kill()
    process.wait()


def _rows(store) -> int:
    try:
        return physical_rows(store.client("followed"))
    except DatabaseError:  # the processor has not made the tables yet
        return 0


def test_a_process_told_to_stop_ends_well_with_everything_stored(
    tmp_path, journal, store, follower
):
    journal.put([report(vin(n % 9), NOON + n) for n in range(2_000)])
    wait_until(lambda: _rows(store) == 2_000, what="the rows", process=follower)
    follower.send_signal(signal.SIGTERM)
    assert follower.wait(30) == 0
    assert read_status(tmp_path / "status.json").totals["rows"] <= 2_000
    with opened(config_in(tmp_path), StoreSink(lambda: store.client("followed"))) as processor:
        assert processor.state.plan is None
        assert processor.drain(Patience()) == 0
    store.client("followed").command("DROP DATABASE followed")


@pytest.mark.t2
def test_pauses_of_the_process_lose_and_double_nothing(tmp_path, journal, store, follower):
    chance = random.Random(27)
    sent = 0
    for _ in range(20):
        size = chance.randint(1, 2_000)
        journal.put([report(vin(n % 9), NOON + n) for n in range(sent, sent + size)])
        sent += size
        goal = sent - chance.randint(0, size)
        wait_until(lambda goal=goal: _rows(store) >= goal, what="some rows", process=follower)
        follower.send_signal(signal.SIGSTOP)
        journal.put([report(vin(n % 9), NOON + n) for n in range(sent, sent + 100)])
        sent += 100
        follower.send_signal(signal.SIGCONT)
    wait_until(lambda: _rows(store) >= sent, what="all rows", process=follower)
    assert _rows(store) == sent
    store.client("followed").command("DROP DATABASE followed")


@pytest.mark.t2
def test_one_frame_in_a_hundred_of_a_flood_is_poison(tmp_path, journal, connect_store):
    count, poisoned = 200_000, 0
    for first in range(0, count, 20_000):
        frames = [
            frame(
                vin(n % 1000),
                moment(NOON + n // 1000)
                + vehicle_data(n % 2000)
                + cells(1, 96, 96)
                + (ITEM if n % 100 == first % 97 else b""),
            )
            for n in range(first, first + 20_000)
        ]
        poisoned += sum(item.endswith(ITEM + item[-1:]) for item in frames)
        journal.put(frames)
    with opened(config_in(tmp_path), StoreSink(connect_store), decoder=FAILING) as processor:
        assert processor.drain(Patience()) == count
    assert physical_rows(connect_store()) == count - poisoned
    with JournalReader(tmp_path / "journal") as reader:
        assert len(set_aside(reader)) == poisoned

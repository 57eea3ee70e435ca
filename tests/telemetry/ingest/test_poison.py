"""A frame that fails goes to quarantine with its reason; the pipeline never stops (R22)."""

import os
import subprocess
import sys

import pytest
from tests.telemetry.ingest.poisoned import DYING, FAILING, ITEM
from tests.telemetry.ingest.scene import (
    KEY,
    NOON,
    Patience,
    config_in,
    frame,
    moment,
    physical_rows,
    report,
    vehicle_data,
    vin,
)

from voltward.columns.batch import FrameBatch
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.quarantine import set_aside
from voltward.telemetry.ingest.replay_quarantine import replay_quarantine
from voltward.telemetry.ingest.sink import StoreSink, StoreUnwell
from voltward.telemetry.ingest.trial import killers

DRAIN = """
import sys
from pathlib import Path
from tests.telemetry.ingest.scene import TOKEN, Patience, config_in
from voltward.telemetry.client import connect
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.sink import StoreSink
folder, url, database, decoder = sys.argv[1:]
sink = StoreSink(lambda: connect(url, TOKEN, database=database))
with opened(config_in(Path(folder)), sink, decoder=decoder) as processor:
    processor.drain(Patience(50))
"""


def _mixed(count: int, poisoned: set[int]) -> list[bytes]:
    return [
        frame(vin(n % 5), moment(NOON + n) + vehicle_data(n) + (ITEM if n in poisoned else b""))
        for n in range(count)
    ]


def _in_quarantine(folder):
    with JournalReader(folder / "journal") as reader:
        return set_aside(reader)


def test_one_frame_in_a_hundred_fails_and_all_others_come_in(tmp_path, journal, connect_store):
    poisoned = set(range(3, 1000, 100))
    frames = _mixed(1000, poisoned)
    journal.put(frames)
    with opened(config_in(tmp_path), StoreSink(connect_store), decoder=FAILING) as processor:
        processor.drain(Patience())
        totals = processor.state.totals
        problem = processor.board.problems[-1]
    found = _in_quarantine(tmp_path)
    assert [poison.frame for poison in found] == [frames[n] for n in sorted(poisoned)]
    assert {poison.reason for poison in found} == {"ValueError: the decoder has a fault"}
    assert all(poison.tries <= 3 and poison.step == "decode" for poison in found)
    assert physical_rows(connect_store()) == 990 == totals["rows"]
    assert totals["quarantined"] == 10
    assert problem.kind == "poison"


def test_a_build_that_retries_everything_stops_at_the_first_poison(
    tmp_path, journal, connect_store, monkeypatch
):
    def all_or_nothing(self, batch, excluded=()):
        import numpy as np

        try:
            return [self.whole(batch, np.arange(len(batch)))], {}
        except ValueError as error:
            raise StoreUnwell("again") from error

    monkeypatch.setattr(Decoder, "pieces", all_or_nothing)
    journal.put(_mixed(100, {50}))
    with opened(config_in(tmp_path), StoreSink(connect_store), decoder=FAILING) as processor:
        assert processor.drain(Patience(5)) == 0
        assert processor.state.checkpoint == {}


def test_after_a_fix_one_call_brings_the_frames_back(tmp_path, journal, connect_store):
    journal.put(_mixed(100, {7, 70}))
    config = config_in(tmp_path)
    with opened(config, StoreSink(connect_store), decoder=FAILING) as processor:
        processor.drain(Patience())
    place = _in_quarantine(tmp_path)[0].position
    sink = StoreSink(connect_store)
    still = replay_quarantine(config.journal, sink, Decoder(KEY, FAILING))
    assert still.rows == 0
    assert len(still.left) == 2
    replayed = replay_quarantine(config.journal, sink, Decoder(KEY))
    assert (replayed.frames, replayed.rows, replayed.left) == (2, 2, ())
    assert _in_quarantine(tmp_path) == []
    assert physical_rows(connect_store()) == 100
    query = f"SELECT count() FROM rows WHERE frame_position = {place.number}"
    assert connect_store().command(query) == 1
    assert replay_quarantine(config.journal, sink, Decoder(KEY)).frames == 0


@pytest.fixture
def picky_store(connect_store):
    """A store that takes no row with a state of charge of 77 %."""
    StoreSink(connect_store)._ready()
    connect_store().command(
        "ALTER TABLE frames_rows ADD CONSTRAINT picky CHECK ifNull(soc_pct_counts, 0) != 77"
    )
    return connect_store


def _with_soc(count: int, refused: set[int]) -> list[bytes]:
    return [report(vin(n % 5), NOON + n, soc_pct=77 if n in refused else 50) for n in range(count)]


def test_rows_that_the_store_refuses_go_to_quarantine_one_by_one(tmp_path, journal, picky_store):
    journal.put(_with_soc(64, {20, 21, 63}))
    with opened(config_in(tmp_path), StoreSink(picky_store)) as processor:
        processor.drain(Patience())
        assert processor.state.totals["quarantined"] == 3
    found = _in_quarantine(tmp_path)
    assert [poison.step for poison in found] == ["insert"] * 3
    assert "picky" in found[0].reason
    assert physical_rows(picky_store()) == 61


def test_refused_rows_come_back_when_the_store_takes_them(tmp_path, journal, picky_store):
    journal.put(_with_soc(10, {3}))
    config = config_in(tmp_path)
    with opened(config, StoreSink(picky_store)) as processor:
        processor.drain(Patience())
    assert len(replay_quarantine(config.journal, StoreSink(picky_store), Decoder(KEY)).left) == 1
    picky_store().command("ALTER TABLE frames_rows DROP CONSTRAINT picky")
    assert replay_quarantine(config.journal, StoreSink(picky_store), Decoder(KEY)).rows == 1
    assert physical_rows(picky_store()) == 10


def test_a_fault_of_the_installation_puts_nothing_aside(tmp_path, journal, connect_store):
    StoreSink(connect_store)._ready()
    client = connect_store()
    client.command("ALTER TABLE frames_rows ADD CONSTRAINT all CHECK edition = 0")
    journal.put(_with_soc(24, set()))
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        assert processor.drain(Patience(2)) == 0
        assert not processor.board.store_well
        client.command("ALTER TABLE frames_rows DROP CONSTRAINT all")
        assert processor.drain(Patience()) == 24
    assert _in_quarantine(tmp_path) == []
    assert physical_rows(client) == 24


def test_a_trial_in_a_child_tells_which_frame_kills(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "src:.")
    frames = FrameBatch.of(_mixed(2, {1}))
    assert {n: str(error) for n, error in killers(frames, DYING).items()} == {
        1: "the decoder died of signal 11"
    }


@pytest.mark.t2
def test_a_frame_that_kills_the_decoder_is_found_after_the_third_death(tmp_path, journal, store):
    journal.put(_mixed(4, {1}))
    database = "deadly"

    def run() -> int:
        arguments = [str(tmp_path), store.url, database, DYING]
        environment = {**os.environ, "PYTHONPATH": "src:."}
        return subprocess.run(
            [sys.executable, "-c", DRAIN, *arguments], env=environment, check=False
        ).returncode

    assert [run(), run()] == [-11, -11]
    assert run() == 0
    (poison,) = _in_quarantine(tmp_path)
    assert poison.reason == "Died: the decoder died of signal 11"
    assert physical_rows(store.client(database)) == 3

"""Faults are told apart: store away, lost, rows refused; journal or state not at hand."""

import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from tests.telemetry.ingest.scene import NOON, Patience, config_in, physical_rows, report, vin
from tests.telemetry.ingest.sinks import DeadlyRows, MemorySink

from voltward.journal.errors import KeyMissing
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest import presence
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.quarantine import set_aside
from voltward.telemetry.ingest.sink import RowsRefused, StoreLost, StoreSink, StoreUnwell, judged
from voltward.telemetry.ingest.state import State, save
from voltward.telemetry.ingest.status import read_status


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (DatabaseError("Code: 469. violated", code=469), RowsRefused),
        (DatabaseError("Code: 241. memory limit", code=241), StoreUnwell),
        (DatabaseError("Code: 243. no space", code=243), StoreUnwell),
        (DatabaseError("Code: 60. no such table", code=60), StoreUnwell),
        (OperationalError("Connection refused"), StoreUnwell),
        (OperationalError("Connection broken"), StoreLost),
        (ConnectionResetError("reset"), StoreLost),
        (ValueError("a column the store does not know"), RowsRefused),
    ],
)
def test_errors_mean_what_can_be_done_about_them(error, meaning):
    assert type(judged(error)) is meaning


class Losing(StoreSink):
    """Rows go in, but the answer is lost, so many times."""

    losses = 0

    def insert_rows(self, rows, token):
        super().insert_rows(rows, token)
        if self.losses:
            self.losses -= 1
            raise StoreLost("the connection broke")


@pytest.mark.parametrize("losses", [1, 5])
def test_lost_answers_double_nothing(tmp_path, journal, connect_store, losses):
    journal.put([report(vin(n), NOON + n) for n in range(20)])
    sink = Losing(connect_store)
    sink.losses = losses
    with opened(config_in(tmp_path), sink) as processor:
        assert processor.drain(Patience()) == 20
        assert "quarantined" not in processor.state.totals
    assert physical_rows(connect_store()) == 20


def test_a_row_that_the_store_dies_of_is_put_aside(tmp_path, journal, connect_store):
    journal.put([report(vin(n), NOON + n, soc_pct=77 if n == 5 else 50) for n in range(8)])
    with opened(config_in(tmp_path), DeadlyRows(connect_store)) as processor:
        assert processor.drain(Patience(40)) == 8
    with JournalReader(tmp_path / "journal") as reader:
        (poison,) = set_aside(reader)
    assert "lost 3 times" in poison.reason
    assert physical_rows(connect_store()) == 7


def test_nothing_is_lost_while_the_store_is_away(tmp_path, journal, connect_store):
    def away():
        raise FileNotFoundError("run/store.port")

    journal.put([report(vin(1), NOON + n) for n in range(10)])
    with opened(config_in(tmp_path), StoreSink(away)) as processor:
        assert processor.drain(Patience(3)) == 0
        assert not processor.board.store_well
        assert processor.lag()[0] > 0
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        assert processor.drain(Patience()) == 10
    assert physical_rows(connect_store()) == 10


def test_a_journal_that_cannot_be_read_stops_nothing_for_good(
    tmp_path, journal, connect_store, monkeypatch
):
    journal.put([report(vin(1), NOON + n) for n in range(10)])
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        with monkeypatch.context() as patch:
            patch.setattr(JournalReader, "read", _key_missing)
            assert processor.drain(Patience()) == 0
            assert processor.board.problems[-1].kind == "journal"
        assert processor.drain(Patience()) == 10


def _key_missing(*_):
    raise KeyMissing("key 00 is not in the journal's key file")


def test_a_state_that_cannot_be_written_lets_nothing_into_the_store(
    tmp_path, journal, connect_store, monkeypatch
):
    journal.put([report(vin(1), NOON + n) for n in range(10)])
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        with monkeypatch.context() as patch:
            patch.setattr("voltward.telemetry.ingest.state.replace_durably", _disk_full)
            assert processor.drain(Patience()) == 0
        assert processor.drain(Patience()) == 10
    assert physical_rows(connect_store()) == 10


def _disk_full(*_):
    raise OSError(28, "No space left on device")


def test_a_checkpoint_beyond_the_journal_is_told(tmp_path, journal, connect_store):
    config = config_in(tmp_path)
    journal.put([report(vin(1), NOON)])
    config.folder.mkdir()
    save(config.state_file, State(1, {"gateway-0": Position("gateway-0", 9, 4096)}))
    with opened(config, StoreSink(connect_store)) as processor:
        assert "ends before the checkpoint" in processor.board.problems[-1].text
        assert processor.lag() == (0, 0.0)


def test_an_answer_cut_off_in_the_middle_says_nothing_about_rows(connect_store, monkeypatch):
    def cut_off(*_, **__):
        raise pa.ArrowInvalid("Tried reading schema message, was null or length 0")

    monkeypatch.setattr(presence, "present", cut_off)
    monkeypatch.setattr(presence, "known_keys", cut_off)
    sink = StoreSink(connect_store)
    for question in (sink.has, sink.knows):
        with pytest.raises(StoreUnwell, match="null or length 0"):
            question(pa.table({}))


def test_a_status_file_that_cannot_be_written_stops_no_row(tmp_path, journal):
    (tmp_path / "run").write_text("no folder")
    config = config_in(tmp_path, status_file=tmp_path / "run" / "processor-main.json")
    journal.put([report(vin(1), NOON + n) for n in range(10)])
    with opened(config, MemorySink()) as processor:
        assert processor.drain(Patience()) == 10
        assert processor.board.problems[-1].kind == "state"


@pytest.mark.parametrize("fault", [FileNotFoundError("000000000000.log"), KeyMissing("key 00")])
def test_a_look_at_what_waits_that_fails_is_told_in_the_status(
    tmp_path, journal, monkeypatch, fault
):
    def gone(*_):
        raise fault

    monkeypatch.setattr(Follower, "oldest_ns", gone)
    config = config_in(tmp_path, status_file=tmp_path / "run" / "processor-main.json")
    journal.put([report(vin(1), NOON)])
    with opened(config, MemorySink()) as processor:
        processor.report()
        (problem,) = read_status(config.status_file).problems
        assert problem.kind == "journal"
        assert processor.drain(Patience()) == 1

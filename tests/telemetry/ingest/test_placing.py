"""What became of a plan that the store took in part, and of plans in which nothing is good (R22)."""

import json

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from tests.telemetry.ingest.poisoned import BROKEN, FAILING, ITEM, MARK
from tests.telemetry.ingest.scene import (
    EVENT,
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
from tests.telemetry.ingest.sinks import MemoryQuarantine, MemorySink

from voltward.journal.errors import KeyMissing
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry import writer
from voltward.telemetry.ingest import trial
from voltward.telemetry.ingest.batch import Part, batch_of
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.placing import ALL_OF, Placing, StepBroken
from voltward.telemetry.ingest.plan import Plan, Range
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.quarantine import INSERT, INSERT_EVENT, set_aside
from voltward.telemetry.ingest.replay_quarantine import replay_quarantine
from voltward.telemetry.ingest.sink import RowsRefused, StoreSink
from voltward.telemetry.schema.tables import LATEST


def _in_quarantine(folder):
    with JournalReader(folder / "journal") as reader:
        return set_aside(reader)


def _latest(client) -> list[tuple]:
    return sorted(client.query("SELECT vehicle_id, soc_pct FROM latest").result_rows)


def _batch(folder):
    with JournalReader(folder / "journal") as reader:
        start, records = reader.start("gateway-0"), reader.read(None, "gateway-0")
    return batch_of([Part(Range("gateway-0", start, records.next), records)])


@pytest.fixture
def failing_latest(journal, monkeypatch):
    """The store fails three times between the rows of a plan and its newest rows."""
    send, failures = writer._send, iter(range(3))

    def failing(client, name, rows, token=""):
        if name == LATEST and next(failures, None) is not None:
            raise failing.error
        send(client, name, rows, token)

    failing.error = DatabaseError("Code: 469. violated", code=469)
    monkeypatch.setattr(writer, "_send", failing)
    journal.put([report(vin(n % 4), NOON + n, soc_pct=40 + n) for n in range(12)])
    return failing


@pytest.mark.parametrize(
    "error", [DatabaseError("Code: 469. violated", code=469), ConnectionResetError("it died")]
)
def test_newest_rows_are_sent_again_when_only_they_have_failed(
    tmp_path, connect_store, failing_latest, error
):
    failing_latest.error = error
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        assert processor.drain(Patience()) == 12
    assert sorted(soc for _, soc in _latest(connect_store())) == [48, 49, 50, 51]
    assert physical_rows(connect_store()) == 12
    assert _in_quarantine(tmp_path) == []


def test_a_build_that_leaves_known_rows_alone_is_caught(
    tmp_path, connect_store, failing_latest, monkeypatch
):
    monkeypatch.setattr(Placing, "_put_latest", lambda *_: None)
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        processor.drain(Patience())
    assert _latest(connect_store()) == []


def test_a_row_refused_only_as_the_newest_gives_way_to_the_one_before(
    tmp_path, journal, connect_store
):
    StoreSink(connect_store)._ready()
    client = connect_store()
    client.command(
        f"ALTER TABLE {LATEST} ADD CONSTRAINT picky CHECK ifNull(soc_pct_counts, 0) != 77"
    )
    journal.put([report(vin(n % 2), NOON + n, soc_pct=77 if n == 5 else n) for n in range(6)])
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        processor.drain(Patience())
    assert sorted(soc for _, soc in _latest(client)) == [3, 4]
    assert [poison.step for poison in _in_quarantine(tmp_path)] == [INSERT]


def test_rows_that_are_in_show_that_the_store_takes_rows(tmp_path, journal):
    """A process died when the good rows of a plan were in and the refused ones not put aside."""
    bad = ALL_OF + 5
    journal.put([report(vin(n), NOON + n, soc_pct=77 if n < bad else 50) for n in range(bad + 5)])
    batch, sink, quarantine = _batch(tmp_path), MemorySink(frozenset({77.0})), MemoryQuarantine()
    sink.rows = [(0, int(position)) for position in batch.positions[bad:]]
    plan = Plan(1, batch.ranges, narrowed=True)
    placed = Placing(sink, Decoder(KEY), quarantine).place(batch, plan, lambda _: None)
    assert (placed.rows, len(quarantine.poisons)) == (5, bad)
    assert set(sink.latest) == set(sink.rows)


@pytest.fixture
def picky_events(journal, connect_store):
    """Of six events the store takes all but those of link 2 and 3."""
    StoreSink(connect_store)._ready()
    connect_store().command(
        "ALTER TABLE session_events ADD CONSTRAINT picky CHECK link NOT IN (2, 3)"
    )
    journal.put([json.dumps({"event": "login", "vin": vin(n)}).encode() for n in range(6)], EVENT)
    journal.put([report(vin(1), NOON)])
    return connect_store()


def _links(client) -> list[int]:
    return [
        link
        for (link,) in client.query("SELECT link FROM session_events ORDER BY link").result_rows
    ]


def test_events_that_the_store_refuses_go_to_quarantine_and_come_back(
    tmp_path, journal, connect_store, picky_events
):
    config, sink = config_in(tmp_path), StoreSink(connect_store)
    with opened(config, sink) as processor:
        assert processor.drain(Patience()) == 1
        assert processor.state.totals["quarantined"] == 2
        assert processor.state.checkpoint == {"gateway-0": journal.writer.end}
    found = _in_quarantine(tmp_path)
    assert [(poison.step, poison.link) for poison in found] == [
        (INSERT_EVENT, 2),
        (INSERT_EVENT, 3),
    ]
    assert "picky" in found[0].reason
    assert _links(picky_events) == [0, 1, 4, 5]
    assert len(replay_quarantine(config.journal, sink, Decoder(KEY)).left) == 2
    picky_events.command("ALTER TABLE session_events DROP CONSTRAINT picky")
    assert replay_quarantine(config.journal, sink, Decoder(KEY)).frames == 2
    assert _links(picky_events) == [0, 1, 2, 3, 4, 5]
    assert _in_quarantine(tmp_path) == []


def test_a_build_that_does_not_expect_refused_events_dies_of_them(
    tmp_path, connect_store, picky_events, monkeypatch
):
    def all_or_nothing(self, put, rows, token):
        try:
            put(rows, token)
        except RowsRefused as error:
            raise AssertionError("nobody catches this") from error

    monkeypatch.setattr(Placing, "_insert", all_or_nothing)
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        with pytest.raises(AssertionError):
            processor.drain(Patience())
        assert processor.state.checkpoint == {}


def _all_poisoned(count: int) -> list[bytes]:
    return [frame(vin(1), moment(NOON + n) + vehicle_data(n) + ITEM) for n in range(count)]


def test_a_plan_of_one_bad_sender_ends_in_quarantine(tmp_path, journal):
    journal.put(_all_poisoned(ALL_OF + 4))
    sink = MemorySink()
    with opened(config_in(tmp_path), sink, decoder=FAILING) as processor:
        assert processor.drain(Patience(3)) == ALL_OF + 4
        journal.put([report(vin(2), NOON)])
        assert processor.drain(Patience(3)) == 1
    assert len(_in_quarantine(tmp_path)) == ALL_OF + 4
    assert len(sink.rows) == 1


def test_a_build_that_blames_itself_for_bad_frames_stands_still(tmp_path, journal, monkeypatch):
    monkeypatch.setattr(Decoder, "works", lambda _: False)
    journal.put(_all_poisoned(ALL_OF + 4))
    with opened(config_in(tmp_path), MemorySink(), decoder=FAILING) as processor:
        assert processor.drain(Patience(3)) == 0


def test_a_decoder_that_fails_on_good_frames_puts_nothing_aside(tmp_path, journal):
    journal.put([report(vin(1), NOON + n) for n in range(ALL_OF)])
    with opened(config_in(tmp_path), MemorySink(), decoder=BROKEN) as processor:
        assert processor.drain(Patience(3)) == 0
        assert "no frame can be decoded" in processor.board.problems[-1].text
    assert _in_quarantine(tmp_path) == []
    with opened(config_in(tmp_path), MemorySink()) as processor:
        assert processor.drain(Patience(3)) == ALL_OF


@pytest.mark.parametrize(("good_ones_too", "aside"), [(False, ALL_OF), (True, 0)])
def test_a_plan_of_frames_that_kill_is_put_aside_when_good_ones_do_not(
    tmp_path, journal, monkeypatch, good_ones_too, aside
):
    def killers(frames, _):
        deadly = [n for n in range(len(frames)) if good_ones_too or MARK in frames[n]]
        return {n: trial.Died("signal 11") for n in deadly}

    monkeypatch.setattr(trial, "killers", killers)
    journal.put(_all_poisoned(ALL_OF))
    batch, quarantine, broken = _batch(tmp_path), MemoryQuarantine(), False
    placing = Placing(MemorySink(), Decoder(KEY), quarantine)
    try:
        placing.place(batch, Plan(1, batch.ranges, tries=3), lambda _: None)
    except StepBroken:
        broken = True
    assert (broken, len(quarantine.poisons)) == (good_ones_too, aside)


def test_a_sealed_and_encrypted_quarantine_comes_back_with_its_keys(tmp_path, journal):
    config, sink, keys = config_in(tmp_path), MemorySink(), KeyRing.of(bytes(range(32)))
    journal.put(_all_poisoned(2))
    with opened(config, sink, decoder=FAILING) as processor:
        processor.drain(Patience(3))
    with JournalWriter(config.journal, config.quarantine_stream) as writer_of_quarantine:
        writer_of_quarantine.seal()
    assert Keeper(config.journal, config.quarantine_stream, keys).keep().sealed
    with pytest.raises(KeyMissing):
        replay_quarantine(config.journal, sink, Decoder(KEY))
    replayed = replay_quarantine(config.journal, sink, Decoder(KEY), keys=keys)
    assert (replayed.frames, replayed.rows, replayed.left) == (2, 2, ())

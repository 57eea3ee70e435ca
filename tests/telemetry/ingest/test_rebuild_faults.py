"""A rebuild ends with everything in the store, or it says why not; it never spoils a running one."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from tests.telemetry.ingest.scene import EVENT, NOON, Journal, Patience, config_in, report, vin
from tests.telemetry.ingest.sinks import MemorySink, archived, expire

from voltward.journal.errors import JournalDamaged
from voltward.telemetry.ingest import process
from voltward.telemetry.ingest import rebuild as rebuilding
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.processor import Processor
from voltward.telemetry.ingest.rebuild import RebuildStandsStill, rebuild
from voltward.telemetry.ingest.state import ProcessorRuns, RebuildInterrupted, only_one

EVENTS = [b'{"event":"start"}']


def _reports(count: int, at_s: int = NOON) -> list[bytes]:
    return [report(vin(1), at_s + n) for n in range(count)]


@pytest.fixture
def other(tmp_path):
    found = Journal(tmp_path / "journal", "gateway-1")
    yield found
    found.close()


@pytest.mark.parametrize("name", ["main", "never-stored-anything"])
def test_a_rebuild_beside_a_running_processor_touches_nothing(tmp_path, journal, name):
    journal.put(_reports(10))
    config = config_in(tmp_path)
    sink = MemorySink()
    with only_one(replace(config, name=name).lock_file), pytest.raises(ProcessorRuns):
        rebuild(config, sink, tmp_path / "archive")
    assert sink.emptied == 0
    assert not config.rebuild_file.exists()


def test_a_processor_that_starts_while_a_rebuild_begins_sees_it(tmp_path, monkeypatch):
    config = config_in(tmp_path)

    @contextmanager
    def a_moment_later(lock_file):
        with only_one(lock_file):
            config.rebuild_file.write_text("{}")
            yield

    monkeypatch.setattr(process, "only_one", a_moment_later)
    with pytest.raises(RebuildInterrupted), opened(config, MemorySink()):
        pass


@pytest.fixture
def expiring(tmp_path, journal, other):
    """Two streams of three archived segments and a live one; all expire at the first insert."""
    for stream in (journal, other):
        for segment in range(3):
            stream.put(_reports(10, NOON + 100 * segment))
            stream.writer.seal()
        stream.put(_reports(1, NOON + 900))
    archived(tmp_path, journal, other)
    sink = MemorySink()

    def expire_all():
        sink.meanwhile = lambda: None
        expire(journal, 0, 1, 2)
        expire(other, 0, 1, 2)

    sink.meanwhile = expire_all
    return sink


def test_segments_that_expire_during_a_rebuild_come_from_the_archive_once(tmp_path, expiring):
    # Ten frames in a plan: the first segments are read in part when they go.
    rebuilt = rebuild(config_in(tmp_path, rows=10), expiring, tmp_path / "archive")
    assert len(expiring.rows) == len(set(expiring.rows)) == 62
    assert rebuilt.totals["frames"] == 62
    assert "events" not in rebuilt.totals


def test_a_build_that_looks_into_the_archive_once_is_caught(tmp_path, expiring, monkeypatch):
    looks = iter([rebuilding.only_archived, rebuilding.only_archived])
    monkeypatch.setattr(
        rebuilding, "only_archived", lambda *folders: next(looks, lambda *_: [])(*folders)
    )
    rebuild(config_in(tmp_path, rows=10), expiring, tmp_path / "archive")
    assert len(set(expiring.rows)) < 62


def test_segments_that_expire_while_the_archive_is_read_are_not_forgotten(
    tmp_path, journal, other, expiring
):
    expire(journal, 1)
    rebuild(config_in(tmp_path, rows=10), expiring, tmp_path / "archive")
    assert len(expiring.rows) == len(set(expiring.rows)) == 62


def test_a_plan_without_frames_is_not_the_end(tmp_path, journal, other):
    for stream in (journal, other):
        stream.put(_reports(10))
        stream.writer.seal()
        stream.put(EVENTS, EVENT)
        stream.writer.seal()
        stream.put(_reports(10, NOON + 100))
    one = config_in(tmp_path, name="one", streams=("gateway-1",))
    with opened(one, MemorySink()) as processor:
        processor.drain(Patience())
    sink = MemorySink()
    rebuild(config_in(tmp_path), sink, tmp_path / "archive")
    assert len(sink.rows) == 40
    ends = {stream.stream: stream.writer.end for stream in (journal, other)}
    assert states.load(config_in(tmp_path).state_file).checkpoint == ends
    assert states.load(one.state_file).checkpoint == {"gateway-1": other.writer.end}


def test_a_journal_that_cannot_be_read_ends_a_rebuild_with_its_reason(
    tmp_path, journal, monkeypatch
):
    journal.put(_reports(10))
    config, sink = config_in(tmp_path), MemorySink()

    def damaged(*_):
        raise JournalDamaged("gateway-0/0:8192")

    with monkeypatch.context() as patch:
        patch.setattr(Follower, "next_parts", damaged)
        with pytest.raises(JournalDamaged):
            rebuild(config, sink, tmp_path / "archive")
    assert config.rebuild_file.exists()
    assert rebuild(config, sink, tmp_path / "archive").totals["rows"] == 10
    assert sink.emptied == 1


def test_a_build_that_takes_a_fault_for_the_end_is_caught(tmp_path, journal, monkeypatch):
    journal.put(_reports(10))
    monkeypatch.setattr(Processor, "forward", lambda *_: 0)
    with pytest.raises(RebuildStandsStill, match="nothing comes after the beginning"):
        rebuild(config_in(tmp_path), MemorySink(), tmp_path / "archive")
    assert config_in(tmp_path).rebuild_file.exists()


def test_a_rebuild_does_not_run_after_what_the_gateways_go_on_writing(tmp_path, journal):
    journal.put(_reports(50))
    config, sink = config_in(tmp_path, rows=10), MemorySink()
    sink.meanwhile = lambda: journal.put(_reports(10, NOON + 1000))
    assert 50 <= rebuild(config, sink, tmp_path / "archive").totals["rows"] < 70
    sink.meanwhile = lambda: None
    with opened(config, sink) as processor:
        processor.drain(Patience())
    assert len(sink.rows) == len(set(sink.rows)) > 70

"""The store can be made anew from journal and archive; what it lost is found and refilled (R7)."""

import pytest
from tests.telemetry.ingest.poisoned import FAILING, ITEM
from tests.telemetry.ingest.scene import (
    EVENT,
    KEY,
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
)

from voltward.journal.files import OsFiles
from voltward.journal.keys import KeyRing
from voltward.journal.sealing import seal_segment
from voltward.telemetry.archive.run import archive_sealed
from voltward.telemetry.archive.write import ArchiveConfig
from voltward.telemetry.ingest import rebuild as rebuilding
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.rebuild import rebuild
from voltward.telemetry.ingest.reconcile import reconcile
from voltward.telemetry.ingest.sink import StoreSink
from voltward.telemetry.ingest.state import ProcessorRuns, RebuildInterrupted

FRAMES = 90


class Interrupted(BaseException):
    """A kill in the middle of a rebuild."""


def _content(client) -> list[str]:
    rows = client.query("SELECT * FROM rows ORDER BY stream, frame_position").result_rows
    events = client.query("SELECT * FROM session_events ORDER BY at, position").result_rows
    return [repr(row) for row in [*rows, *events]]


@pytest.fixture
def lived_in(tmp_path, journal, connect_store):
    """A store whose first segment has expired from the journal; one frame in quarantine."""
    config = config_in(tmp_path, rows=25)
    frames = [report(vin(n % 6), NOON + n, n) for n in range(FRAMES)]
    frames += [
        frame(vin(7), moment(NOON) + vehicle_data() + cells(1, 200, 240)),
        frame(vin(7), moment(NOON) + cells(201, 40, 240)),
        frame(vin(8), moment(NOON) + vehicle_data() + ITEM),
        frames[3],
    ]
    journal.put([b'{"event":"login","vin":"LTESTVEH0GB000001"}'], EVENT)
    journal.put(frames[:60])
    journal.writer.seal()
    journal.put(frames[60:])
    with opened(config, StoreSink(connect_store), decoder=FAILING) as processor:
        processor.drain(Patience(40))
    seal_segment(OsFiles(), str(config.journal / "gateway-0"), 0, KeyRing(), journal.at_ns)
    archive = ArchiveConfig(config.journal, tmp_path / "archive", KEY)
    assert len(archive_sealed(archive, config.folder)) == 1
    for path in (config.journal / "gateway-0").glob("000000000000.*"):
        path.unlink()
    return config


def test_a_rebuilt_store_holds_the_same_and_the_frames_of_the_mended_decoder(
    tmp_path, lived_in, connect_store
):
    before = _content(connect_store())
    connect_store().command("TRUNCATE TABLE frames_rows")
    seen = []
    sink = StoreSink(connect_store)
    rebuilt = rebuild(lived_in, sink, tmp_path / "archive", progress=lambda *at: seen.append(at))
    after = _content(connect_store())
    new = set(after) - set(before)
    assert set(before) <= set(after)
    assert len(new) == 1  # the frame that was in quarantine
    assert rebuilt.generation == 2
    assert rebuilt.archived_segments == 1
    assert rebuilt.totals["frames"] == FRAMES + 4
    assert seen[-1][0] == seen[-1][1]
    assert physical_rows(connect_store()) in (FRAMES + 3, FRAMES + 4)  # a duplicate may be merged
    with opened(lived_in, sink) as processor:
        assert processor.drain(Patience()) == 0
        assert processor.state.generation == 2


def test_an_interrupted_rebuild_goes_on_and_no_processor_starts_before(
    tmp_path, lived_in, connect_store, monkeypatch
):
    before = set(_content(connect_store()))
    sink = StoreSink(connect_store)

    def killed(*_):
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_insert_records", killed)
        with pytest.raises(Interrupted):
            rebuild(lived_in, sink, tmp_path / "archive")
    with pytest.raises(RebuildInterrupted), opened(lived_in, sink):
        pass
    rebuild(lived_in, sink, tmp_path / "archive")
    assert before <= set(_content(connect_store()))
    with opened(lived_in, sink) as processor:
        assert processor.drain(Patience()) == 0


def test_a_rebuild_waits_for_no_running_processor_but_refuses(tmp_path, lived_in, connect_store):
    sink = StoreSink(connect_store)
    with opened(lived_in, sink), pytest.raises(ProcessorRuns):
        rebuild(lived_in, sink, tmp_path / "archive")


def test_rows_that_the_store_lost_are_found_and_refilled(tmp_path, lived_in, connect_store):
    client = connect_store()
    before = set(_content(client))
    sink = StoreSink(connect_store)
    client.command("OPTIMIZE TABLE frames_rows FINAL")
    whole = reconcile(lived_in, sink, tmp_path / "archive")
    # What was in quarantine is missing to this decoder, which can take it; a vehicle's only row
    # is its newest too.
    assert (whole.rows, whole.duplicates, whole.refilled) == (FRAMES + 4, 1, 1 + 1)
    client.command(
        "ALTER TABLE frames_rows DELETE WHERE unit_hash % 3 = 0 SETTINGS mutations_sync=2"
    )
    lost = before - set(_content(client))
    assert lost
    looked = reconcile(lived_in, sink, tmp_path / "archive", refill=False)
    assert sum(part.rows for part in looked.missing) >= len(lost)
    assert {part.segment for part in looked.missing} == {0, 1}
    assert looked.refilled == 0
    refilled = reconcile(lived_in, sink, tmp_path / "archive")
    assert refilled.missing == looked.missing
    assert before <= set(_content(client))
    assert reconcile(lived_in, sink, tmp_path / "archive").missing == ()

"""Whatever part of the store is lost, the next comparison finds and refills it (R7)."""

import json

import pytest
from tests.telemetry.ingest.scene import (
    EVENT,
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
from tests.telemetry.ingest.sinks import DeadlyRows, archived, expire

from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.quarantine import set_aside
from voltward.telemetry.ingest.reconcile import reconcile
from voltward.telemetry.ingest.sink import StoreSink

TABLES = ("frames_rows", "frame_pieces", "latest_frames", "session_events")


def _content(client) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, client.query(f"SELECT * FROM {name}").result_rows))
        for name in ("rows", "latest", "session_events")
    }


def _event(number: int) -> bytes:
    return json.dumps({"event": "login", "vin": vin(number)}).encode()


@pytest.fixture
def config(tmp_path, journal, connect_store):
    """Three segments in the archive, whole and split rows, events; all of it in the store."""
    for segment in range(3):
        journal.put([_event(n) for n in range(4)], EVENT)
        journal.put([report(vin(n % 4), NOON + 100 * segment + n) for n in range(20)])
        journal.put([frame(vin(7), moment(NOON + segment) + vehicle_data() + cells(1, 200, 240))])
        journal.put([frame(vin(7), moment(NOON + segment) + cells(201, 40, 240))])
        journal.writer.seal()
    journal.put([report(vin(1), NOON + 900)])
    config = config_in(tmp_path, rows=25)
    with opened(config, StoreSink(connect_store)) as processor:
        processor.drain(Patience(40))
    archived(tmp_path, journal)
    return config


@pytest.mark.parametrize("lost", [("frame_pieces",), ("latest_frames",), TABLES])
def test_a_lost_table_is_found_and_refilled(tmp_path, config, connect_store, lost):
    client, sink = connect_store(), StoreSink(connect_store)
    before = _content(client)
    for table in lost:
        client.command(f"TRUNCATE TABLE {table}")
    looked = reconcile(config, sink, tmp_path / "archive", refill=False)
    found = reconcile(config, sink, tmp_path / "archive")
    assert (found.missing, found.latest, found.events) == (
        looked.missing,
        looked.latest,
        looked.events,
    )
    rows = 61 * ("frames_rows" in lost) + 6 * ("frame_pieces" in lost)
    assert sum(part.rows for part in found.missing) == rows
    assert found.latest == (6 if "latest_frames" in lost else 0)  # four vehicles, two pieces
    assert found.events == (12 if "session_events" in lost else 0)
    assert _content(client) == before
    again = reconcile(config, sink, tmp_path / "archive")
    assert (again.missing, again.latest, again.events, again.refilled) == ((), 0, 0, 0)


def test_a_newest_row_that_is_older_than_it_should_be_is_renewed(
    tmp_path, journal, config, connect_store
):
    client, sink = connect_store(), StoreSink(connect_store)
    before = _content(client)["latest"]
    client.command("TRUNCATE TABLE latest_frames")
    client.command(
        "INSERT INTO latest_frames (vehicle_id, collected_at, version)"
        " SELECT vehicle_id, min(collected_at), 1 FROM frames_rows GROUP BY vehicle_id"
    )
    assert _content(client)["latest"] != before
    assert reconcile(config, sink, tmp_path / "archive").latest == 6
    assert _content(client)["latest"] == before


def test_an_expired_segment_behind_a_kept_one_is_compared_too(
    tmp_path, journal, config, connect_store
):
    client, sink = connect_store(), StoreSink(connect_store)
    before = _content(client)
    expire(journal, 1)  # a legal hold keeps segment 0
    client.command("TRUNCATE TABLE frames_rows")
    found = reconcile(config, sink, tmp_path / "archive")
    assert {part.segment for part in found.missing} == {0, 1, 2, 3}
    assert _content(client) == before


def test_a_segment_that_expires_during_the_comparison_is_compared_too(
    tmp_path, journal, config, connect_store
):
    client = connect_store()
    before = _content(client)
    client.command("TRUNCATE TABLE frames_rows")

    class Expiring(StoreSink):
        def insert_rows(self, rows, token):
            expire(journal, 1, 2)
            super().insert_rows(rows, token)

    found = reconcile(config, Expiring(connect_store), tmp_path / "archive")
    assert sum(part.rows for part in found.missing) == found.rows - 6 == 61
    assert _content(client) == before


def test_rows_that_the_store_refuses_are_counted_and_all_others_refilled(
    tmp_path, journal, config, connect_store
):
    client, sink = connect_store(), StoreSink(connect_store)
    client.command("TRUNCATE TABLE frames_rows")
    client.command("TRUNCATE TABLE session_events")
    late = f"toUnixTimestamp(collected_at) != {NOON + 105}"
    client.command(f"ALTER TABLE frames_rows ADD CONSTRAINT picky CHECK {late}")
    client.command("ALTER TABLE session_events ADD CONSTRAINT picky CHECK link != 2")
    found = reconcile(config, sink, tmp_path / "archive")
    assert found.refused == 1 + 3
    assert found.refilled == 60 + 9
    assert physical_rows(client) == 60 + 6
    for table in ("frames_rows", "session_events"):
        client.command(f"ALTER TABLE {table} DROP CONSTRAINT picky")
    assert reconcile(config, sink, tmp_path / "archive").refilled == 1 + 3
    assert reconcile(config, sink, tmp_path / "archive").refilled == 0


def test_what_lies_in_quarantine_as_refused_is_not_tried_again(tmp_path, journal, connect_store):
    journal.put([report(vin(n), NOON + n, soc_pct=77 if n == 5 else 50) for n in range(8)])
    config, sink = config_in(tmp_path), DeadlyRows(connect_store)
    with opened(config, sink) as processor:
        processor.drain(Patience(40))
    with JournalReader(config.journal) as reader:
        assert len(set_aside(reader)) == 1
    connect_store().command("TRUNCATE TABLE frames_rows")
    found = reconcile(config, sink, tmp_path / "archive")
    assert (found.rows, found.refused, found.refilled) == (8, 1, 7)
    again = reconcile(config, sink, tmp_path / "archive")
    assert (again.missing, again.refused, again.latest) == ((), 1, 0)

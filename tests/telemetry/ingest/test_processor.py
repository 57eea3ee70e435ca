"""Frames of a journal come into the store once, with their place and receive time."""

import json

from tests.telemetry.ingest.scene import (
    EVENT,
    KEY,
    NOISE,
    NOON,
    Patience,
    cells,
    config_in,
    frame,
    moment,
    physical_rows,
    report,
    rows_in,
    vehicle_data,
    vin,
)

from voltward.base.vehicle_id import vehicle_id
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.sink import StoreSink
from voltward.telemetry.ingest.status import read_status


def _drained(config, connect_store, **options):
    with opened(config, StoreSink(connect_store), **options) as processor:
        processor.drain(Patience())
        return processor


def test_each_report_becomes_a_row_with_its_place_and_receive_time(
    tmp_path, journal, connect_store
):
    journal.put([report(vin(n), NOON + n, speed_raw=500 + n) for n in range(50)])
    processor = _drained(config_in(tmp_path), connect_store)
    found = connect_store().query(
        "SELECT vehicle_id, toUnixTimestamp(collected_at), round(speed_kmh * 10),"
        " toUnixTimestamp64Milli(received_at), frame_position, stream FROM rows"
        " ORDER BY collected_at"
    )
    with_places = found.result_rows
    assert [row[0] for row in with_places] == [vehicle_id(vin(n), KEY) for n in range(50)]
    assert [row[1] for row in with_places] == [NOON + n for n in range(50)]
    assert [row[2] for row in with_places] == [500 + n for n in range(50)]
    assert [row[3] for row in with_places] == [NOON * 1000 + n for n in range(50)]
    assert sorted({row[4] for row in with_places}) == [row[4] for row in with_places]
    assert processor.state.totals["rows"] == processor.state.totals["frames"] == 50


def test_records_that_give_no_row_are_counted_by_what_they_are(tmp_path, journal, connect_store):
    heartbeat = frame(vin(1), b"", command=7)
    login = frame(vin(1), moment(NOON) + b"\0\1" + b"8" * 20 + b"\0\0", command=1)
    journal.put([login, heartbeat, report(vin(1), NOON)])
    journal.put([b"\x02garbage"], NOISE)
    journal.put([json.dumps({"event": "login", "vin": vin(1)}).encode()], EVENT)
    totals = _drained(config_in(tmp_path), connect_store).state.totals
    assert totals == {
        "frames": 3,
        "rows": 1,
        "noise": 1,
        "events": 1,
        "frames_ok": 1,
        "frames_not_a_row": 2,
        "command_01": 1,
        "command_02": 1,
        "command_07": 1,
    }


def test_session_events_are_listed_without_a_vin(tmp_path, journal, connect_store):
    events = [
        {"event": "login", "vin": vin(1), "peer": "192.0.2.1:5000", "edition": 2016, "sequence": 7},
        {"event": "refused", "vin": vin(2), "peer": "192.0.2.2:5000", "reason": "unknown_vin"},
        {"event": "close", "vin": "", "peer": "192.0.2.3:1", "reason": "idle"},
    ]
    journal.put([json.dumps(event).encode() for event in events] + [b"no json"], EVENT)
    _drained(config_in(tmp_path), connect_store)
    rows = connect_store().query("SELECT * FROM session_events ORDER BY at").result_rows
    assert [row[1] for row in rows] == [
        vehicle_id(vin(1), KEY),
        vehicle_id(vin(2), KEY),
        0,
        0,
    ]
    assert [row[2] for row in rows] == ["login", "refused", "close", "unreadable"]
    assert "LTEST" not in repr(rows)


def test_a_second_processor_goes_on_where_the_first_ended(tmp_path, journal, connect_store):
    config = config_in(tmp_path, rows=7)
    journal.put([report(vin(1), NOON + n) for n in range(20)])
    _drained(config, connect_store)
    journal.put([report(vin(1), NOON + n) for n in range(20, 30)])
    assert _drained(config, connect_store).state.totals["frames"] == 30
    assert physical_rows(connect_store()) == 30


def test_several_streams_share_every_plan(tmp_path, journal, connect_store):
    from tests.telemetry.ingest.scene import Journal

    other = Journal(tmp_path / "journal", "gateway-1")
    journal.put([report(vin(1), NOON + n) for n in range(40)])
    other.put([report(vin(2), NOON + n) for n in range(40)])
    other.close()
    with opened(config_in(tmp_path, rows=20), StoreSink(connect_store)) as processor:
        processor.step(Patience())
        assert set(processor.state.checkpoint) == {"gateway-0", "gateway-1"}
        processor.drain(Patience())
    counts = connect_store().query("SELECT stream, count() FROM rows GROUP BY stream").result_rows
    assert sorted(map(tuple, counts)) == [(0, 40), (1, 40)]


def test_a_processor_takes_only_the_streams_it_was_given(tmp_path, journal, connect_store):
    from tests.telemetry.ingest.scene import Journal

    Journal(tmp_path / "journal", "gateway-1").put([report(vin(2), NOON)])
    journal.put([report(vin(1), NOON)])
    one = _drained(config_in(tmp_path, name="one", streams=("gateway-1",)), connect_store)
    assert list(one.state.checkpoint) == ["gateway-1"]
    _drained(config_in(tmp_path, name="two", streams=("gateway-0",)), connect_store)
    assert physical_rows(connect_store()) == 2


def test_cells_split_over_two_plans_become_one_row(tmp_path, journal, connect_store):
    journal.put([frame(vin(1), moment(NOON) + vehicle_data() + cells(1, 200, 300))])
    config = config_in(tmp_path)
    _drained(config, connect_store)
    journal.put([frame(vin(1), moment(NOON) + cells(201, 100, 300, start_mv=3900))])
    _drained(config, connect_store)
    ((mv, pieces),) = connect_store().query("SELECT cell_voltages_mv, pieces FROM rows").result_rows
    assert list(mv) == [3700 + k for k in range(200)] + [3900 + k for k in range(100)]
    assert pieces == 2


def test_the_latest_row_can_be_asked_for_as_soon_as_a_step_is_done(
    tmp_path, journal, connect_store
):
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        for second in range(3):
            journal.put([report(vin(1), NOON + second, speed_raw=100 * second)])
            processor.step(Patience())
            ((speed,),) = connect_store().query("SELECT round(speed_kmh) FROM latest").result_rows
            assert speed == 10 * second


def test_taps_see_every_batch_in_order_and_stop_nothing_when_they_fail(
    tmp_path, journal, connect_store
):
    seen: list[int] = []

    def tap(piece):
        seen.extend(piece.batch.positions.tolist())
        raise RuntimeError("a detector with a fault")

    journal.put([report(vin(1), NOON + n) for n in range(30)])
    config = config_in(tmp_path, rows=10)
    processor = _drained(config, connect_store, taps=[tap])
    assert len(seen) == 30
    assert seen == sorted(seen)
    assert physical_rows(connect_store()) == 30
    assert processor.board.problems[-1].kind == "tap"


def test_the_status_file_tells_totals_place_and_problems(tmp_path, journal, connect_store):
    config = config_in(tmp_path, status_file=tmp_path / "run" / "processor-main.json")
    journal.put([report(vin(1), NOON + n) for n in range(5)])
    with opened(config, StoreSink(connect_store)) as processor:
        processor.report()
        before = read_status(config.status_file)
        assert before.lag_frames > 0
        assert before.lag_s > 0
        processor.board._written_s = float("-inf")
        processor.drain(Patience())
        status = read_status(config.status_file)
    assert status.totals["rows"] == 5
    assert status.lag_frames == 0
    assert status.positions == {"gateway-0": str(journal.writer.end)}
    assert status.store_well
    assert rows_in(connect_store())

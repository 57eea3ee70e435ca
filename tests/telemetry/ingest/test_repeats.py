"""What comes again is counted, and who sends much of it again is named (R18)."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.telemetry.ingest.scene import KEY, NOON, Patience, config_in, report, vin

from voltward.base.vehicle_id import vehicle_id
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.repeats import MANY, Repeats
from voltward.telemetry.ingest.sink import StoreSink

HOUR_MS = 3_600_000


def _rows(keys, received_ms=NOON * 1000):
    vehicle, collected, unit = zip(*keys, strict=True) if keys else ((), (), ())
    return pa.table(
        {
            "vehicle_id": pa.array(vehicle, pa.uint64()),
            "collected_at": pa.array(collected, pa.int64()),
            "unit_hash": pa.array(unit, pa.uint64()),
            "received_at": pa.array([received_ms] * len(keys), pa.int64()),
        }
    )


def _never(rows):
    raise AssertionError("nothing is late")


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 60), max_size=40), max_size=6),
    st.sampled_from([64, 128]),
)
def test_memory_knows_exactly_what_came_lately(batches, capacity):
    repeats = Repeats(capacity)
    seen: set[int] = set()
    for batch in batches:
        rows = _rows([(number, NOON, number * 7) for number in batch])
        expected = 0
        for number in batch:
            expected += number in seen
            seen.add(number)
        assert repeats.look(rows, _never).rows == expected


def test_memory_is_bounded_and_forgets_the_oldest_first():
    repeats = Repeats(16)
    keys = [(1, NOON, number) for number in range(100)]
    assert repeats.look(_rows(keys), _never).rows == 0
    assert repeats.look(_rows(keys[-16:]), _never).rows == 16
    assert repeats.look(_rows(keys[:16]), _never).rows == 0


def test_a_vehicle_that_repeats_much_is_named_once_an_hour():
    repeats = Repeats(1024)
    keys = [(5, NOON + n, n) for n in range(3 * MANY)]
    assert repeats.look(_rows(keys), _never).named.size == 0
    assert repeats.look(_rows(keys), _never).named.tolist() == [MANY - 1]
    assert repeats.look(_rows(keys), _never).named.size == 0
    later = _rows(keys, NOON * 1000 + HOUR_MS)
    assert repeats.look(later, lambda rows: np.ones(rows.num_rows, np.bool_)).named.size == 1


def test_few_late_frames_of_each_vehicle_are_looked_up():
    asked = []

    def known(rows):
        asked.extend(rows["vehicle_id"].to_pylist())
        return np.ones(rows.num_rows, np.bool_)

    keys = [(n % 3, NOON - 7200, n) for n in range(30)]
    assert Repeats().look(_rows(keys), known).rows == 6
    assert sorted(asked) == [0, 0, 1, 1, 2, 2]


def test_a_replayed_day_is_counted_and_told_also_after_a_restart(tmp_path, journal, connect_store):
    config = config_in(tmp_path, rows=20)
    journal.at_ns += 7200 * 1_000_000_000  # the day is recorded late, as reissues are
    day = [report(vin(n % 2), NOON + n, command=3) for n in range(120)]
    journal.put(day)
    with opened(config, StoreSink(connect_store)) as processor:
        processor.drain(Patience(40))
        assert "repeated" not in processor.state.totals
    journal.put(day)
    with opened(config, StoreSink(connect_store)) as processor:
        processor.drain(Patience(40))
        assert processor.state.totals["repeated"] == 24  # two of each vehicle in each plan
    events = connect_store().query("SELECT vehicle_id, event FROM session_events").result_rows
    assert {tuple(event) for event in events} == {
        (vehicle_id(vin(n), KEY), "replay") for n in range(2)
    }
    assert connect_store().command("SELECT count() FROM rows") == 120


def test_frames_that_wait_for_the_store_are_no_repeats(tmp_path, journal, connect_store):
    def away():
        raise FileNotFoundError("run/store.port")

    journal.at_ns += 7200 * 1_000_000_000
    journal.put([report(vin(n), NOON + n, command=3) for n in range(50)])
    sink = StoreSink(away)
    with opened(config_in(tmp_path), sink) as processor:
        assert processor.drain(Patience(3)) == 0
        sink._connect = connect_store
        assert processor.drain(Patience()) == 50
        assert "repeated" not in processor.state.totals

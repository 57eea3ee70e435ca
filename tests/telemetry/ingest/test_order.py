"""Order of arrival, repetition and wrong clocks change nothing stored (R18, R20, R21)."""

import struct

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.telemetry.ingest.scene import (
    KEY,
    NOON,
    Journal,
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

from voltward.base.vehicle_id import vehicle_id
from voltward.telemetry import writer
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.sink import StoreSink

# What a vehicle said; not how and when it came to us.
SAID = (
    "toUnixTimestamp(collected_at), unit_hash, time_state, verdict, speed_kmh, soc_pct,"
    " cell_voltages_mv, pack_number, pack_cell_count, pieces"
)

# One vehicle's day in miniature: units as (seconds, content).
UNITS = {
    "plain": moment(NOON) + vehicle_data(100),
    "other content of that time": moment(NOON) + vehicle_data(101),
    "later": moment(NOON + 10) + vehicle_data(200),
    "first cells": moment(NOON + 20) + vehicle_data(300) + cells(1, 3, 8),
    "middle cells": moment(NOON + 20) + cells(4, 3, 8, 3800),
    "last cells": moment(NOON + 20) + cells(7, 2, 8, 3900),
    "month 13": b"\x1a\x0d\x01\x00\x00\x00" + vehicle_data(400),
}


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Every unit at least once, some again, as 02 or as reissue 03, in any order."""
    again = draw(st.lists(st.sampled_from(sorted(UNITS)), max_size=5))
    units = draw(st.permutations(sorted(UNITS) + again))
    return [(unit, draw(st.sampled_from([2, 3]))) for unit in units]


def _said(client) -> dict[int, list[str]]:
    """By vehicle number."""
    found: dict[int, list[str]] = {}
    for number, *row in client.query(f"SELECT vehicle_id, {SAID} FROM rows").result_rows:
        found.setdefault(number, []).append(repr(row))
    return {number: sorted(rows) for number, rows in found.items()}


def _stored(folder, connect_store, orders: list[list[tuple[str, int]]], rows: int) -> list:
    """What the store holds of each order; each has a vehicle, the streams and plans mix them."""
    streams = [Journal(folder / "journal", f"gateway-{n}") for n in (0, 1)]
    sent: list[list[bytes]] = [[], []]
    for step in range(max(map(len, orders))):
        for car, order in enumerate(orders):
            if step < len(order):
                unit, command = order[step]
                sent[(step + car) % 2].append(frame(vin(car), UNITS[unit], command))
    for stream, frames in zip(streams, sent, strict=True):
        stream.put(frames)
        stream.close()
    with opened(config_in(folder, rows=rows), StoreSink(connect_store)) as processor:
        processor.drain(Patience())
    said = _said(connect_store())
    return [said[vehicle_id(vin(car), KEY)] for car in range(len(orders))]


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],  # a failure of many vehicles shrinks for ever
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.large_base_example,  # hundreds of arrivals are what a long run is for
            HealthCheck.data_too_large,
        ],
    )


def _same_whatever_the_order(folder, store, orders, rows) -> None:
    database = f"order_{folder.name}_{folder.parent.name}".replace("-", "_")
    in_order = [(unit, 2) for unit in UNITS]
    first, *others = _stored(folder, lambda: store.client(database), [in_order, *orders], rows)
    assert len(first) == 5  # the three pieces of the cells are one row
    assert others == [first] * len(orders)
    store.client(database).command(f"DROP DATABASE {database}")


# Each vehicle of an example is a case of its own.
@_settings(2)
@given(st.lists(arrivals(), min_size=20, max_size=40), st.integers(15, 120))
def test_any_order_and_repetition_gives_the_same_store(tmp_path_factory, store, orders, rows):
    _same_whatever_the_order(tmp_path_factory.mktemp("order"), store, orders, rows)


@pytest.mark.t2
@_settings(25)
@given(st.lists(arrivals(), min_size=300, max_size=400), st.integers(100, 2000))
def test_ten_thousand_orders_give_the_same_store(tmp_path_factory, store, orders, rows):
    _same_whatever_the_order(tmp_path_factory.mktemp("order"), store, orders, rows)


def test_a_build_in_which_the_last_writer_wins_is_caught(tmp_path, connect_store, monkeypatch):
    """Rows of one time overwrite one another when the unit's hash is no part of the key."""
    whole = writer.insert

    def last_wins(client, table, token):
        import pyarrow as pa

        place = table.schema.get_field_index("unit_hash")
        zeros = pa.array([0] * table.num_rows, pa.uint64())
        return whole(client, table.set_column(place, "unit_hash", zeros), token)

    monkeypatch.setattr(writer, "insert", last_wins)
    forwards = [(unit, 2) for unit in UNITS]
    one, other = _stored(tmp_path, connect_store, [forwards, forwards[::-1]], 5)
    assert one != other


def test_a_days_traffic_replayed_gives_no_new_row(tmp_path, journal, connect_store):
    day = [report(vin(n % 10), NOON + n, n) for n in range(300)]
    config = config_in(tmp_path, rows=50)
    journal.put(day)
    with opened(config, StoreSink(connect_store)) as processor:
        processor.drain(Patience())
    before = connect_store().query("SELECT * FROM rows ORDER BY frame_position").result_rows
    journal.put(day)
    with opened(config, StoreSink(connect_store)) as processor:  # after a restart
        processor.drain(Patience())
        assert processor.state.totals["frames"] == 600
    again = connect_store().query("SELECT * FROM rows ORDER BY frame_position").result_rows
    assert [repr(row) for row in again] == [repr(row) for row in before]


def test_a_wrong_clock_loses_no_frame_and_keeps_the_receive_time(tmp_path, journal, connect_store):
    year_s = 365 * 86_400
    shifts_s = [-10 * year_s, -86_400, -8 * 3600, -1, 0, 1, 8 * 3600, 10 * year_s]
    journal.put([report(vin(1), NOON + shift_s) for shift_s in shifts_s])
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        processor.drain(Patience())
    rows = (
        connect_store()
        .query(
            "SELECT toUnixTimestamp(collected_at), toUnixTimestamp64Milli(received_at), time_state"
            " FROM rows ORDER BY frame_position"
        )
        .result_rows
    )
    assert [tuple(row) for row in rows] == [
        (NOON + shift_s, NOON * 1000 + n, 0) for n, shift_s in enumerate(shifts_s)
    ]


def test_moments_that_do_not_exist_are_kept_and_flagged(tmp_path, journal, connect_store):
    moments = [
        (26, 13, 1, 0, 0, 0),
        (26, 2, 30, 0, 0, 0),
        (26, 3, 15, 24, 0, 0),
        (26, 3, 15, 12, 0, 60),
        (100, 1, 1, 0, 0, 0),
        (0xFF,) * 6,
    ]
    journal.put(
        [frame(vin(1), struct.pack("6B", *at) + vehicle_data(n)) for n, at in enumerate(moments)]
    )
    with opened(config_in(tmp_path), StoreSink(connect_store)) as processor:
        processor.drain(Patience())
    rows = (
        connect_store()
        .query(
            "SELECT toUnixTimestamp(collected_at), time_state, toUnixTimestamp64Milli(received_at)"
            " FROM rows ORDER BY frame_position"
        )
        .result_rows
    )
    assert [tuple(row) for row in rows] == [(0, 1, NOON * 1000 + n) for n in range(len(moments))]
    assert physical_rows(connect_store()) == len(moments)

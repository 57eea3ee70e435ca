"""Marks of change, what each vehicle did last, refusals of the gateway, extremes found in lists."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from tests.telemetry.conftest import NOON

from voltward.telemetry.client import Client
from voltward.telemetry.ingest import session_events
from voltward.telemetry.ingest.batch import EventRecord
from voltward.telemetry.queries.history import history
from voltward.telemetry.queries.latest import latest_states
from voltward.telemetry.queries.marks import latest_marks
from voltward.telemetry.queries.presence import presence
from voltward.telemetry.queries.refusals import gateway_refusals
from voltward.telemetry.writer import insert

Rows = Callable[..., pa.Table]
START = datetime.fromtimestamp(NOON, UTC)


def test_a_mark_differs_exactly_when_the_newest_state_does(client: Client, rows: Rows) -> None:
    insert(client, rows({"vehicle": 1}, {"vehicle": 2}), "a")
    before = latest_marks(client, (1, 2, 3))
    assert set(before) == {1, 2}  # 3 never sent
    insert(client, rows({"vehicle": 1, "at": NOON + 10}), "b")
    insert(client, rows({"vehicle": 2, "at": NOON - 10}), "c")  # older: nothing new
    after = latest_marks(client, (1, 2))
    assert after[1] != before[1]
    assert after[2] == before[2]


def test_a_further_piece_of_the_newest_time_changes_the_mark(client: Client, rows: Rows) -> None:
    half = {"cells": [3700, 3701], "total": 4}
    insert(client, rows({**half, "first": 1, "hash": 1}), "a")
    before = latest_marks(client, (1,))
    insert(client, rows({**half, "first": 3, "hash": 2, "position": (3 << 34) + 9000}), "b")
    assert latest_marks(client, (1,)) != before
    (state,) = latest_states(client, (1,), ("cell_voltages_mv",))
    assert state.values["cell_voltages_mv"] == [3700, 3701, 3700, 3701]


def test_presence_says_what_each_vehicle_did_last(client: Client, rows: Rows) -> None:
    insert(
        client,
        rows(
            {"vehicle": 1, "at": NOON, "alarm": 3},
            {"vehicle": 1, "at": NOON + 10, "alarm": 2, "received": NOON + 12},
            {"vehicle": 2, "charging": 1, "speed": 0.0, "state": 2},
            {"vehicle": 3, "charging": 255, "state": 255, "alarm": 255},
            {"vehicle": 4, "charging": 254, "alarm": 254, "speed": 0.0},
        ),
        "a",
    )
    found = presence(client)
    by_vehicle = {
        int(found.vehicle_id[i]): (
            int(found.received_ms[i]), bool(found.charging[i]), bool(found.driving[i]),
            int(found.alarm_level[i]),
        )
        for i in range(len(found))
    }  # fmt: skip
    assert by_vehicle == {
        1: ((NOON + 12) * 1000, False, True, 2),
        2: ((NOON + 1) * 1000, True, False, 0),
        3: ((NOON + 1) * 1000, False, False, 0),
        4: ((NOON + 1) * 1000, False, False, 0),
    }
    assert found.only(found.charging).vehicle_id.tolist() == [2]
    assert len(found.only(found.alarm_level > 9)) == 0


def test_refusals_are_counted_by_vehicle_and_reason(client: Client) -> None:
    session_events.create(client)
    said = [
        '{"event": "refused", "reason": "unknown_vin", "vin": "LTESTVEH0GB000001", "peer": "a:1"}',
        '{"event": "refused", "reason": "unknown_vin", "vin": "LTESTVEH0GB000001", "peer": "a:2"}',
        '{"event": "refused", "reason": "structure", "vin": "LTESTVEH0GB000001"}',
        '{"event": "login", "vin": "LTESTVEH0GB000001"}',
        '{"event": "close", "reason": "idle", "vin": "LTESTVEH0GB000001"}',
        '{"event": "close", "reason": "login_deadline"}',
        "no JSON at all",
    ]
    records = [
        EventRecord("gateway-0", number, (NOON + number) * 10**9, 1, text.encode())
        for number, text in enumerate(said)
    ]
    table = session_events.table_of(records, b"k" * 32)
    for _ in range(2):  # the same events again change nothing
        client.insert_arrow(session_events.TABLE, table)
    found = gateway_refusals(client, START)
    assert [(one.event, one.reason, one.count) for one in found] == [
        ("unreadable", "", 1), ("close", "login_deadline", 1), ("refused", "structure", 1),
        ("refused", "unknown_vin", 2),
    ]  # fmt: skip
    assert found[3].peer == "a:2"
    assert found[3].at == START + timedelta(seconds=1)
    assert found[1].vehicle_id == 0
    assert [one.event for one in gateway_refusals(client, START, 1)] == ["unreadable"]
    assert gateway_refusals(client, START + timedelta(seconds=10)) == []


@pytest.mark.parametrize(
    ("cells", "highest", "lowest"),
    [([3700, 3650, 3712], 3.712, 3.65), ([3700, 65_535, 65_534], 3.7, 3.7), ([65_535], None, None),
     ([], None, None)],
)  # fmt: skip
def test_extremes_of_the_cells_leave_out_what_was_not_measured(
    client: Client, rows: Rows, cells: list[int], highest: float | None, lowest: float | None
) -> None:
    insert(client, rows({"cells": cells}), "a")
    found = history(
        client, 1, START, START + timedelta(hours=1), ("cell_highest_v", "cell_lowest_v")
    )
    values = [found.series[name].values[0] for name in ("cell_highest_v", "cell_lowest_v")]
    assert [None if value != value else value for value in values] == [highest, lowest]

"""From frames to what the kernels read: which items are there, what is invalid, logins apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from tests.gateway.car import Car
from tests.monitoring import car

from voltward.base.vehicle_id import vehicle_id
from voltward.columns.batch import FrameBatch
from voltward.frames.grammar import Edition
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.vehicles import VehicleIds
from voltward.uplink.quality.rows import ITEMS, NO_TIME, Reports, Sessions, reports_of, sessions_of

VIN = "LVVDB11B0RE000001"
KEY = b"k" * 32
NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
EIGHT = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)  # tests.gateway.car.TIME


def read(*frames: bytes) -> tuple[Reports, Sessions]:
    size = len(frames)
    batch = Batch(
        (), FrameBatch.of(list(frames)), np.full(size, int(NOON.timestamp() * 1e9), np.int64),
        np.arange(size, dtype=np.uint64), np.zeros(size, np.int32), ("gateway-0",), (), {},
    )  # fmt: skip
    decoded = Decoder(KEY).whole(batch, np.arange(size))
    return reports_of(decoded), sessions_of(batch, VehicleIds(KEY))


def items(found: Reports, row: int = 0) -> set[str]:
    bits = int(found.values["items"][row])
    return {name for bit, name in enumerate(ITEMS) if bits >> bit & 1}


def test_the_items_of_a_report_are_known_in_both_editions() -> None:
    expected = {"vehicle", "position", "alarm", "cells", "probes"}
    assert items(read(car.report(VIN, NOON))[0]) == expected | {"extremes"}
    assert items(read(car.report(VIN, NOON, edition=Edition.Y2025))[0]) == expected
    small = car.report(VIN, NOON, cells=(), probes=(), extremes=False)
    both, _ = read(small, car.report(VIN, NOON + timedelta(seconds=10)))
    assert items(both, 0) == expected - {"cells", "probes"}
    assert items(both, 1) == expected | {"extremes"}


def test_invalid_and_out_of_range_values_are_told_apart() -> None:
    found, _ = read(
        car.report(VIN, NOON), car.report(VIN, NOON, speed_kmh=None, soc_pct=None),
        car.report(VIN, NOON, odometer_km=None), car.report(VIN, NOON, soc_pct=101),
    )  # fmt: skip
    assert found.values["invalid"].tolist() == [0, 2, 0, 0]
    assert found.values["odometer_invalid"].tolist() == [False, False, True, False]
    assert found.values["out_of_range"].tolist() == [0, 0, 0, 1]


def test_cells_and_probes_are_counted_as_the_frame_counts_them() -> None:
    found, _ = read(car.report(VIN, NOON, cells=(3.7, None, 3.8), probes=(25, None)))
    values = found.values
    assert (values["cells_told"][0], values["probes_told"][0]) == (3, 2)
    assert values["is_whole"][0]
    assert not values["is_continued"][0]


def test_logins_and_logouts_come_with_vehicle_time_and_sequence() -> None:
    it = Car(VIN)
    found, sessions = read(
        it.login(258), car.report(VIN, NOON), it.logout(258), it.says(0x01, flag=1)
    )
    assert len(found) == 1
    assert sessions.command.tolist() == [1, 4]
    assert sessions.sequence.tolist() == [258, 258]
    assert sessions.time_s.tolist() == [int(EIGHT.timestamp())] * 2
    assert set(sessions.vehicles.tolist()) == {vehicle_id(VIN, KEY)}


def test_a_login_of_no_possible_moment_has_no_time() -> None:
    it = Car(VIN)
    thirtieth = bytes((26, 2, 30, 0, 0, 0)) + b"\x00\x01"
    last = bytes((28, 2, 29, 23, 59, 59)) + b"\x00\x01"
    _, sessions = read(it.says(0x04, thirtieth), it.says(0x04, last))
    expected = datetime(2028, 2, 29, 15, 59, 59, tzinfo=UTC).timestamp()
    assert sessions.time_s.tolist() == [NO_TIME, int(expected)]

"""Rows read back from the store are the rows that the engine saw when they came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from tests.monitoring import car

from voltward.base.errors import BadInput
from voltward.base.vehicle_id import vehicle_id
from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.findings.history import rows_of_history
from voltward.findings.rows import NAMES, values_of
from voltward.frames.grammar import Edition
from voltward.telemetry.client import Client
from voltward.telemetry.schema import migrate
from voltward.telemetry.store.process import StoreProcess

VIN = "LVVDB11B0RE000001"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("history-store")
    with StoreProcess(folder / "store", memory_mb=1500) as process:
        found = process.client("history")
        migrate(found)
        yield found
        found.close()


def frames(edition: Edition) -> list[bytes]:
    """What is odd in a row: codes, no cells, cells of zero, a car that is not moving."""
    at = [car.NOON + timedelta(seconds=10 * number) for number in range(5)]
    return [
        car.report(VIN, at[0], edition=edition),
        car.report(VIN, at[1], edition=edition, cells=(3.7, None, 0.0, 3.9)),
        car.report(VIN, at[2], edition=edition, level=3, flags=1 << 11, soc_pct=None),
        car.report(VIN, at[3], edition=edition, level=None, probes=(25, None, 109)),
        car.report(VIN, at[4], edition=edition, speed_kmh=None, charging="parked_charging"),
    ]


@pytest.mark.parametrize("edition", list(Edition))
def test_stored_rows_give_the_arrays_that_decoding_gave(client: Client, edition: Edition) -> None:
    sent = frames(edition)
    client.command("TRUNCATE TABLE frames_rows")
    car.store(client, *reversed(sent))
    number = vehicle_id(VIN, car.KEY)
    found = list(rows_of_history(client, [7, number], car.NOON, car.NOON + timedelta(days=2)))
    (incoming,) = found
    assert incoming.time_s.tolist() == [
        int(car.NOON.timestamp()) + 10 * number for number in range(5)
    ]
    assert set(incoming.vehicles.tolist()) == {number & (2**64 - 1)}
    assert (incoming.received_ms > 1_600_000_000_000).all()
    live = values_of(decode(FrameBatch.of(sent)))
    assert set(incoming.values) == set(NAMES) == set(live)
    for name in NAMES:
        np.testing.assert_array_equal(incoming.values[name], live[name], name)


def test_a_span_is_read_day_by_day_up_to_its_end(client: Client) -> None:
    client.command("TRUNCATE TABLE frames_rows")
    days = [car.NOON + timedelta(days=number) for number in range(4)]
    car.store(client, *(car.report(VIN, at) for at in days))
    number = vehicle_id(VIN, car.KEY)
    found = list(rows_of_history(client, [number], days[0], days[3]))
    assert [len(one) for one in found] == [1, 1, 1]
    with pytest.raises(BadInput):
        list(rows_of_history(client, [number], days[1], days[1]))

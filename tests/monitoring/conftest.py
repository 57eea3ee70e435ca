"""A store process for the room, a database for each test, and ports that tests can pull out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import OperationalError
from tests.monitoring import car

from voltward.monitoring import fleet_map, screens
from voltward.monitoring import ports as port_room
from voltward.monitoring.board import BOARD, BRIEF
from voltward.monitoring.ports import Ports, hand_in
from voltward.monitoring.presence import KEPT
from voltward.monitoring.store import OUTAGE
from voltward.telemetry.client import Client as StoreClient
from voltward.telemetry.ingest import session_events
from voltward.telemetry.ingest.batch import EventRecord
from voltward.telemetry.ingest.status import Status
from voltward.telemetry.raw import RawFrame
from voltward.telemetry.schema import migrate
from voltward.telemetry.schema.tables import LATEST, ROWS
from voltward.telemetry.store.process import StoreProcess
from voltward.watchdog.availability import Day
from voltward.watchdog.status import Status as WatchdogStatus

_numbers = itertools.count()


@dataclass(frozen=True)
class Session:
    """A link as the gateway lists it."""

    vin: str
    last_frame: datetime
    kind: str = "vehicle"
    peer: str = "192.0.2.1"
    edition: int = 2016
    since: datetime = datetime(2026, 3, 15, tzinfo=UTC)
    frames: int = 1


@dataclass
class Surroundings:
    """What the vehicle side says; ``is_away``: the store process is not there."""

    client: StoreClient
    is_away: bool = False
    asked: int = 0
    sessions: list[Session] = field(default_factory=list)
    status: Status | None = None
    frames: list[RawFrame] = field(default_factory=list)
    frames_fault: Exception | None = None
    fires: int = 0
    written: set[str] = field(default_factory=set)
    watchdog: WatchdogStatus | None = None
    availability: dict[date, Day] = field(default_factory=dict)

    def ports(self) -> Ports:
        return Ports(
            client=self._client,
            online=lambda: self.sessions,  # type: ignore[return-value, arg-type]
            status=lambda: self.status,
            frames=self._frames,
            frame_at=self._frame_at,
            fire_again=self._fire,
            fire_vin="LVVDB11B0RE000001",
            watchdog=lambda: self.watchdog,
            availability=lambda year, month: {
                day: found
                for day, found in self.availability.items()
                if (day.year, day.month) == (year, month)
            },
        )

    def put(self, *frames: bytes) -> None:
        car.store(self.client, *frames)
        self.written |= {ROWS, LATEST}
        self.forget()

    def put_events(self, *events: dict[str, Any]) -> None:
        """Session events as the gateway writes them, just now."""
        now_ns = int(datetime.now(UTC).timestamp() * 1e9)
        records = [
            EventRecord("gateway-0", next(_numbers), now_ns, 1, json.dumps(event).encode())
            for event in events
        ]
        table = session_events.table_of(records, car.KEY)
        self.client.insert_arrow(session_events.TABLE, table)
        self.written.add(session_events.TABLE)

    def forget(self) -> None:
        """As a second later."""
        BOARD.forget()
        BRIEF.forget()
        KEPT.forget()
        OUTAGE.ended()
        fleet_map.forget()
        screens.forget()

    def _client(self) -> StoreClient:
        self.asked += 1
        if self.is_away:
            raise OperationalError("connection refused")
        return self.client

    def _frames(self, vin: str, start: datetime, end: datetime, limit: int) -> list[RawFrame]:
        if self.frames_fault:
            raise self.frames_fault
        found = [
            one
            for one in self.frames
            if one.frame[4:21] == vin.encode() and start <= one.received_at < end
        ]
        return found[-limit:]

    def _frame_at(self, position: str) -> RawFrame | None:
        if self.frames_fault:
            raise self.frames_fault
        return next((one for one in self.frames if str(one.position) == position), None)

    def _fire(self) -> None:
        self.fires += 1


@pytest.fixture(scope="session")
def store_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreProcess]:
    folder: Path = tmp_path_factory.mktemp("monitoring-store")
    with StoreProcess(folder / "store", memory_mb=1500) as process:
        yield process


@pytest.fixture(scope="session")
def store_client(store_process: StoreProcess) -> Iterator[StoreClient]:
    client = store_process.client("monitoring")
    migrate(client)
    session_events.create(client)
    yield client
    client.close()


@pytest.fixture
def around(store_client: StoreClient) -> Iterator[Surroundings]:
    """The vehicle side of the pages, with a real store that is empty."""
    before = list(port_room._handed_in)
    made = Surroundings(store_client)
    made.forget()
    hand_in(made.ports())
    yield made
    port_room._handed_in[:] = before
    made.forget()
    for table in made.written:
        store_client.command(f"TRUNCATE TABLE {table}")


@pytest.fixture
def status() -> Callable[..., Status]:
    """What a processor says of itself."""

    def make(**more: Any) -> Status:
        values: dict[str, Any] = {
            "name": "main", "process": 1, "started_ns": 0,
            "updated_ns": int(datetime.now(UTC).timestamp() * 1e9), "store_well": True,
            "frames_per_s": 12.5, "rows_per_s": 12.0, "lag_frames": 3, "lag_s": 0.2,
            "positions": {}, "totals": {}, "problems": (),
        }  # fmt: skip
        return Status(**{**values, **more})

    return make

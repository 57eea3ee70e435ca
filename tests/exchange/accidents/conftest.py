"""A vehicle that had an accident: its rows in a real store, its raw frames, files on a disk of the test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Surroundings, around, status, store_client, store_process

from voltward.exchange.models import AccidentPackage
from voltward.fleet.models import Vehicle
from voltward.journal.position import Position
from voltward.monitoring.ports import hand_in
from voltward.records.attachments import storage
from voltward.records.attachments.storage import DiskStorage
from voltward.telemetry.queries.frames import frame_list
from voltward.telemetry.raw import RawFrame

__all__ = ["around", "status", "store_client", "store_process"]
MOMENT, WHOLE = NOON, range(-30, 31)


@dataclass
class Kept:
    """What gateway and store kept. ``fault``: why raw frames cannot be read."""

    around: Surroundings
    frames: dict[tuple[int, int], RawFrame] = field(default_factory=dict)
    fault: Exception | None = None

    def sent(self, vehicle: Vehicle, seconds: Iterable[int], **more: Any) -> None:
        """A frame for each second, counted from the moment; what is before it as reissue."""
        frames = {}
        for second in seconds:
            key = MOMENT + timedelta(seconds=second), 3 if second < 0 else 2
            frames[key] = report(vehicle.vin, key[0], command=key[1], **more)
        self.around.put(*frames.values())
        hour = timedelta(hours=1)
        for row in frame_list(
            self.around.client, vehicle.vehicle_id, MOMENT - hour, MOMENT + hour, 1000
        ):
            key, place = (row.collected_at, row.command), (row.stream, row.position)
            if key in frames and place not in self.frames:
                at = Position.of_number("gateway-0", row.position)
                self.frames[place] = RawFrame(at, key[0], frames[key])

    def of_row(self, stream: int, position: int) -> RawFrame | None:
        if self.fault:
            raise self.fault
        return self.frames.get((stream, position))


@pytest.fixture
def kept(around: Surroundings) -> Iterator[Kept]:
    made = Kept(around)
    hand_in(replace(around.ports(), frame_of_row=made.of_row))
    yield made
    hand_in(around.ports())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[DiskStorage]:
    before, made = storage._source[0], DiskStorage(tmp_path / "attachments")
    storage.hand_in_storage(lambda: made)
    yield made
    storage.hand_in_storage(before)


def ago(package: AccidentPackage, **spans: timedelta) -> None:
    """``asked_at=timedelta(hours=1)``: as if that had been so long ago."""
    now = datetime.now(UTC)
    values = {name: now - span for name, span in spans.items()}
    AccidentPackage.objects.filter(pk=package.pk).update(**values)
    package.refresh_from_db()

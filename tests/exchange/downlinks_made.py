"""Commands to vehicles as the tests make them, and an office between them and the gateways."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.downlink_stream import DownlinkExchange
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.services.downlink import downlink_ask
from voltward.fleet.models import Vehicle
from voltward.gateway.answers import beijing_time
from voltward.gateway.downlink import Wanted, read_wanted, stamped
from voltward.journal.writer import JournalWriter
from voltward.monitoring.models import Alarm
from voltward.records.approvals import approval_accept
from voltward.records.models import Person

STREAM = "downlink-0"


def alarm_of(vehicle: Vehicle, **facts: Any) -> Alarm:
    now = timezone.now()
    return Alarm.objects.create(
        maker=vehicle.maker, vehicle=vehicle, rule="insulation.low", level=3, opened_at=now,
        received_at=now, last_at=now, **facts,
    )  # fmt: skip


def over(alarm: Alarm, by: Person) -> Alarm:
    """The same alarm, closed."""
    alarm.state, alarm.verdict, alarm.closed_at, alarm.closed_by = (
        "closed",
        "false",
        timezone.now(),
        by,
    )
    alarm.save()
    return alarm


def asked(actor: Person, vehicle: Vehicle, **more: Any) -> DownlinkCommand:
    facts: dict[str, Any] = {
        "kind": "query",
        "edition": 2016,
        "body": {"ids": [2, 9]},
        "reason": "现场核对",
    }
    return downlink_ask(actor, vin=vehicle.vin, **{**facts, **more})


def agreed(actor: Person, second: Person, vehicle: Vehicle, **more: Any) -> DownlinkCommand:
    row = asked(actor, vehicle, **more)
    assert row.approval is not None
    approval_accept(second, approval_id=row.approval.pk)
    row.refresh_from_db()
    return row


class Office:
    """The exchange over a journal that the test writes, as a gateway would."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=folder)
        self.writer = JournalWriter(places.journal_folder(self.settings), STREAM)
        self.exchange = DownlinkExchange(self.settings)

    def wanted(self) -> tuple[Wanted, ...]:
        """What the gateways read now."""
        self.exchange.step()
        path = places.downlink_file(self.settings)
        return read_wanted(path, places.downlink_key(self.settings))

    def told(self, what: str, at: datetime | None = None, **facts: Any) -> None:
        data = json.dumps({"event": what, **facts}).encode()
        at_ns = round((at or datetime.now(UTC)).timestamp() * 1e9)
        self.writer.append_many(
            np.frombuffer(data, np.uint8), np.array([0, len(data)]), np.full(1, 3, np.uint8),
            np.zeros(1, np.uint32), np.full(1, at_ns, np.int64),
        )  # fmt: skip
        self.writer.commit()
        self.exchange.step()

    def sends(self, one: Wanted, ago: timedelta = timedelta(0)) -> bytes:
        """A gateway sends it; returns the frame as the vehicle has it."""
        at = datetime.now(UTC) - ago
        frame = one.frame
        if one.attempt == 1:
            frame = stamped(frame, beijing_time(round(at.timestamp() * 1e9)))
        time = frame[24:30].hex()
        self.told("sent", at, number=one.number, attempt=one.attempt, time=time)
        return frame

    def answers(self, vehicle: Vehicle, frame: bytes) -> None:
        self.told("answered", vin=vehicle.vin, frame=frame.hex())


def answer(frame: bytes, flag: int = 1, unit: bytes | None = None) -> bytes:
    """The vehicle's answer to a command: its time, or another unit."""
    unit = frame[24:30] if unit is None else unit
    head = frame[2:3] + bytes((flag,)) + frame[4:22] + len(unit).to_bytes(2, "big")
    check = 0
    for one in head + unit:
        check ^= one
    return frame[:2] + head + unit + bytes((check,))

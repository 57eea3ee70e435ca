"""Security events: taken once, counted by the hour, and what they say of keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.exchange.keys_made import fresh_key, on_file

from voltward.base.errors import NotPermitted
from voltward.base.settings import Settings
from voltward.entry import places, security_stream
from voltward.entry.security_stream import SecurityFollower
from voltward.exchange.models import SecurityEvent, TerminalDataKey, TerminalKey
from voltward.exchange.selectors.terminal_keys import (
    enrolled_vins,
    security_event_visible,
    vehicle_keys,
)
from voltward.exchange.services.replays import replays_take
from voltward.exchange.services.security import SecurityNews, security_events_take
from voltward.fleet.models import Vehicle
from voltward.journal.writer import JournalWriter
from voltward.records import selectors
from voltward.records.days import today
from voltward.records.models import Maker, Person
from voltward.seals.key_file import seal

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 15, 0, 30, tzinfo=UTC)


class Office:
    """The follower over a journal that the test writes."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=folder)
        self.writer = JournalWriter(places.journal_folder(self.settings), "security-0")
        self.follower = SecurityFollower(self.settings)

    def told(self, *events: dict[str, Any] | bytes, at: datetime = AT) -> None:
        data = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in events]
        offsets = np.zeros(len(data) + 1, np.int64)
        np.cumsum([len(one) for one in data], out=offsets[1:])
        self.writer.append_many(
            np.frombuffer(b"".join(data), np.uint8), offsets, np.full(len(data), 3, np.uint8),
            np.zeros(len(data), np.uint32), np.full(len(data), round(at.timestamp() * 1e9), np.int64),
        )  # fmt: skip
        self.writer.commit()
        self.follower.step()


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The follower runs in the test's own transaction."""
    monkeypatch.setattr(security_stream, "close_old_connections", lambda: None)


@pytest.fixture
def office(tmp_path: Path, maker: Maker):  # type: ignore[no-untyped-def]
    (tmp_path / "journal").mkdir()
    found = Office(tmp_path)
    yield found
    found.writer.close()
    found.follower.reader.close()


def refused(
    vin: str, reason: str = "bad_signature", peer: str = "203.0.113.9:4711"
) -> dict[str, Any]:
    return {"event": "refused", "link": 1, "vin": vin, "peer": peer, "reason": reason, "command": 2}


def test_the_same_event_within_an_hour_is_one_row_that_counts(
    office: Office, vehicle: Vehicle
) -> None:
    office.told(refused(vehicle.vin), refused(vehicle.vin, peer="203.0.113.77:1"))
    office.told(refused(vehicle.vin), at=AT + timedelta(minutes=20))
    office.told(refused(vehicle.vin), at=AT + timedelta(hours=1))
    office.told(refused(vehicle.vin, peer="198.51.100.1:1"), refused(vehicle.vin, "unsigned"))
    rows = SecurityEvent.objects.order_by("pk")
    assert [(row.kind, row.peer, row.count) for row in rows] == [
        ("bad_signature", "203.0.113.x", 3),
        ("bad_signature", "203.0.113.x", 1),
        ("bad_signature", "198.51.100.x", 1),
        ("unsigned", "203.0.113.x", 1),
    ]
    assert rows[0].last_at == AT + timedelta(minutes=20)
    assert {row.vehicle for row in rows} == {vehicle}


def test_nothing_is_counted_twice_after_a_restart(office: Office, vehicle: Vehicle) -> None:
    office.told(refused(vehicle.vin))
    again = SecurityFollower(office.settings)
    assert not again.step()
    office.told(refused(vehicle.vin))
    assert not again.step()
    again.reader.close()
    assert SecurityEvent.objects.get().count == 2


def test_an_unknown_vin_is_told_to_the_maker_without_a_vehicle(
    office: Office, maker: Maker
) -> None:
    office.told(refused("WZZTEST0000000003", "unknown_vin"))
    row = SecurityEvent.objects.get()
    assert (row.maker, row.vehicle, row.vin) == (maker, None, "WZZTEST0000000003")


def test_an_event_that_cannot_be_read_holds_up_no_other(office: Office, vehicle: Vehicle) -> None:
    odd = {"event": "activation", "vin": vehicle.vin}
    office.told(b"no json", {"event": "party", "vin": "x"}, odd, refused(""), refused(vehicle.vin))
    assert SecurityEvent.objects.get().kind == "bad_signature"


def test_each_maker_sees_its_own_events(
    office: Office, vehicle: Vehicle, other_vehicle: Vehicle, officer: Person, other_officer: Person
) -> None:
    office.told(refused(vehicle.vin), refused(other_vehicle.vin))
    assert [row.vin for row in security_event_visible(officer)] == [vehicle.vin]
    assert [row.vin for row in security_event_visible(other_officer)] == [other_vehicle.vin]


def test_only_the_platform_itself_takes_events(officer: Person, maker: Maker) -> None:
    news = SecurityNews(AT, "unsigned", "LVVDB11B0RE000001", "x")
    with pytest.raises(NotPermitted):
        security_events_take(officer, stream="s", position="p", events=[news], fallback=maker)
    assert not SecurityEvent.objects.exists()


def activation(vin: str, outcome: str, key: bytes, chip_id: str = "CHIP1") -> dict[str, Any]:
    return {
        "event": "activation", "vin": vin, "peer": "203.0.113.9:1", "outcome": outcome,
        "chip_id": chip_id, "algorithm": "sm2", "public_key": key.hex(),
    }  # fmt: skip


def test_an_accepted_activation_makes_the_registered_key_active(
    office: Office, vehicle: Vehicle
) -> None:
    key = fresh_key()
    row = on_file(vehicle, key=key)
    office.told(activation(vehicle.vin, "accepted", key))
    row.refresh_from_db()
    assert (row.state, row.activated_at) == ("active", AT)
    assert enrolled_vins() == {vehicle.vin}
    assert "public_key" not in SecurityEvent.objects.get().details


def test_a_key_that_nobody_knew_waits_for_two_people(office: Office, vehicle: Vehicle) -> None:
    office.told(activation(vehicle.vin, "pending", fresh_key()))
    office.told(activation(vehicle.vin, "vin_duplicate", fresh_key(), "CHIP9"))
    row = TerminalKey.objects.get()
    assert (row.state, row.source) == ("pending", "activation")
    assert enrolled_vins() == frozenset()


def test_an_exchanged_data_key_stays_sealed_and_goes_to_all_gateways(
    office: Office, vehicle: Vehicle
) -> None:
    key, secret = places.terminal_seal_key(office.settings), b"sixteen secrets!"
    since = round(AT.timestamp())
    told = {
        "event": "key_exchange", "vin": vehicle.vin, "peer": "203.0.113.9:1", "algorithm": 5,
        "since_s": since, "until_s": since + 10**9, "sealed": seal(secret, key, vehicle.vin),
    }  # fmt: skip
    office.told(told)
    row = TerminalDataKey.objects.get()
    assert secret.hex() not in row.sealed
    assert "sealed" not in SecurityEvent.objects.get().details
    ((vin, known),) = vehicle_keys(today(), key)
    assert vin == vehicle.vin
    assert [one.key for one in known.data_keys] == [secret]


def test_without_a_maker_events_wait(tmp_path: Path, db: None) -> None:
    (tmp_path / "journal").mkdir()
    office = Office(tmp_path)
    office.told(refused("LVVDB11B0RE000001"))
    assert not SecurityEvent.objects.exists()
    assert selectors.maker_first() is None
    office.writer.close()
    office.follower.reader.close()


def test_replayed_data_is_one_event_for_each_vehicle_and_hour_however_often_it_is_told(
    vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    told = [(AT, vehicle.vehicle_id), (AT + timedelta(minutes=9), vehicle.vehicle_id), (AT, 77)]
    actor = selectors.installation()
    assert replays_take(actor, replays=told) == 1
    told.append((AT + timedelta(hours=1), vehicle.vehicle_id))
    told.append((AT, other_vehicle.vehicle_id))
    assert replays_take(actor, replays=told) == 2
    assert replays_take(actor, replays=told) == 0
    rows = SecurityEvent.objects.filter(kind="replayed_data")
    assert sorted(row.vin for row in rows) == sorted([other_vehicle.vin, vehicle.vin, vehicle.vin])

"""Frames that came again, as the processor noticed them: security events, one a vehicle and hour (R18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from voltward.exchange.models import SecurityEvent
from voltward.exchange.services.security import TAKE
from voltward.fleet.models import Vehicle
from voltward.records.actions import action, record
from voltward.records.models import Person

KIND: Final = "replayed_data"
SOURCE: Final = "processor"
Replay = tuple[datetime, int]  # when it was noticed, and the vehicle's number in the store


def replays_take(actor: Person, *, replays: Sequence[Replay]) -> int:
    """Put down those that are not known yet; the same ones may come any number of times."""
    numbers = {number for _, number in replays}
    vehicles = {one.vehicle_id: one for one in Vehicle.objects.filter(vehicle_id__in=numbers)}
    rows: dict[tuple[int, datetime], SecurityEvent] = {}
    for at, number in sorted(replays):
        vehicle = vehicles.get(number)
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if vehicle is not None:
            rows[number, hour] = SecurityEvent(
                maker_id=vehicle.maker_id, vehicle=vehicle, vin=vehicle.vin, kind=KIND, peer="",
                hour=hour, first_at=at, last_at=at, stream=SOURCE,
            )  # fmt: skip
    known = set(
        SecurityEvent.objects.filter(kind=KIND, vehicle__in=vehicles.values()).values_list(
            "vehicle__vehicle_id", "hour"
        )
    )
    fresh = [row for key, row in rows.items() if key not in known]
    return _put_down(actor, rows=fresh) if fresh else 0


@action("security.replays", needs=TAKE)
def _put_down(actor: Person, *, rows: Sequence[SecurityEvent]) -> int:
    SecurityEvent.objects.bulk_create(rows)
    for maker_id in {row.maker_id for row in rows}:
        count = sum(row.maker_id == maker_id for row in rows)
        record(
            actor,
            "security.replays",
            actor,
            before={},
            after={"vehicles": count},
            maker_id=maker_id,
        )
    return len(rows)

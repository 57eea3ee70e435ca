"""What the streams of security events become: rows by the hour, keys that vehicles brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from voltward.base.errors import BadInput
from voltward.exchange.models import (
    SecurityEvent,
    SecurityStream,
    TerminalDataKey,
    TerminalKey,
)
from voltward.exchange.models.terminal_keys import ACTIVE, PENDING, REGISTERED
from voltward.exchange.services.key_changes import keys_changed
from voltward.fleet.models import Vehicle
from voltward.fleet.services import registry_changed
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person
from voltward.seals.keys import fingerprint

TAKE: Final = "security.take"
LOCK: Final = 0x56_57_53_31  # any number of ours
ACCEPTED: Final = "accepted"
KNOWN: Final = frozenset(code for code, _ in SecurityEvent.KINDS)


@dataclass(frozen=True)
class SecurityNews:
    """One event as a gateway told it. ``peer``: masked. ``facts``: the rest of what it said."""

    at: datetime
    kind: str
    vin: str
    peer: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def position_of(stream: str) -> str:
    """How far ``stream`` was taken; empty: nothing yet."""
    row = SecurityStream.objects.filter(stream=stream).first()
    return row.position if row else ""


@action(TAKE, needs=TAKE)
def security_events_take(
    actor: Person, *, stream: str, position: str, events: Sequence[SecurityNews], fallback: Maker
) -> int:
    """Put down a stretch of a stream and that it was taken, in one transaction.

    ``fallback``: whose events of unknown VINs are. Returns how many rows are new.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found = Vehicle.objects.filter(vin__in={one.vin for one in events}).select_related("maker")
    vehicles = {one.vin: one for one in found}
    fresh, makers = 0, Counter[int]()
    for news in events:
        vehicle = vehicles.get(news.vin)
        maker = vehicle.maker if vehicle else fallback
        fresh += _noted(news, stream, vehicle, maker)
        makers[maker.pk] += 1
        if vehicle is not None:
            _learnt(actor, news, vehicle)
    SecurityStream.objects.update_or_create(stream=stream, defaults={"position": position})
    for maker_id, count in makers.items():
        after = {"stream": stream, "events": count}
        record(actor, TAKE, fallback, before={}, after=after, maker_id=maker_id)
    return fresh


def _noted(news: SecurityNews, stream: str, vehicle: Vehicle | None, maker: Maker) -> bool:
    hour = news.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    row, is_new = SecurityEvent.objects.get_or_create(
        maker=maker, kind=news.kind, vin=news.vin[:80], peer=news.peer[:44], hour=hour,
        defaults={
            "vehicle": vehicle, "first_at": news.at, "last_at": news.at, "stream": stream[:40],
            "details": _kept(news.facts),
        },
    )  # fmt: skip
    if not is_new:
        row.count += 1
        row.last_at, row.details = max(row.last_at, news.at), _kept(news.facts)
        row.save(update_fields=["count", "last_at", "details"])
    return is_new


def _kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without keys: those have their own table."""
    return {name: value for name, value in facts.items() if name not in ("sealed", "public_key")}


def _learnt(actor: Person, news: SecurityNews, vehicle: Vehicle) -> None:
    if news.kind == "activation":
        _activated(actor, news, vehicle)
    elif news.kind == "key_exchange":
        facts = news.facts
        TerminalDataKey.objects.get_or_create(
            vehicle=vehicle, kind=facts["algorithm"], since=_moment(facts["since_s"]),
            received_at=news.at,
            defaults={
                "maker": vehicle.maker, "sealed": facts["sealed"], "until": _moment(facts["until_s"]),
            },
        )  # fmt: skip
        keys_changed()


def _activated(actor: Person, news: SecurityNews, vehicle: Vehicle) -> None:
    """A key that a gateway took is active; one that nobody knew waits for people."""
    outcome = news.facts["outcome"]
    if outcome not in (ACCEPTED, PENDING):
        return
    key = str(news.facts["public_key"])
    print_ = fingerprint(bytes.fromhex(key))
    row, is_new = TerminalKey.objects.get_or_create(
        vehicle=vehicle, chip_id=news.facts["chip_id"], fingerprint=print_,
        defaults={
            "maker": vehicle.maker, "algorithm": news.facts["algorithm"], "public_key": key,
            "state": PENDING, "source": "activation",
        },
    )  # fmt: skip
    before = "" if is_new else row.state
    taken = TerminalKey.objects.filter(chip_id=row.chip_id, state=ACTIVE).exclude(pk=row.pk)
    if outcome == ACCEPTED and row.state == REGISTERED and not taken.exists():
        row.state, row.activated_at = ACTIVE, news.at
        row.save(update_fields=["state", "activated_at"])
    if row.state != before:
        after = {"state": row.state, "chip_id": row.chip_id, "fingerprint": print_}
        record(actor, TAKE, row, before={"state": before}, after=after, maker_id=vehicle.maker_id)
        keys_changed()
        registry_changed()


def _moment(seconds: object) -> datetime:
    if not isinstance(seconds, int):
        raise BadInput(f"security event: {seconds!r}, expected seconds")
    return datetime.fromtimestamp(seconds, UTC)

"""Every read of terminal keys, agreements and security events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet

from voltward.base.errors import NotFound
from voltward.exchange.models import (
    KeyGeneration,
    SealAgreement,
    SecurityEvent,
    TerminalDataKey,
    TerminalKey,
)
from voltward.exchange.models.terminal_keys import ACTIVE, REGISTERED, REVOKED
from voltward.records.models import Person
from voltward.seals.ciphers import CipherRule
from voltward.seals.key_file import Agreement, DataKey, VehicleKeys, unseal
from voltward.seals.key_file import TerminalKey as FiledKey
from voltward.seals.keys import Algorithm

# a key that was turned down before it was ever in use asks nothing of its vehicle
_ENROLS = Q(state=ACTIVE) | Q(state=REVOKED, activated_at__isnull=False)


def terminal_key_visible(actor: Person) -> QuerySet[TerminalKey]:
    """Keys of the vehicles of the actor's maker."""
    return TerminalKey.objects.filter(maker=actor.maker_id).select_related("vehicle", "approval")


def terminal_key_by_id(actor: Person, key_id: int) -> TerminalKey:
    """
    Raises:
        NotFound: no such key, or another maker's.
    """
    row = terminal_key_visible(actor).filter(pk=key_id).first()
    if row is None:
        raise NotFound(f"terminal key {key_id}")
    return row


def seal_agreement_visible(actor: Person) -> QuerySet[SealAgreement]:
    """Agreements of the actor's maker, whatever became of them."""
    rows = SealAgreement.objects.filter(maker=actor.maker_id)
    return rows.select_related("proposed_by", "approved_by")


def security_event_visible(actor: Person) -> QuerySet[SecurityEvent]:
    """Security events of the actor's maker."""
    return SecurityEvent.objects.filter(maker=actor.maker_id).select_related("vehicle")


def agreement_of(maker_id: int, day: date) -> Agreement:
    """What is in force for a maker's terminals on a day of Beijing."""
    rows = SealAgreement.objects.filter(
        maker=maker_id, state="approved", effective_from__lte=day
    ).order_by("-effective_from", "-pk")
    row = rows.first()
    if row is None:
        return Agreement()
    rule = CipherRule(row.mode, row.padding, row.vector, row.sm2, row.rsa)  # type: ignore[arg-type]
    return Agreement(rule, row.wrap, row.logins_signed)  # type: ignore[arg-type]


def vehicle_keys(day: date, seal_key: bytes) -> Iterator[tuple[str, VehicleKeys]]:
    """What the gateways must know, by VIN, of every maker: keys that are asked for, and data keys.

    Raises:
        BadInput: a data key that was sealed under another key.
    """
    agreements: dict[int, Agreement] = {}
    keys: dict[str, list[FiledKey]] = {}
    data: dict[str, list[DataKey]] = {}
    makers: dict[str, int] = {}
    told = TerminalKey.objects.filter(_ENROLS | Q(state=REGISTERED))
    for row in told.select_related("vehicle").iterator():
        makers[row.vehicle.vin] = row.maker_id
        keys.setdefault(row.vehicle.vin, []).append(_filed(row))
    for one in TerminalDataKey.objects.filter(until__date__gte=day).select_related("vehicle"):
        vin = one.vehicle.vin
        makers[vin] = one.maker_id
        key = unseal(one.sealed, seal_key, vin)
        since_s, until_s = int(one.since.timestamp()), int(one.until.timestamp())
        data.setdefault(vin, []).append(DataKey(one.kind, key, since_s, until_s))
    for vin, maker_id in sorted(makers.items()):
        if maker_id not in agreements:
            agreements[maker_id] = agreement_of(maker_id, day)
        found = tuple(keys.get(vin, ())), tuple(data.get(vin, ()))
        yield vin, VehicleKeys(*found, agreements[maker_id])


def key_generation() -> int:
    """Grows with every change of what ``vehicle_keys`` gives."""
    return KeyGeneration.objects.values_list("generation", flat=True).get(pk=1)


def enrolled_vins() -> frozenset[str]:
    """Vehicles whose every frame must be signed; a revoked key does not set them free."""
    rows = TerminalKey.objects.filter(_ENROLS)
    return frozenset(rows.values_list("vehicle__vin", flat=True))


def _filed(row: TerminalKey) -> FiledKey:
    return FiledKey(
        vin=row.vehicle.vin,
        chip_id=row.chip_id,
        algorithm=Algorithm[row.algorithm.upper()],
        key=bytes.fromhex(row.public_key),
        state=row.state,  # type: ignore[arg-type] # pending ones were left out
        since_s=int(row.valid_from.timestamp()) if row.valid_from else 0,
        until_s=int(row.valid_until.timestamp()) if row.valid_until else 0,
    )

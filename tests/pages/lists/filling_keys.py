"""A few rows of each list of exchange/, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from tests.pages.lists.filling_basics import DAY, HOUR, Numbers, of_maker, vehicles

from voltward.exchange.models import SealAgreement, SecurityEvent, TerminalKey
from voltward.records.models import Person


def terminal_keys(reader: Person) -> None:
    now, states = timezone.now(), ("registered", "pending", "active", "revoked")
    for number, car in enumerate(vehicles(reader)):
        TerminalKey.objects.create(
            maker=of_maker(reader), vehicle=car, chip_id=f"CHIP{car.pk}",
            algorithm=("sm2", "rsa", "ecc")[number % 3], public_key=f"{number:0130x}",
            fingerprint=f"{number:064x}", state=states[number % 4], known_at=now - number * HOUR,
            source=("import", "activation")[number % 2], valid_from=now if number % 2 else None,
            valid_until=now + (1 + number % 3) * DAY if number % 3 else None,
            activated_at=now if number % 4 == 2 else None,
        )  # fmt: skip


def seal_agreements(reader: Person) -> None:
    for number in Numbers:
        SealAgreement.objects.create(
            maker=of_maker(reader), effective_from=date(2026, 3, 1 + number), mode=("cbc", "gcm")[number % 2],
            padding="pkcs7", vector="prefix", sm2="c1c3c2", rsa="pkcs1", wrap=("sm2", "none")[number % 2],
            logins_signed=number % 2 == 0, source="终端技术协议", proposed_by=reader,
            state=("proposed", "approved", "refused")[number % 3],
            approved_by=reader if number % 3 == 1 else None,
        )  # fmt: skip


def security_events(reader: Person) -> None:
    now, kinds = timezone.now(), ("unknown_vin", "bad_signature", "possible_clone")
    for number, car in enumerate(vehicles(reader)):
        is_known = number % 3 > 0
        SecurityEvent.objects.create(
            maker=of_maker(reader), vehicle=car if is_known else None,
            vin=car.vin if is_known else f"WZZTEST00000000{number:02d}", kind=kinds[number % 3],
            hour=now.replace(minute=0, second=0, microsecond=0), first_at=now - number * HOUR,
            last_at=now - number * HOUR, count=1 + number % 2, peer="203.0.113.x",
            stream=f"security-{number % 2}", details={"command": 2} if number % 2 else {},
        )  # fmt: skip


KEYS: dict[str, Callable[[Person], Any]] = {
    "terminal_key": terminal_keys,
    "seal_agreement": seal_agreements,
    "security_event": security_events,
}

"""One record of each kind of exchange/ that has a page of its own."""

from __future__ import annotations


def keys(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    from django.utils import timezone

    from voltward.exchange.models import SecurityEvent, TerminalKey
    from voltward.fleet.models import Vehicle

    now, vehicle = timezone.now(), Vehicle.objects.get(vin=vin)
    TerminalKey.objects.create(
        maker=head.maker, vehicle=vehicle, chip_id="CHIP1", algorithm="sm2", public_key="04" * 65,
        fingerprint="1f" * 32, source="import",
    )  # fmt: skip
    SecurityEvent.objects.create(
        maker=head.maker, vehicle=vehicle, vin=vin, kind="bad_signature", peer="203.0.113.x",
        hour=now.replace(minute=0, second=0, microsecond=0), first_at=now, last_at=now,
        stream="security-0",
    )  # fmt: skip

"""Accident data and static registration for the walk through every page."""

from __future__ import annotations

from datetime import timedelta


def accidents(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    """After ``platforms``."""
    from django.utils import timezone

    from voltward.exchange.services.accidents import accident_ask, accident_report
    from voltward.exchange.services.registrations import registrations_sweep

    moment = timezone.now() - timedelta(minutes=20)
    row = accident_ask(head, vin=vin, moment=moment, reason="Reported by the driver")
    accident_report(head, package_id=row.pk, reason="A traffic accident")
    registrations_sweep()

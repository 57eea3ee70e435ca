"""A few rows of accident data and of static registration, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from tests.pages.lists.filling_basics import DAY, HOUR, of_maker, vehicles

from voltward.exchange.models import AccidentPackage, PublicPlatform, StaticRegistration
from voltward.records.models import Person


def accident_packages(reader: Person) -> None:
    now, states = timezone.now(), ("waiting", "complete", "partial", "empty")
    for number, car in enumerate(vehicles(reader)):
        is_told = number % 3 == 0
        AccidentPackage.objects.create(
            maker=of_maker(reader), vehicle=car, moment=now - number * HOUR, asked_by=reader,
            asked_at=now - (number % 4) * HOUR, source=("hand", "alarm", "thermal")[number % 3],
            state=states[number % 4], seconds=number * 8, reason=f"碰撞{number % 2}",
            report_asked_by=reader if is_told else None, report_asked_at=now if is_told else None,
        )  # fmt: skip


def registrations(reader: Person) -> None:
    maker, today = of_maker(reader), timezone.now().date()
    states = ("incomplete", "complete", "registered", "changed")
    platforms = [
        PublicPlatform.objects.get_or_create(
            name=f"registration{maker.pk}{kind}",
            defaults={
                "maker": maker, "title": kind, "number": 8 * (maker.pk % 6) + number, "kind": kind,
                "state": "approved", "created_by": reader,
            },
        )[0]
        for number, kind in ((2, "local"), (3, "national"))
    ]  # fmt: skip
    for number, car in enumerate(vehicles(reader)):
        is_registered = number % 4 > 1
        StaticRegistration.objects.create(
            maker=maker, platform=platforms[number % 2], vehicle=car, state=states[number % 4],
            missing=number % 3, digest="0" * 64, registered={"vin": car.vin} if is_registered else None,
            registered_digest="1" * 64 if is_registered else "", note=f"回执{number % 2}",
            registered_on=today - number * DAY if is_registered else None,
            registered_by=reader if is_registered else None,
        )  # fmt: skip


ACCIDENTS: dict[str, Callable[[Person], Any]] = {
    "accident_package": accident_packages, "static_registration": registrations,
}  # fmt: skip

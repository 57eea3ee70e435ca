"""A few rows of reports, feedback and manual reports, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from tests.pages.lists.filling_basics import HOUR, Numbers, of_maker, vehicles

from voltward.exchange.models import FeedbackReceived, ManualReport, PublicPlatform, ReportDue
from voltward.records.models import Person


def _platform(reader: Person) -> PublicPlatform:
    maker = of_maker(reader)
    found, _is_new = PublicPlatform.objects.get_or_create(
        name=f"reports{maker.pk}",
        defaults={
            "maker": maker, "title": "省级平台", "number": 8 * (maker.pk % 8) + 7, "kind": "local",
            "state": "approved", "created_by": reader,
        },
    )  # fmt: skip
    return found


def reports(reader: Person) -> None:
    now, platform = timezone.now(), _platform(reader)
    states = ("due", "handed", "accepted", "refused", "silent")
    for number, car in enumerate(vehicles(reader)):
        command = (0x11, 0x12)[number % 2]
        size = {0x11: 12, 0x12: 24}[command]
        ReportDue.objects.create(
            maker=of_maker(reader), platform=platform, vehicle=car, command=command,
            moment=now - number * HOUR, made_at=now - (number % 4) * HOUR, state=states[number % 5],
            body="1a030f081e05" + f"{number % 2:02x}" * size, tries=number % 3, flag=number % 3,
        )  # fmt: skip


def feedback(reader: Person) -> None:
    now, platform = timezone.now(), _platform(reader)
    cars = vehicles(reader)
    for number in Numbers:
        car, is_closed = cars[number % len(cars)], number % 3 == 2
        FeedbackReceived.objects.create(
            maker=of_maker(reader), platform=platform, vehicle=car if number % 2 else None,
            vin=car.vin, moment=now, body=f"1a030f081e{number:02x}" + "00" * 11 + "01",
            received_at=now - number * HOUR, owner=reader if number % 3 else None,
            state=("open", "in_hand", "closed")[number % 3], verdict="true" if is_closed else "",
            closed_by=reader if is_closed else None, closed_at=now if is_closed else None,
        )  # fmt: skip


def manual_reports(reader: Person) -> None:
    now, platform = timezone.now(), _platform(reader)
    second = Person.objects.exclude(pk=reader.pk).first()
    for number, car in enumerate(vehicles(reader)):
        state = ("open", "recorded", "closed")[number % 3]
        is_told, is_closed = state != "open", state == "closed" and second is not None
        ManualReport.objects.create(
            maker=of_maker(reader), platform=platform, number=car.vehicle_id,
            vehicle=car if number % 4 else None, begins_at=now - number * HOUR,
            ends_at=now - number * HOUR, told_at=now if number % 2 else None,
            opened_at=now - (number % 4) * HOUR, state=state if is_closed or not is_told else "recorded",
            way="phone" if is_told else "", reported_at=now if is_told else None,
            recorded_by=reader if is_told else None, recorded_at=now if is_told else None,
            closed_by=second if is_closed else None, closed_at=now if is_closed else None,
        )  # fmt: skip


REPORTS: dict[str, Callable[[Person], Any]] = {
    "report": reports, "feedback": feedback, "manual_report": manual_reports,
}  # fmt: skip

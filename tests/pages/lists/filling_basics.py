"""What every filler of a list begins with: how many rows, whose they are, and some vehicles."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from voltward.fleet import models as fleet
from voltward.records.models import Maker, Person

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NUMBER = 7
Numbers = range(NUMBER)


def of_maker(reader: Person) -> Maker:
    assert reader.maker is not None
    return reader.maker


def vehicles(reader: Person) -> list[fleet.Vehicle]:
    maker = of_maker(reader)
    first = 1000 * (maker.pk % 900)  # six digits, however many makers tests made
    return fleet.Vehicle.objects.bulk_create(
        fleet.Vehicle(
            maker=maker, vin=f"LVVDB11B0RE{first + number:06d}", vehicle_id=first + number,
            model_name=f"车型{number % 3}", battery_type="NCM", state=("registered", "unregistered")[number % 2],
            registered_at=None if number % 2 else timezone.now() - number * DAY,
        )
        for number in Numbers
    )  # fmt: skip

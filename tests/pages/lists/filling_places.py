"""A few rows of the lists of service outlets and charging sites, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.pages.lists.filling_basics import NUMBER, Numbers, of_maker

from voltward.fleet import models as fleet
from voltward.records import days
from voltward.records import models as records
from voltward.records.models import Person


def _placed(number: int) -> dict[str, Any]:
    return {
        "code": f"N{number:03d}", "name": f"地点{NUMBER - number}", "area": f"区{number % 2}",
        "longitude_deg": 104.0 + number / 100, "latitude_deg": 30.5 + number / 100,
        "datum": ("wgs84", "gcj02")[number % 2], "phone": "" if number % 3 else f"028-{number}",
        "closed_on": None if number % 3 else days.today(),
    }  # fmt: skip


def outlets(reader: Person) -> None:
    kinds = [code for code, _ in fleet.ServiceOutlet.KINDS]
    unit = records.Unit.objects.create(
        maker=of_maker(reader), kind="outlet", code="U", name="网点组"
    )
    for number in Numbers:
        fleet.ServiceOutlet.objects.create(
            maker=of_maker(reader), kind=kinds[number % 3], hours="08:00-18:00" if number % 2 else "",
            unit=unit if number == 1 else None, **_placed(number),
        )  # fmt: skip


def sites(reader: Person) -> None:
    for number in Numbers:
        fleet.ChargingSite.objects.create(
            maker=of_maker(reader), operator=f"运营商{number % 3}", source="公开清单",
            **_placed(number),
        )  # fmt: skip


PLACES: dict[str, Callable[[Person], Any]] = {"service_outlet": outlets, "charging_site": sites}

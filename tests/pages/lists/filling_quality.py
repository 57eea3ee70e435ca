"""A few rows of each list of data quality, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from tests.pages.lists.filling_basics import DAY, HOUR, Numbers, of_maker, vehicles

from voltward.exchange import models as exchange
from voltward.records.models import Person


def quality_days(reader: Person) -> None:
    for number, car in enumerate(vehicles(reader)):
        found = {"range.cells": [number, 100, 200]} if number % 2 else {}
        exchange.QualityDay.objects.create(
            maker=of_maker(reader), vehicle=car, model_name=car.model_name,
            day=date(2026, 1, 1 + number % 3), received_on=date(2026, 1, 1 + number), rows=100 + number,
            reissued=number, realtime=100, expected=700, missing=number % 3, lost=0, driving_s=600,
            gap_s=40 * (number % 3), delay_ms=1000, delays=[100], begin_s=0, end_s=1000, track_m=0.0,
            path_m=0.0, wheel_m=0.0, errors=found, errors_number=number if found else 0,
        )  # fmt: skip


def quality_cases(reader: Person) -> None:
    now = timezone.now()
    for number in Numbers:
        is_fixed = number % 3 == 0
        exchange.QualityCase.objects.create(
            maker=of_maker(reader), model_name=f"车型{number}", code=("range.cells", "time.gap")[number % 2],
            opened_at=now - number * HOUR, state="fixed" if is_fixed else ("open", "cause")[number % 2],
            cause="线束", fix="更换" if is_fixed else "", owner=reader if number % 2 else None,
            fixed_on=(now - number * DAY).date() if is_fixed else None,
            fixed_by=reader if is_fixed else None,
        )  # fmt: skip


QUALITY: dict[str, Callable[[Person], Any]] = {
    "quality_day": quality_days, "quality_case": quality_cases,
}  # fmt: skip

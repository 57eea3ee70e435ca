"""A desk round the present moment: shifts that end, are on, and come, and who sits at them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from voltward.monitoring.models import Shift, ShiftPattern, ShiftPerson
from voltward.records import selectors, services
from voltward.records.models import AuditRow, Maker, Person

HOUR = timedelta(hours=1)


def person(maker: Maker, login: str, role: str = "monitoring_operator") -> Person:
    return services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )


def pattern(maker: Maker, name: str = "早班", needed: int = 1) -> ShiftPattern:
    found, _made = ShiftPattern.objects.get_or_create(
        maker=maker, name=name,
        defaults={"starts": time(8), "ends": time(16), "people_needed": needed},
    )  # fmt: skip
    return found


def shift(
    by: Person,
    begins_at: datetime,
    *people: Person,
    hours: int = 8,
    name: str = "早班",
    **more: Any,
) -> Shift:
    """As if it had been made when it began at the latest."""
    assert by.maker is not None
    of = pattern(by.maker, name)
    row = Shift.objects.create(
        maker=by.maker, pattern=of, name=of.name, begins_at=begins_at,
        ends_at=begins_at + hours * HOUR, people_needed=1, made_by=by, **more,
    )  # fmt: skip
    for one in people:
        since = min(begins_at, timezone.now())
        ShiftPerson.objects.create(maker=by.maker, shift=row, person=one, since=since)
    return row


def audited(action: str, result: str = "done") -> int:
    return AuditRow.objects.filter(action=action, result=result).count()

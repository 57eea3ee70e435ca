"""People and clocks that several tests of clocks start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.test import Client
from django.utils import timezone

from voltward.records import selectors, services
from voltward.records.models import Clock, Maker, Person
from voltward.records.services.clocks import clock_start


def person(maker: Maker, login: str, role: str) -> Person:
    return services.person_create(
        selectors.installation(), login=login, display_name=login, maker=maker, roles=[role]
    )


def client_of(one: Person) -> Client:
    client = Client()
    client.force_login(one)
    return client


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def started(
    actor: Person,
    *,
    code: str = "fire_basic_samr",
    key: str = "1",
    ago: timedelta = timedelta(hours=1),
    **more: object,
) -> Clock:
    """A clock on a made-up incident whose event was a while ago."""
    given: dict[str, object] = {
        "subject": f"Incident:{key}", "subject_text": f"事故 {key}", "event": "起火",
        "started_at": timezone.now() - ago, **more,
    }  # fmt: skip
    return clock_start(actor, code=code, **given)  # type: ignore[arg-type]

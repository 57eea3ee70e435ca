"""Makes notices of what other rooms tell: an event's class and a function that says whom to tell what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from voltward.records.actions import Subject
from voltward.records.events import listen
from voltward.records.models import Maker, Person
from voltward.records.services.notices import To, notice_send

Event = TypeVar("Event")


@dataclass(frozen=True)
class Wish:
    """A notice to be sent; the fields are the arguments of ``notice_send``."""

    kind: str
    to: Iterable[To]
    values: Mapping[str, Any] = field(default_factory=dict)
    subject: Subject | None = None
    path: str = ""
    severity: int | None = None
    dedup_key: str = ""
    window: timedelta | None = None
    maker: Maker | None = None


def on_event(kind: type[Event], make: Callable[[Person, Event], Iterable[Wish]]) -> None:
    """Whenever an event of class ``kind`` is told, send what ``make(actor, event)`` wishes.

    It happens in the transaction of the write that told of it, and is undone with it.
    """

    def hear(actor: Person, event: Event) -> None:
        for wish in make(actor, event):
            notice_send(
                actor, kind=wish.kind, to=wish.to, values=wish.values, subject=wish.subject,
                path=wish.path, severity=wish.severity, dedup_key=wish.dedup_key,
                window=wish.window, maker=wish.maker,
            )  # fmt: skip

    listen(kind)(hear)

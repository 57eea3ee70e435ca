"""What later rooms and subjects tell the duty roster: who is qualified, and what is open at a hand-over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from voltward.records.models import Person

Qualified = Callable[[Person, datetime], bool]
_judges: list[Qualified] = []


def duty_qualified(judge: Qualified) -> Qualified:
    """Say who is qualified for the desk at an instant; every one that is asked must agree."""
    if judge not in _judges:
        _judges.append(judge)
    return judge


def is_qualified(person: Person, at: datetime) -> bool | None:
    """None: nobody keeps qualifications here, so it was not checked; pages say so."""
    return all(judge(person, at) for judge in _judges) if _judges else None


@dataclass(frozen=True)
class OpenItem:
    """One line of a hand-over. ``kind``: a stable code, ``text`` in the words of the record itself.

    ``path``: its page, from ``/``. ``due_at``: until when, None: no deadline.
    """

    kind: str
    text: str
    path: str = ""
    level: int | None = None
    due_at: datetime | None = None


Collector = Callable[[Person], Iterable[OpenItem]]
_collectors: dict[str, Collector] = {}


def hand_over_items(name: str) -> Callable[[Collector], Collector]:
    """Add to what stands in every hand-over; ``collect(actor)`` gives the open ones of the actor's maker."""

    def add(collect: Collector) -> Collector:
        _collectors[name] = collect
        return collect

    return add


def open_items(actor: Person) -> list[OpenItem]:
    """Of every collector, in the order in which they were added."""
    return [item for collect in _collectors.values() for item in collect(actor)]

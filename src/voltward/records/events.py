"""What happens in one room and matters to a later one: typed, told inside the transaction.

An event is a frozen dataclass in the ``events.py`` of the room where it happens. Later rooms listen;
the room itself knows none of them. What a listener refuses undoes the write that told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

from voltward.records.models import Approval, ExportRequest, ImportRun, Person

Event = TypeVar("Event")
_LISTENERS: defaultdict[type[Any], list[Callable[[Person, Any], None]]] = defaultdict(list)
_TOGETHER: list[tuple[tuple[type[Any], ...], Callable[[Person, Sequence[Any]], None]]] = []


def listen(
    kind: type[Event],
) -> Callable[[Callable[[Person, Event], None]], Callable[[Person, Event], None]]:
    """Hear every event of a kind: ``@listen(VehicleScrapped)`` on ``hear(actor, event)``."""

    def add(hear: Callable[[Person, Event], None]) -> Callable[[Person, Event], None]:
        if hear not in _LISTENERS[kind]:
            _LISTENERS[kind].append(hear)
        return hear

    return add


def listen_together(
    *kinds: type[Any],
) -> Callable[[Callable[[Person, Sequence[Any]], None]], Callable[[Person, Sequence[Any]], None]]:
    """Hear at once what is told at once, in its order: for who writes rows, thousands in a burst."""

    def add(
        hear: Callable[[Person, Sequence[Any]], None],
    ) -> Callable[[Person, Sequence[Any]], None]:
        if (kinds, hear) not in _TOGETHER:
            _TOGETHER.append((kinds, hear))
        return hear

    return add


def tell(actor: Person, event: object) -> None:
    """Tell those who listen, in the order in which the rooms were loaded.

    Raises:
        RuntimeError: outside a transaction, where an event could be told of a write undone later.
    """
    tell_all(actor, [event])


def tell_all(actor: Person, events: Sequence[object]) -> None:
    """As ``tell``, for the events of one write; those who hear them together come last.

    Raises:
        RuntimeError: as ``tell``.
    """
    if events and not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{type(events[0]).__name__} is told outside a transaction")
    for event in events:
        for hear in _LISTENERS[type(event)]:
            hear(actor, event)
    for kinds, hear_all in _TOGETHER:
        if heard := [event for event in events if isinstance(event, kinds)]:
            hear_all(actor, heard)


@dataclass(frozen=True)
class SavedFilterNews:
    """New rows of a saved filter that ``person_id`` subscribed to.

    ``number``: how many; ``at_least``: there are more. ``url``: the list, filtered by it.
    """

    filter_id: int
    person_id: int
    of: str
    name: str
    number: int
    at_least: bool
    url: str


@dataclass(frozen=True)
class ApprovalAsked:
    """A wish waits for a second person from now on."""

    approval: Approval


@dataclass(frozen=True)
class ApprovalDecided:
    """A second person agreed, and it was carried out, or refused: ``approval.state`` says which."""

    approval: Approval


@dataclass(frozen=True)
class ApprovalWithdrawn:
    """Whoever asked took the wish back; nothing was carried out."""

    approval: Approval


@dataclass(frozen=True)
class ImportFinished:
    """A run wrote its rows."""

    run: ImportRun


@dataclass(frozen=True)
class ImportUndone:
    """What a run wrote is as it was before, but for ``run.kept_rows`` records; ``rows``: how many."""

    run: ImportRun
    rows: int


@dataclass(frozen=True)
class ImportFailed:
    """``step``: read, check, apply or undo; ``run.error`` says why. Nothing was written by it."""

    run: ImportRun
    step: str


@dataclass(frozen=True)
class ExportMade:
    """The file of a large export lies ready for its asker."""

    request: ExportRequest


@dataclass(frozen=True)
class ExportFailed:
    """A large export was agreed to and cannot be made; ``request.failure`` says why."""

    request: ExportRequest


@dataclass(frozen=True)
class ExportExpired:
    """The file of a large export is past its days and deleted."""

    request: ExportRequest

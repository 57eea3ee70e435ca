"""The frame round every write: who may, in one transaction, with an audit row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.db import transaction

from voltward.base.errors import NothingRecorded, NotPermitted, WritesHeld
from voltward.records import wall
from voltward.records.history import tell_database
from voltward.records.models import AuditRow, Person
from voltward.records.origin import origin

P = ParamSpec("P")
R = TypeVar("R")
ACTIONS: dict[str, str] = {}
_recorded: ContextVar[list[str]] = ContextVar("_recorded")
_held: ContextVar[str] = ContextVar("_held", default="")
SEAT_LOCKED = "seat_locked"
READ_ONLY = "read_only"
# what a locked seat may still do: unlock, and go
OPEN_TO_LOCKED_SEATS = frozenset({"seat.unlock", "session.end"})


class Subject(Protocol):
    """Anything with a primary key."""

    pk: Any


@contextmanager
def writes_held(code: str) -> Iterator[None]:
    """Refuse writes of the request in hand with ``code``; an empty one holds nothing back."""
    token = _held.set(code)
    try:
        yield
    finally:
        _held.reset(token)


def held_for(actor: Person, name: str) -> str:
    """The code that the write ``name`` is refused with now; empty: it is not."""
    if actor.reads_only:
        return READ_ONLY
    code = _held.get()
    return "" if code == SEAT_LOCKED and name in OPEN_TO_LOCKED_SEATS else code


def action(
    name: str, *, needs: str
) -> Callable[[Callable[Concatenate[Person, P], R]], Callable[Concatenate[Person, P], R]]:
    """Register a write; refuse it without the grant; insist that it left an audit row."""
    ACTIONS[name] = needs

    def frame(body: Callable[Concatenate[Person, P], R]) -> Callable[Concatenate[Person, P], R]:
        @wraps(body)
        def run(actor: Person, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if needs not in actor.grants:
                # outside any transaction of the body's: the refusal itself is kept
                write_row(actor, name, subject="", result="refused")
                raise NotPermitted(f"{name} needs {needs}")
            if code := held_for(actor, name):
                write_row(actor, name, subject="", result="refused", after={"why": code})
                raise WritesHeld(code)
            is_outermost = _recorded.get(None) is None
            token = _recorded.set([])
            try:
                with transaction.atomic():
                    if is_outermost:  # what an inner action changes belongs to the outer one
                        tell_database(actor, name)
                    result = body(actor, *args, **kwargs)
                    if name not in _recorded.get():
                        raise NothingRecorded(name)
            finally:
                _recorded.reset(token)
            return result

        return run

    return frame


def record(
    actor: Person,
    action: str,
    subject: Subject,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    maker_id: int | None = None,
) -> None:
    """Add the audit row of the action in hand; values must be JSON.

    ``maker_id``: whose record it is, where the platform itself acts; else the actor's maker's.
    """
    write_row(actor, action, subject=label(subject), before=before, after=after, maker_id=maker_id)
    _recorded.get().append(action)


def label(subject: Subject) -> str:
    """How an audit row names a record: ``Vehicle:17``."""
    return f"{type(subject).__name__}:{subject.pk}"


def write_row(
    actor: Person | None,
    action: str,
    *,
    subject: str,
    result: str = "done",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    maker_id: int | None = None,
) -> None:
    """One audit row; ``result`` is done, read or refused."""
    source = origin()
    maker_id = maker_id or (actor.maker_id if actor else None)
    # the row's number comes back with the insert, so whoever adds a row must be able to see it
    with wall.within(wall.of(maker_id)):
        AuditRow.objects.create(
            actor=actor,
            maker_id=maker_id,
            action=action,
            subject=subject,
            result=result,
            before=before or {},
            after=after or {},
            address=source.address,
            request_number=source.number,
        )

"""How long a session lives: judged from its row, its person and the time, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from voltward.base.clock import Clock, SystemClock, utc
from voltward.records.models import Person, PersonSession
from voltward.records.sign_in_rules import SignInRules, rules

SESSION = "person_session"  # in the browser's session: which row it is
ENDED = "ended_why"  # in the browser's next session: why the last one ended
CONFIRMED_FOR = timedelta(minutes=5)  # how long a proof of identity serves for sensitive changes
clock: Clock = SystemClock()


def now() -> datetime:
    return utc(clock.now_ns())


@dataclass(frozen=True)
class Verdict:
    """``ended``: why the session is over, empty: it goes on. ``locked``: a seat that only reads."""

    ended: str = ""
    locked: bool = False


def judged(session: PersonSession | None, person: Person, at: datetime) -> Verdict:
    """What a session is worth at ``at``."""
    held = rules()
    if session is None or session.person_id != person.pk:
        return Verdict("unknown")
    if session.ended_at is not None:
        return Verdict(session.ended_why or "ended")
    if not session.factor and not held.is_demo:
        return Verdict("one_factor")
    if set(session.roles) != person.roles:
        return Verdict("roles")
    if at - session.signed_in_at >= held.absolute:
        return Verdict("absolute")
    if is_idle(session, at, held):
        return Verdict(locked=True) if session.is_duty_seat else Verdict("idle")
    return Verdict()


def is_idle(session: PersonSession, at: datetime, held: SignInRules) -> bool:
    return at - session.touched_at >= held.idle


def is_confirmed(session: PersonSession, at: datetime) -> bool:
    """Whether the person proved who they are a moment ago."""
    return at - session.confirmed_at < CONFIRMED_FOR


def session_row(store: SessionBase) -> PersonSession | None:
    """The row that a browser's session names."""
    number = store.get(SESSION)
    return PersonSession.objects.filter(pk=number).first() if isinstance(number, int) else None


def person_still_in(store: SessionBase) -> Person | None:
    """Who a browser's session lets in now, asked of the database: for streams that stay open."""
    probe = HttpRequest()
    probe.session = store
    person = get_user(probe)
    if not isinstance(person, Person) or judged(session_row(store), person, now()).ended:
        return None
    return person

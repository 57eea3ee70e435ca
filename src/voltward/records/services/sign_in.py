"""Every write to sessions: begun, touched, ended, confirmed, and the duty seats among them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from voltward.base.errors import NotPermitted, WrongState
from voltward.records import seats
from voltward.records.account_events import SignedInAnew
from voltward.records.actions import action, label, record, write_row
from voltward.records.events import tell
from voltward.records.models import Person, PersonSession
from voltward.records.origin import origin
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors.sign_in import (
    own_sessions,
    session_locked,
    sessions_visible,
    sign_in_history,
)
from voltward.records.sessions import is_idle, now
from voltward.records.sign_in_places import device_of, place_of
from voltward.records.sign_in_rules import rules

TOUCH_EVERY = timedelta(seconds=10)  # a write a request would cost more than the ten seconds
KEEP_SESSIONS = timedelta(days=400)  # as long as the audit rows that name them are on line


@transaction.atomic
def session_begun(
    person: Person, *, factor: str, device: str, replaces: int | None = None
) -> PersonSession:
    """A login that succeeded; ``replaces``: the session that the same browser had before."""
    at = now()
    if replaces is not None:
        PersonSession.objects.filter(pk=replaces, ended_at=None).update(
            ended_at=at, ended_why="replaced"
        )
    history = sign_in_history(person)
    session = PersonSession.objects.create(
        person=person, signed_in_at=at, touched_at=at, confirmed_at=at, factor=factor,
        roles=sorted(Person.objects.get(pk=person.pk).roles), address=origin().address, device=device[:200],
    )  # fmt: skip
    _told_if_new(session, history)
    return session


def _told_if_new(session: PersonSession, history: set[tuple[str | None, str]]) -> None:
    """Tell of a place or device the account was not seen with; the first sign-in has none to compare."""
    place, device = place_of(session.address), device_of(session.device)
    is_new_place = place not in {"", *(place_of(address) for address, _device in history)}
    is_new_device = device not in {"", *(device_of(device) for _address, device in history)}
    if history and (is_new_place or is_new_device):
        tell(session.person, SignedInAnew(session, is_new_place, is_new_device))


def login_recorded(person: Person, *, session_id: int | None, factor: str) -> None:
    """The audit row of a login, once all of its steps are done."""
    after = {"factor": factor, "session": session_id}
    write_row(person, "login", subject=label(person), after=after)


def session_touched(session: PersonSession, at: datetime) -> None:
    """Somebody's hand was at work; kept to ten seconds."""
    if at - session.touched_at >= TOUCH_EVERY:
        session.touched_at = at
        PersonSession.objects.filter(pk=session.pk, touched_at__lt=at).update(touched_at=at)


def session_over(session: PersonSession, *, why: str) -> None:
    """End a session and say why in the audit trail; one that is over stays as it is."""
    ended = PersonSession.objects.filter(pk=session.pk, ended_at=None)
    if ended.update(ended_at=now(), ended_why=why):
        name = "logout" if why == "logout" else "session.over"
        write_row(session.person, name, subject=label(session), after={"why": why})


def sessions_over(person: Person, *, why: str, keep: int | None = None) -> None:
    """End all sessions of a person but ``keep``; the caller's audit row names the cause."""
    going_on = PersonSession.objects.filter(person=person, ended_at=None)
    if keep is not None:
        going_on = going_on.exclude(pk=keep)
    going_on.update(ended_at=now(), ended_why=why)


def roster_checked(session: PersonSession, at: datetime) -> bool:
    """Ask once a minute whether a duty seat's person is still on duty; else it is a seat no more."""
    last = session.roster_checked_at
    if last is not None and at - last < seats.RECHECK_EVERY:
        return True
    stays = seats.may_sit(session.person, at)
    session.is_duty_seat, session.roster_checked_at = stays, at
    session.save(update_fields=["is_duty_seat", "roster_checked_at"])
    if not stays:
        write_row(session.person, "seat.lost", subject=label(session), after={"why": "roster"})
    return stays


@action("session.end", needs=OWN_ACCOUNT)
def own_session_end(actor: Person, *, session_id: int) -> PersonSession:
    """End one of one's own sessions; raises ``NotFound`` for any other."""
    session = session_locked(own_sessions(actor), session_id)
    return _ended(actor, session, "session.end", why="ended")


@action("session.kill", needs="session.manage")
def session_kill(actor: Person, *, session_id: int) -> PersonSession:
    """End somebody's session.

    Raises:
        NotFound: no such session that goes on, or another maker's.
    """
    session = session_locked(sessions_visible(actor), session_id)
    return _ended(actor, session, "session.kill", why="killed")


@action("session.confirm", needs=OWN_ACCOUNT)
def identity_confirmed(actor: Person, *, session_id: int, by: str) -> PersonSession:
    """The actor proved once more who they are, ``by`` a factor or the password."""
    session = session_locked(own_sessions(actor), session_id)
    session.confirmed_at = now()
    session.save(update_fields=["confirmed_at"])
    record(actor, "session.confirm", session, before={}, after={"by": by})
    return session


@action("seat.take", needs="telemetry.read")
def seat_take(actor: Person, *, session_id: int) -> PersonSession:
    """Make one's session a duty seat.

    Raises:
        NotPermitted: no monitoring operator, or not on the roster now.
        NotFound: not the actor's session.
    """
    at = now()
    if not seats.may_sit(actor, at):
        raise NotPermitted("seat.take: not on duty")
    session = session_locked(own_sessions(actor), session_id)
    return _seated(actor, session, "seat.take", is_duty_seat=True, at=at)


@action("seat.leave", needs=OWN_ACCOUNT)
def seat_leave(actor: Person, *, session_id: int) -> PersonSession:
    """Make a duty seat an ordinary session again; raises ``NotFound`` for others' sessions."""
    session = session_locked(own_sessions(actor), session_id)
    return _seated(actor, session, "seat.leave", is_duty_seat=False, at=now())


@action("seat.unlock", needs=OWN_ACCOUNT)
def seat_unlock(actor: Person, *, session_id: int, by: str) -> PersonSession:
    """Let a locked seat write again, after the second factor was given.

    Raises:
        NotPermitted: the roster no longer has the actor on duty.
        WrongState: the seat is not locked.
        NotFound: not the actor's session.
    """
    at = now()
    session = session_locked(own_sessions(actor), session_id)
    if not session.is_duty_seat or not is_idle(session, at, rules()):
        raise WrongState(f"session {session_id} is no locked seat")
    if not seats.may_sit(actor, at):
        raise NotPermitted("seat.unlock: not on duty")
    session.touched_at = session.confirmed_at = session.roster_checked_at = at
    session.save(update_fields=["touched_at", "confirmed_at", "roster_checked_at"])
    record(actor, "seat.unlock", session, before={"locked": True}, after={"by": by})
    return session


def sessions_forgotten() -> int:
    """Delete what no audit row on line names any more, and browsers' sessions that are over."""
    Session.objects.filter(expire_date__lt=now()).delete()
    old = PersonSession.objects.filter(signed_in_at__lt=now() - KEEP_SESSIONS)
    return old.delete()[0]


def _ended(actor: Person, session: PersonSession, name: str, *, why: str) -> PersonSession:
    session.ended_at, session.ended_why = now(), why
    session.save(update_fields=["ended_at", "ended_why"])
    after = {"why": why, "person": session.person_id}
    record(actor, name, session, before={}, after=after)
    return session


def _seated(
    actor: Person, session: PersonSession, name: str, *, is_duty_seat: bool, at: datetime
) -> PersonSession:
    before = {"is_duty_seat": session.is_duty_seat}
    session.is_duty_seat, session.roster_checked_at = is_duty_seat, at
    session.save(update_fields=["is_duty_seat", "roster_checked_at"])
    record(actor, name, session, before=before, after={"is_duty_seat": is_duty_seat})
    return session

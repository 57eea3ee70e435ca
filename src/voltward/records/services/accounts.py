"""Opening and closing accounts."""

from __future__ import annotations

from voltward.base.errors import WrongState
from voltward.records import selectors
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.selectors.sign_in import person_managed, stale_people
from voltward.records.services.sign_in import sessions_over
from voltward.records.sessions import now


@action("person.disable", needs="person.manage")
def person_disable(actor: Person, *, login: str, why: str) -> Person:
    """Close an account; its sessions, streams and tokens end at once.

    Raises:
        NotFound: no such login, or another maker's.
        WrongState: it is closed already.
    """
    return _turned(actor, login, "person.disable", is_active=False, why=why)


@action("person.enable", needs="person.manage")
def person_enable(actor: Person, *, login: str, why: str) -> Person:
    """Open a closed account again; raises as ``person_disable``."""
    return _turned(actor, login, "person.enable", is_active=True, why=why)


def stale_people_disabled() -> int:
    """Close every account that nobody used for too long; returns how many."""
    actor = selectors.installation()
    stale = list(stale_people(now()))
    for person in stale:
        person_disable(actor, login=person.login, why="stale")
    return len(stale)


def _turned(actor: Person, login: str, name: str, *, is_active: bool, why: str) -> Person:
    person = person_managed(actor, login)
    if person.is_active is is_active:
        raise WrongState(f"{person.login} is {'open' if is_active else 'closed'} already")
    person.is_active = is_active
    changed = ["is_active"]
    if is_active:
        # counts as used now, or the next round would close it again
        person.last_login = now()
        changed.append("last_login")
    person.save(update_fields=changed)
    sessions_over(person, why="disabled")
    before, after = {"is_active": not is_active}, {"is_active": is_active, "why": why}
    record(actor, name, person, before=before, after=after)
    return person

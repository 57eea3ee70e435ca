"""Closing and opening accounts, and taking what opens them: second factors and passwords.

Closing is done at once. What lets somebody in again waits for a second person where the account
holds a role that matters for security; the platform's own account, at the machine's shell, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.records import approvals, selectors
from voltward.records.account_events import FactorsRemoved, PasswordChanged
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Approval, Person
from voltward.records.passwords import generated
from voltward.records.roles import INSTALLATION, ROLES
from voltward.records.selectors.organisation import person_by_id
from voltward.records.selectors.sign_in import factors_of, person_managed, stale_people
from voltward.records.services.sign_in import sessions_over
from voltward.records.sessions import now

Change = dict[str, Any]
ENABLE: Final = "person.enable"
RESET: Final = "factor.reset"
RENEW: Final = "password.renew"


@dataclass(frozen=True)
class Renewed:
    """``password``: shown once. ``waits``: the wish it waits for; None: it opens the account now."""

    password: str
    waits: Approval | None


@action("person.disable", needs="account.manage")
def person_disable(actor: Person, *, login: str, why: str) -> Person:
    """Close an account; its sessions, streams and tokens end at once.

    Raises:
        NotFound: no such login, or another maker's.
        NotPermitted: nobody closes their own account.
        BadInput: no reason.
        WrongState: it is closed already.
    """
    person = _managed(actor, login, "person.disable", why)
    if not person.is_active:
        raise WrongState(f"{person.login} is closed already")
    person.is_active = False
    person.save(update_fields=["is_active"])
    sessions_over(person, why="disabled")
    after = {"is_active": False, "why": why.strip()[:500]}
    record(actor, "person.disable", person, before={"is_active": True}, after=after)
    return person


@action(ENABLE, needs="account.manage")
def person_enable(actor: Person, *, login: str, why: str) -> Person | Approval:
    """Open a closed account again, or ask a second person for it; raises as ``person_disable``."""
    return _done_or_asked(actor, login, ENABLE, why, {})


@action(RESET, needs="account.manage")
def factors_reset(actor: Person, *, login: str, why: str) -> Person | Approval:
    """Take all factors from somebody who lost them; the next login leads to a new one.

    Raises:
        NotFound: no such login, or another maker's.
        NotPermitted: it is the actor's own account.
        BadInput: no reason.
        WrongState: there is no factor, or a second person was asked already.
    """
    return _done_or_asked(actor, login, RESET, why, {})


@action(RENEW, needs="account.manage")
def password_renew(actor: Person, *, login: str, why: str) -> Renewed:
    """Put a made password in the place of the present one; its owner chooses another at the next login.

    Where a second person is asked, the made password opens nothing until that person agrees.

    Raises:
        NotFound: no such login, or another maker's.
        NotPermitted: it is the actor's own account.
        BadInput: no reason.
        WrongState: the account logs in without a password, or a second person was asked already.
    """
    password = generated(person_managed(actor, login))
    done = _done_or_asked(actor, login, RENEW, why, {"password": make_password(password)})
    return Renewed(password, done if isinstance(done, Approval) else None)


def stale_people_disabled() -> int:
    """Close every account that nobody used for too long; returns how many."""
    actor = selectors.installation()
    stale = list(stale_people(now()))
    for person in stale:
        person_disable(actor, login=person.login, why="stale")
    return len(stale)


def takes_two(actor: Person, person: Person) -> bool:
    """Whether letting ``person`` in again is a second person's to agree to."""
    if INSTALLATION in actor.roles:
        return False
    return any(ROLES[code].sensitive for code in person.roles if code in ROLES)


def waiting_for(person: Person) -> list[Approval]:
    """What a second person was asked to agree to for this account, oldest first."""
    asked = Approval.objects.filter(kind__in=KINDS, state="waiting", payload__person=person.pk)
    return list(asked.select_related("asked_by").order_by("asked_at", "pk"))


def _managed(actor: Person, login: str, name: str, why: str) -> Person:
    person = person_managed(actor, login)
    if person.pk == actor.pk:
        raise NotPermitted(f"{name}: nobody does this to their own account")
    if not why.strip():
        raise BadInput("why: no reason given")
    return person


def _done_or_asked(
    actor: Person, login: str, name: str, why: str, more: Change
) -> Person | Approval:
    person = _managed(actor, login, name, why)
    _CHECKS[name](person)
    if not takes_two(actor, person):
        before, after = _STEPS[name](actor, person, more)
        after["why"] = why.strip()[:500]
        record(actor, name, person, before=before, after=after)
        return person
    if any(asked.kind == name for asked in waiting_for(person)):
        raise WrongState(f"{name}: a second person was asked for {person.login} already")
    wish = approvals.opened(
        actor,
        KINDS[name],
        title=f"{person.display_name} ({person.login})",
        payload={"person": person.pk, **more},
        reason=why,
    )
    after = {"person": person.login, "waits_for": "role.approve"}
    record(actor, name, wish, before={}, after=after)
    return wish


def _is_closed(person: Person) -> None:
    if person.is_active:
        raise WrongState(f"{person.login} is open already")


def _has_factors(person: Person) -> None:
    if not factors_of(person).exists():
        raise WrongState(f"{person.login} has no factor")


def _has_password(person: Person) -> None:
    if person.is_program or not person.has_usable_password():
        raise WrongState(f"{person.login} logs in without a password")


def _enabled(_actor: Person, person: Person, _: Change) -> tuple[Change, Change]:
    person.is_active = True
    # counts as used now, or the next round would close it again
    person.last_login = now()
    person.save(update_fields=["is_active", "last_login"])
    sessions_over(person, why="disabled")
    return {"is_active": False}, {"is_active": True}


def _factors_taken(actor: Person, person: Person, _: Change) -> tuple[Change, Change]:
    before = {"types": sorted(factors_of(person).values_list("type", flat=True))}
    factors_of(person).delete()
    sessions_over(person, why="factor")
    tell(actor, FactorsRemoved(person, tuple(before["types"]), now()))
    return before, {}


def _password_renewed(actor: Person, person: Person, more: Change) -> tuple[Change, Change]:
    person.password, person.password_changed_at = more["password"], None
    person.save(update_fields=["password", "password_changed_at"])
    sessions_over(person, why="password")
    tell(actor, PasswordChanged(person, now()))
    return {}, {"login": person.login}


@action("account.agree", needs="role.approve")
def _agreed(actor: Person, *, approval: Approval) -> None:
    """Carry the wish out, checked anew: much may have changed since it was asked."""
    wish = approval.payload
    person = person_managed(actor, person_by_id(actor, wish["person"]).login)
    if person.pk == actor.pk:
        raise NotPermitted("account.agree: nobody agrees to what opens their own account")
    _CHECKS[approval.kind](person)
    before, after = _STEPS[approval.kind](actor, person, wish)
    after |= {"what": approval.kind, "why": approval.reason}
    record(actor, "account.agree", person, before=before, after=after)
    approval.payload = {"person": person.pk}  # what was made for this wish serves no other
    approval.save(update_fields=["payload"])


_CHECKS: Final[dict[str, Callable[[Person], None]]] = {
    ENABLE: _is_closed,
    RESET: _has_factors,
    RENEW: _has_password,
}
_STEPS: Final[dict[str, Callable[[Person, Person, Change], tuple[Change, Change]]]] = {
    ENABLE: _enabled,
    RESET: _factors_taken,
    RENEW: _password_renewed,
}
KINDS: Final = {
    code: approvals.register(
        approvals.Kind(
            code=code,
            title=title,
            needs="role.approve",
            apply=lambda decider, approval: _agreed(decider, approval=approval),
        )
    )
    for code, title in (
        (ENABLE, _("重新启用安全敏感账号")),
        (RESET, _("重置安全敏感账号的第二因素")),
        (RENEW, _("更换安全敏感账号的密码")),
    )
}

"""Every read of makers, people and tokens."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.records.models import ApiToken, Assignment, LoginAttempt, Maker, Person
from voltward.records.protection import marks

INSTALLATION_LOGIN = "voltward"
WINDOW = timedelta(minutes=15)
GUESSES_PER_LOGIN = 10
GUESSES_PER_ADDRESS = 100


def installation() -> Person:
    """The platform's own account: actor of set-up commands and of what the gateway brings in."""
    return Person.objects.get(login=INSTALLATION_LOGIN)


def maker_by_name(name: str) -> Maker | None:
    return Maker.objects.filter(name=name).first()


def maker_first() -> Maker | None:
    """The maker that runs this installation: the one made first."""
    return Maker.objects.order_by("pk").first()


def maker_of_wmi(wmi: str) -> Maker | None:
    """The maker that builds vehicles under ``wmi``, if one says so."""
    return Maker.objects.filter(wmis__contains=[wmi]).order_by("pk").first()


def person_by_login(login: str) -> Person:
    """
    Raises:
        NotFound: nobody logs in under that name.
    """
    person = Person.objects.filter(login=login.strip().lower()).first()
    if person is None:
        raise NotFound(f"person {login}")
    return person


def _roles_of(person: str) -> ArraySubquery:
    """The roles of the person in column ``person``, in the same query: it runs at every request."""
    columns = JSONObject(**{name: name for name in Assignment.KEPT})
    return ArraySubquery(Assignment.objects.filter(person=OuterRef(person)).values(row=columns))


def person_of_session(person_id: int) -> Person | None:
    """Who a session belongs to; nobody once the account is closed, or its rights are forged."""
    people = Person.objects.filter(pk=person_id, is_active=True, is_program=False)
    person = people.select_related("maker").annotate(held=_roles_of("pk")).first()
    if person is None:
        return None
    person.hold(person.held)
    return None if found_forged(person) else person


def token_digest(text: str) -> str:
    # tokens carry 256 random bits, so a plain hash cannot be guessed back
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def token_valid(text: str, scope: str = "read") -> ApiToken | None:
    """The token behind ``text`` if it may be used now, for what ``scope`` is about."""
    token = (
        ApiToken.objects.select_related("person__maker")
        .annotate(held=_roles_of("person"))
        .filter(
            digest=token_digest(text), scope=scope, revoked_at=None, expires_at__gt=timezone.now()
        )
        .first()
    )
    if token is None or not token.person.is_active:
        return None
    token.person.hold(token.held)
    if found_forged(token.person, token):
        return None
    token.person.reads_only = True  # there is no scope yet that writes
    return token


def found_forged(person: Person, token: ApiToken | None = None) -> bool:
    """Whether a row behind these rights is forged; whoever listens is told which."""
    labels = [*person.forged]
    if token is not None and not token.is_genuine:
        labels.append(f"ApiToken:{token.pk}")
    if labels:
        marks.found(labels)
    return bool(labels)


def too_many_guesses(login: str, address: str | None, step: str = "password") -> bool:
    """Whether this login or address failed too often in the last quarter of an hour.

    A right answer clears the count of its login at that step, never that of its address.
    """
    since = timezone.now() - WINDOW
    everywhere = LoginAttempt.objects.filter(at__gte=since)
    recent = everywhere.filter(step=step)
    last = (
        recent.filter(login=login, succeeded=True)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    of_login = recent.filter(login=login, succeeded=False, at__gt=_later(last, since))
    if of_login.count() > GUESSES_PER_LOGIN:
        return True
    of_address = everywhere.filter(address=address, succeeded=False)
    return address is not None and of_address.count() > GUESSES_PER_ADDRESS


def _later(last: datetime | None, since: datetime) -> datetime:
    return last if last and last > since else since

"""Every read of sessions, factors, tokens and idle accounts."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from voltward.base.errors import NotFound
from voltward.records.models import ApiToken, Person, PersonSession
from voltward.records.sessions import now
from voltward.records.sign_in_rules import rules

STRONG = ("totp", "webauthn")  # recovery codes stand in for these and are no factor alone
DEMO_PREFIX = "demo-"


def factors_of(person: Person) -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=person)
    return found.order_by("created_at", "pk")


def has_factor(person: Person) -> bool:
    """Whether the person can give a second factor."""
    return factors_of(person).filter(type__in=STRONG).exists()


def accounts_visible(actor: Person) -> QuerySet[Person]:
    """The accounts of the actor's maker by login; ``strong``: whether a second factor is there."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=STRONG)
    people = Person.objects.filter(maker=actor.maker).annotate(strong=Exists(factor))
    return people.order_by("login")


def _going_on(at: datetime) -> Q:
    held = rules()
    awake = Q(touched_at__gt=at - held.idle) | Q(is_duty_seat=True)
    return awake & Q(ended_at=None, signed_in_at__gt=at - held.absolute)


def own_sessions(actor: Person) -> QuerySet[PersonSession]:
    """The actor's own sessions that go on, newest first."""
    return PersonSession.objects.filter(_going_on(now()), person=actor).order_by("-signed_in_at")


def sign_in_history(person: Person) -> set[tuple[str | None, str]]:
    """Addresses and devices of all sign-ins of a person that are still known."""
    rows = PersonSession.objects.filter(person=person)
    return set(rows.values_list("address", "device").distinct())


def sessions_visible(actor: Person) -> QuerySet[PersonSession]:
    """The sessions of the actor's maker that go on, newest first."""
    found = PersonSession.objects.filter(_going_on(now()), person__maker=actor.maker)
    return found.select_related("person").order_by("-signed_in_at", "-pk")


def session_visible(actor: Person, session_id: int) -> PersonSession:
    """
    Raises:
        NotFound: none such that goes on, or another maker's.
    """
    found = sessions_visible(actor).filter(pk=session_id).first()
    if found is None:
        raise NotFound(f"session {session_id}")
    return found


def session_locked(sessions: QuerySet[PersonSession], session_id: int) -> PersonSession:
    """
    Raises:
        NotFound: none such among ``sessions``, or it is over already.
    """
    locked = PersonSession.objects.select_for_update().filter(pk=session_id, ended_at=None)
    found = locked.filter(pk__in=sessions.order_by().values("pk")).first()
    if found is None:
        raise NotFound(f"session {session_id}")
    return found


def tokens_visible(actor: Person) -> QuerySet[ApiToken]:
    """The actor's own tokens; for holders of ``token.manage`` all of the maker. Newest first."""
    if "token.manage" not in actor.grants:
        found = ApiToken.objects.filter(person=actor)
    elif actor.maker_id is None:
        found = ApiToken.objects.all()
    else:
        found = ApiToken.objects.filter(person__maker=actor.maker_id)
    return found.select_related("person").order_by("-created_at", "-pk")


def programs_visible(actor: Person) -> QuerySet[Person]:
    """Accounts of programs that the actor may make tokens for."""
    programs = Person.objects.filter(is_program=True, is_active=True, maker=actor.maker)
    return programs.exclude(maker=None).order_by("login")


def person_managed(actor: Person, login: str) -> Person:
    """Somebody of the actor's maker, locked until the transaction ends.

    Raises:
        NotFound: none such, or another maker's; the two look the same.
    """
    people = Person.objects.select_for_update(of=("self",)).filter(login=login.strip().lower())
    if actor.maker_id is not None:
        people = people.filter(maker=actor.maker_id)
    person = people.first()
    if person is None:
        raise NotFound(f"person {login}")
    return person


def stale_people(at: datetime) -> QuerySet[Person]:
    """Open accounts of people who have not logged in for too long, or never did."""
    long_ago = at - rules().stale
    never = Q(last_login=None, created_at__lt=long_ago)
    people = Person.objects.filter(Q(last_login__lt=long_ago) | never)
    return people.filter(is_active=True, is_program=False).order_by("pk")


def demo_people() -> QuerySet[Person]:
    """Those whom the demo lets in with one click; nobody outside a demo."""
    people = Person.objects.filter(login__startswith=DEMO_PREFIX, is_active=True, is_program=False)
    return people.order_by("pk") if rules().is_demo else people.none()


def person_of_company(login: str) -> Person | None:
    """Who logs in under the name that the company's sign-in gives."""
    people = Person.objects.filter(login=login.strip().lower(), is_active=True, is_program=False)
    return people.first()

"""Every write to makers, people, roles, tokens and login attempts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound
from voltward.records import selectors
from voltward.records.actions import action, label, record, write_row
from voltward.records.models import LANGUAGES, ApiToken, Assignment, LoginAttempt, Maker, Person
from voltward.records.roles import OWN_ACCOUNT, ROLES
from voltward.records.services.roles import administrators_apart

TOKEN_PREFIX = "vw_"  # noqa: S105 - lets scanners recognise a leaked token
TOKEN_DAYS = 365
KEEP_ATTEMPTS = timedelta(days=30)


@action("maker.create", needs="maker.manage")
def maker_create(actor: Person, *, name: str, wmis: Iterable[str] = ()) -> Maker:
    """Add a maker; ``wmis``: the first three characters of its VINs.

    Raises:
        BadInput: the name is taken, or a WMI is not three characters long.
    """
    maker = Maker(name=name.strip(), wmis=sorted({wmi.strip().upper() for wmi in wmis}))
    if any(len(wmi) != 3 for wmi in maker.wmis):
        raise BadInput(f"wmis: {', '.join(maker.wmis)}; each has three characters")
    _clean(maker)
    maker.save()
    record(actor, "maker.create", maker, before={}, after={"name": maker.name, "wmis": maker.wmis})
    return maker


@action("person.create", needs="person.manage")
def person_create(
    actor: Person,
    *,
    login: str,
    display_name: str,
    maker: Maker,
    roles: Iterable[str],
    password: str | None = None,
    language: str = "zh-hans",
    is_program: bool = False,
) -> Person:
    """Add a person with roles; without ``password`` nobody can log in under that name.

    Raises:
        BadInput: login taken or badly formed, unknown role, or a password the rules refuse.
    """
    codes = sorted(set(roles))
    if unknown := [code for code in codes if code not in ROLES]:
        raise BadInput(f"roles: {', '.join(unknown)}; known are {', '.join(ROLES)}")
    administrators_apart(codes)
    person = Person(
        login=login.strip().lower(),
        display_name=display_name.strip(),
        maker=maker,
        language=language,
        is_program=is_program,
    )
    _set_password(person, password)
    _clean(person)
    person.save()
    Assignment.objects.bulk_create(
        Assignment(person=person, role=code, assigned_by=actor, administers=ROLES[code].administers)
        for code in codes
    )
    after = {"login": person.login, "maker": maker.pk, "roles": codes, "is_program": is_program}
    record(actor, "person.create", person, before={}, after=after)
    return person


@action("person.password", needs="person.manage")
def person_password_set(actor: Person, *, login: str, password: str) -> Person:
    """Give a person a new password; their sessions end with it.

    Raises:
        NotFound: no such login.
        BadInput: a password the rules refuse.
    """
    person = selectors.person_by_login(login)
    _set_password(person, password)
    person.save(update_fields=["password"])
    record(actor, "person.password", person, before={}, after={"login": person.login})
    return person


@action("account.password", needs=OWN_ACCOUNT)
def own_password_change(actor: Person, *, old: str, new: str) -> None:
    """Change one's own password.

    Raises:
        BadInput: the old one is wrong (field ``old``) or the rules refuse the new one.
    """
    if not actor.check_password(old):
        raise BadInput("old: not the present password")
    _set_password(actor, new)
    actor.save(update_fields=["password"])
    record(actor, "account.password", actor, before={}, after={})


@action("account.language", needs=OWN_ACCOUNT)
def own_language_choose(actor: Person, *, language: str) -> None:
    """Choose the language of the pages.

    Raises:
        BadInput: no such language.
    """
    if language not in dict(LANGUAGES):
        raise BadInput(f"language: {language}; known are {', '.join(dict(LANGUAGES))}")
    before = {"language": actor.language}
    actor.language = language
    actor.save(update_fields=["language"])
    record(actor, "account.language", actor, before=before, after={"language": language})


@action("token.create", needs="token.manage")
def token_create(
    actor: Person, *, person: Person, name: str, days: int = TOKEN_DAYS
) -> tuple[ApiToken, str]:
    """A new read-only token of ``person`` and its text, which is shown once and kept nowhere."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=person,
        name=name.strip()[:64],
        digest=selectors.token_digest(text),
        expires_at=timezone.now() + timedelta(days=days),
    )
    after = {"name": token.name, "person": person.login, "expires_at": token.expires_at.isoformat()}
    record(actor, "token.create", token, before={}, after=after)
    return token, text


@action("token.revoke", needs="token.manage")
def token_revoke(actor: Person, *, token_id: int) -> ApiToken:
    """End a token at once.

    Raises:
        NotFound: no such token that is still valid, or another maker's.
    """
    tokens = ApiToken.objects.select_for_update().filter(pk=token_id, revoked_at=None)
    if actor.maker_id is not None:
        tokens = tokens.filter(person__maker=actor.maker_id)
    token = tokens.first()
    if token is None:
        raise NotFound(f"token {token_id}")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(actor, "token.revoke", token, before={}, after={"name": token.name})
    return token


def token_used(token: ApiToken) -> None:
    """Note that a token is in use, at most once a minute: reading must stay cheap."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    if token.last_used_at is None or token.last_used_at < now - timedelta(minutes=1):
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def attempt_begun(login: str, address: str | None) -> LoginAttempt:
    """Count a try before it is judged, so that tries side by side all count."""
    return LoginAttempt.objects.create(login=login[:64], address=address)


def attempt_ended(attempt: LoginAttempt, person: Person | None, *, why: str = "") -> None:
    """Keep the outcome of a try in the count and in the audit trail."""
    if person is not None:
        attempt.succeeded = True
        attempt.save(update_fields=["succeeded"])
        LoginAttempt.objects.filter(at__lt=timezone.now() - KEEP_ATTEMPTS).delete()
        write_row(person, "login", subject=label(person))
    else:
        write_row(None, "login", subject=attempt.login, result="refused", after={"why": why})


def _set_password(person: Person, password: str | None) -> None:
    if password is None:
        person.set_unusable_password()
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput("password: " + " ".join(error.messages)) from error
    person.set_password(password)


def _clean(row: Maker | Person) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        parts = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise BadInput("; ".join(parts)) from error

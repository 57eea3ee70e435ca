"""Every write to makers, people, roles and login attempts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from voltward.base.errors import BadInput
from voltward.records.account_events import PasswordChanged
from voltward.records.actions import action, label, record, write_row
from voltward.records.checking import checked
from voltward.records.events import tell
from voltward.records.models import LANGUAGES, Assignment, LoginAttempt, Maker, Person
from voltward.records.roles import OWN_ACCOUNT, ROLES
from voltward.records.selectors.sign_in import person_managed
from voltward.records.services.roles import administrators_apart
from voltward.records.services.sign_in import sessions_over
from voltward.records.sessions import now

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
    checked(maker)
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
    checked(person)
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
        NotFound: no such login, or another maker's.
        BadInput: a password the rules refuse.
    """
    person = person_managed(actor, login)
    _set_password(person, password)
    person.save(update_fields=["password", "password_changed_at"])
    sessions_over(person, why="password")
    record(actor, "person.password", person, before={}, after={"login": person.login})
    tell(actor, PasswordChanged(person, now()))
    return person


@action("account.password", needs=OWN_ACCOUNT)
def own_password_change(
    actor: Person, *, old: str, new: str, keep_session: int | None = None
) -> None:
    """Change one's own password; all sessions but ``keep_session`` end.

    Raises:
        BadInput: the old one is wrong (field ``old``) or the rules refuse the new one.
    """
    if not actor.check_password(old):
        raise BadInput("old: not the present password")
    if old == new:
        raise BadInput("password: the present one again")
    _set_password(actor, new)
    actor.password_changed_at = now()
    actor.save(update_fields=["password", "password_changed_at"])
    sessions_over(actor, why="password", keep=keep_session)
    record(actor, "account.password", actor, before={}, after={})
    tell(actor, PasswordChanged(actor, now()))


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


def attempt_begun(login: str, address: str | None, step: str = "password") -> LoginAttempt:
    """Count a try before it is judged, so that tries side by side all count."""
    return LoginAttempt.objects.create(login=login[:64], address=address, step=step)


def attempt_ended(attempt: LoginAttempt, person: Person | None, *, why: str = "") -> None:
    """Keep the outcome of a try in the count and in the audit trail."""
    if person is not None:
        attempt.succeeded = True
        attempt.save(update_fields=["succeeded"])
        LoginAttempt.objects.filter(at__lt=timezone.now() - KEEP_ATTEMPTS).delete()
        write_row(person, f"login.{attempt.step}", subject=label(person))
    else:
        after = {"why": why, "step": attempt.step}
        write_row(None, "login", subject=attempt.login, result="refused", after=after)


def _set_password(person: Person, password: str | None) -> None:
    person.password_changed_at = None
    if password is None:
        person.set_unusable_password()
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput("password: " + " ".join(error.messages)) from error
    person.set_password(password)

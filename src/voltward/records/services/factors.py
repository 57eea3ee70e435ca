"""Every write to second factors, and the proofs that are given with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.records import one_time_codes, passkeys, selectors
from voltward.records.account_events import FactorsAdded, FactorsRemoved
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.guessing import TooManyGuesses
from voltward.records.models import Person
from voltward.records.origin import origin
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors.sign_in import STRONG, factors_of, has_factor
from voltward.records.services.people import attempt_begun, attempt_ended
from voltward.records.services.sign_in import sessions_over
from voltward.records.sessions import now
from voltward.records.sign_in_rules import rules


def code_proved(person: Person, code: str) -> str:
    """Check a one-time or recovery code; returns the kind of factor.

    Raises:
        BadInput: a wrong code, or one that was used already.
        TooManyGuesses: also with the right one, so that nothing can be learnt.
    """
    return _proved(person, "factor", lambda: _by_code(person, code))


def passkey_proved(person: Person, response: dict[str, Any]) -> str:
    """Check a passkey's answer; returns the kind of factor, raises as ``code_proved``."""

    def check() -> str:
        passkeys.proof_finished(person, response).record_usage()
        return "webauthn"

    return _proved(person, "factor", check)


def password_proved(person: Person, password: str) -> str:
    """Check the password of somebody who has no second factor: in a demo only."""

    def check() -> str:
        is_enough = rules().is_demo and not has_factor(person)
        if not person.check_password(password) or not is_enough:
            raise BadInput("password: not the present one")
        return "password"

    return _proved(person, "password", check)


@action("factor.totp.add", needs=OWN_ACCOUNT)
def totp_add(actor: Person, *, secret: str, code: str) -> Authenticator:
    """Add an authenticator app that has shown one right code.

    Raises:
        BadInput: the code is not the one of ``secret`` about now.
        WrongState: there is an app already.
    """
    if factors_of(actor).filter(type=Authenticator.Type.TOTP).exists():
        raise WrongState("an authenticator app is there already")
    period = one_time_codes.period_of(secret, code, after=0)
    if period is None:
        raise BadInput("code: wrong or out of time")
    data = {"secret": encrypt(secret), "last_period": period}
    added = Authenticator.objects.create(user=actor, type=Authenticator.Type.TOTP, data=data)
    record(actor, "factor.totp.add", added, before={}, after={"type": "totp"})
    tell(actor, FactorsAdded(actor, (added.type,), now()))
    return added


@action("factor.passkey.add", needs=OWN_ACCOUNT)
def passkey_add(actor: Person, *, name: str, credential: dict[str, Any]) -> Authenticator:
    """Add a passkey that answered the challenge.

    Raises:
        BadInput: no answer to the challenge that waits.
    """
    passkeys.adding_finished(credential)
    data = {"name": name.strip()[:64] or "passkey", "credential": credential}
    added = Authenticator.objects.create(user=actor, type=Authenticator.Type.WEBAUTHN, data=data)
    after = {"type": "webauthn", "name": data["name"]}
    record(actor, "factor.passkey.add", added, before={}, after=after)
    tell(actor, FactorsAdded(actor, (added.type,), now()))
    return added


@action("factor.recovery.renew", needs=OWN_ACCOUNT)
def recovery_codes_renew(actor: Person) -> list[str]:
    """New recovery codes, shown once; the old ones are void.

    Raises:
        WrongState: there is no factor that they could stand in for.
    """
    if not factors_of(actor).filter(type__in=STRONG).exists():
        raise WrongState("recovery codes need a factor first")
    Person.objects.select_for_update().get(pk=actor.pk)
    factors_of(actor).filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(actor)
    record(actor, "factor.recovery.renew", made.instance, before={}, after={})
    tell(actor, FactorsAdded(actor, (made.instance.type,), now()))
    return list(made.generate_codes())


@action("factor.remove", needs=OWN_ACCOUNT)
def factor_remove(actor: Person, *, factor_id: int, keep_session: int | None = None) -> None:
    """Remove a factor; other sessions than ``keep_session`` end.

    Raises:
        NotFound: not one of the actor's.
        WrongState: it is the last one, outside a demo.
    """
    Person.objects.select_for_update().get(pk=actor.pk)
    own = factors_of(actor)
    factor = own.filter(pk=factor_id, type__in=STRONG).first()
    if factor is None:
        raise NotFound(f"factor {factor_id}")
    is_last = not own.filter(type__in=STRONG).exclude(pk=factor_id).exists()
    if is_last and not rules().is_demo:
        raise WrongState("the last factor stays; add another first")
    before = {"type": factor.type}
    record(actor, "factor.remove", factor, before=before, after={})
    tell(actor, FactorsRemoved(actor, (factor.type,), now()))
    factor.delete()
    if is_last:
        own.delete()
    sessions_over(actor, why="factor", keep=keep_session)


def _proved(person: Person, step: str, check: Callable[[], str]) -> str:
    address = origin().address
    attempt = attempt_begun(person.login, address, step)
    if selectors.too_many_guesses(attempt.login, address, step):
        attempt_ended(attempt, None, why="too_many_guesses")
        raise TooManyGuesses(person.login)
    try:
        kind = check()
    except BadInput:
        attempt_ended(attempt, None, why=f"wrong_{step}")
        raise
    attempt_ended(attempt, person)
    return kind


@transaction.atomic
def _by_code(person: Person, code: str) -> str:
    locked = Authenticator.objects.select_for_update().filter(user=person)
    app = locked.filter(type=Authenticator.Type.TOTP).first()
    if app is not None:
        secret, used = decrypt(app.data["secret"]), app.data["last_period"]
        period = one_time_codes.period_of(secret, code, after=used)
        if period is not None:
            app.data["last_period"] = period
            app.save(update_fields=["data"])
            app.record_usage()
            return "totp"
    spare = locked.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    if spare is not None and spare.wrap().validate_code(code.replace(" ", "")):
        spare.record_usage()
        return "recovery_codes"
    raise BadInput("code: wrong, or used already")

"""What stands between a right password (or the company's word) and a session: one way for all logins."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import LoginStage
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpResponse
from django.shortcuts import redirect

from voltward.records.models import Person
from voltward.records.selectors.people import found_forged
from voltward.records.selectors.sign_in import has_factor
from voltward.records.sessions import ENDED, now
from voltward.records.sign_in_rules import Company, rules

PASSED = "passed_factor"  # in the browser's session until the login is done: whose factor, which
ONE_CLICK = "one_click"  # in a login's state: a button of the demo
SECOND_FACTOR = "second_factor"
OWN_PASSWORD = "own_password"  # noqa: S105 - the name of a stage


class SecondFactorStage(LoginStage):  # type: ignore[misc]
    """Nobody comes in with one factor; whoever has no second one makes one first."""

    key = SECOND_FACTOR
    urlname = "login-second"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        person = self.login.user
        if not isinstance(person, Person) or not person.is_active or person.is_program:
            return redirect("login"), False
        if found_forged(person):
            self.request.session[ENDED] = "forged"
            return redirect("login"), False
        if self.login.state.get(ONE_CLICK) and rules().is_demo:
            return None, True
        if two_factors_at_company(claims_of(self.login), rules().company):
            factor_passed(self.request.session, person, "sso")
            return None, True
        if has_factor(person):
            return redirect("login-second"), True
        return (None, True) if rules().is_demo else (redirect("login-enrol"), True)


class OwnPasswordStage(LoginStage):  # type: ignore[misc]
    """A password that somebody else set, or an outworn one, is changed before anything else."""

    key = OWN_PASSWORD
    urlname = "login-password"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        person, held = self.login.user, rules()
        if held.is_demo or claims_of(self.login):
            return None, True
        changed_at = person.password_changed_at
        if changed_at is None or (held.rotate and now() - changed_at >= held.rotate):
            return redirect("login-password"), True
        return None, True


def factor_passed(session: SessionBase, person: Person, kind: str) -> None:
    """Note that this very person has given a second factor in the login in hand."""
    session[PASSED] = [person.pk, kind]


def factor_of(session: SessionBase, person: Person) -> str:
    """The factor that this very person has given in the login in hand; empty: none yet."""
    match session.get(PASSED):
        case [number, str(kind)] if number == person.pk:
            return kind
    return ""


def claims_of(login: Any) -> dict[str, Any]:
    """The verified claims of the company's sign-in; empty when the login came another way."""
    company_login = (login.signal_kwargs or {}).get("sociallogin")
    if company_login is None:
        return {}
    return dict(company_login.account.extra_data.get("id_token") or {})


def two_factors_at_company(claims: dict[str, Any], company: Company | None) -> bool:
    """Whether the provider says that it asked for two factors (RFC 8176 amr, OIDC Core acr)."""
    if company is None or not claims:
        return False
    methods = claims.get("amr")
    by_methods = isinstance(methods, list) and "mfa" in methods
    return by_methods or claims.get("acr") in company.acr

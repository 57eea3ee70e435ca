"""Changes to second factors: whose they are, and who must prove what first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.records.signing_in import (
    PASSWORD,
    SECRET,
    code,
    give_password,
    is_in,
    made_person,
    sign_in,
    with_app,
    without_demo,
    wrong_code,
)

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records.models import AuditRow, Maker, Person, PersonSession
from voltward.records.selectors.sign_in import has_factor
from voltward.records.services import accounts, factors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    without_demo(settings)


@pytest.fixture
def person(maker: Maker) -> Person:
    return made_person(maker)


def test_secrets_of_apps_are_not_in_the_database(person: Person) -> None:
    with_app(person)
    assert SECRET not in json.dumps(Authenticator.objects.get().data)


def test_the_last_factor_stays_and_another_maker_s_cannot_be_touched(
    person: Person, other_operator: Person
) -> None:
    with_app(person)
    app = Authenticator.objects.get()
    with pytest.raises(WrongState):
        factors.factor_remove(person, factor_id=app.pk)
    with pytest.raises(NotFound):
        factors.factor_remove(other_operator, factor_id=app.pk)
    assert has_factor(person)


def test_a_second_app_and_a_wrong_code_are_refused(person: Person) -> None:
    with pytest.raises(BadInput):
        factors.totp_add(person, secret=SECRET, code=wrong_code())
    with pytest.raises(WrongState):
        factors.recovery_codes_renew(person)
    with_app(person)
    with pytest.raises(WrongState):
        factors.totp_add(person, secret=SECRET, code=code())
    assert Authenticator.objects.count() == 1


def test_an_administrator_resets_the_factors_of_the_own_maker_only(
    person: Person,
    system_admin: Person,
    operator: Person,
    other_operator: Person,
    as_nobody: Client,
) -> None:
    with_app(person)
    sign_in(as_nobody)
    with pytest.raises(NotPermitted):
        accounts.factors_reset(operator, login="zhang.san", why="lost")
    with pytest.raises(NotFound):
        accounts.factors_reset(system_admin, login=other_operator.login, why="lost")
    assert has_factor(person)
    accounts.factors_reset(system_admin, login="zhang.san", why="lost")
    assert not has_factor(person)
    assert not is_in(as_nobody)
    assert give_password(as_nobody)["Location"] == "/login/enrol/"


def test_sensitive_pages_ask_again_who_is_there(
    person: Person, as_nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_app(person)
    sign_in(as_nobody)
    assert as_nobody.get("/account/factors/").status_code == 200
    PersonSession.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    assert as_nobody.get("/account/factors/")["Location"].startswith("/account/confirm/")
    changes: dict[str, dict[str, str]] = {
        "/account/": {"old": PASSWORD, "new": "another-long-password"},
        "/account/factors/codes/": {},
        f"/account/factors/{Authenticator.objects.get().pk}/remove/": {},
        "/tokens/": {"name": "x", "scope": "read", "days": "1"},
        "/tokens/1/revoke/": {},
    }
    for path, given in changes.items():
        assert as_nobody.post(path, given)["Location"].startswith("/account/confirm/"), path
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    wrong = as_nobody.post("/account/confirm/?next=/account/factors/", {"code": wrong_code()})
    assert wrong.status_code == 200
    right = as_nobody.post("/account/confirm/?next=/account/factors/", {"code": code()})
    assert right["Location"] == "/account/factors/"
    assert as_nobody.get("/account/factors/").status_code == 200
    assert AuditRow.objects.filter(action="session.confirm", actor=person).exists()


def test_a_confirmation_never_leads_to_another_site(person: Person, as_nobody: Client) -> None:
    with_app(person)
    sign_in(as_nobody)
    answer = as_nobody.post("/account/confirm/?next=https://evil.example/", {"code": code()})
    assert answer["Location"] == "/account/"


def test_a_password_proves_nothing_outside_a_demo(person: Person) -> None:
    with pytest.raises(BadInput):
        factors.password_proved(person, PASSWORD)
    with_app(person)
    with pytest.raises(BadInput):
        factors.password_proved(person, PASSWORD)


def test_in_a_demo_the_password_proves_it_until_there_is_a_factor(
    person: Person, settings: Any
) -> None:
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"demo": True})
    assert factors.password_proved(person, PASSWORD) == "password"
    with_app(person)
    with pytest.raises(BadInput):
        factors.password_proved(person, PASSWORD)


def test_a_factor_that_is_removed_ends_the_other_sessions(
    person: Person, as_nobody: Client
) -> None:
    with_app(person)
    sign_in(as_nobody)
    there = Client()
    sign_in(there)
    spare = Authenticator.objects.create(
        user=person, type="webauthn", data={"name": "spare", "credential": {}}
    )
    assert as_nobody.post(f"/account/factors/{spare.pk}/remove/").status_code == 302
    assert is_in(as_nobody)
    assert not is_in(there)
    assert AuditRow.objects.get(action="factor.remove").before == {"type": "webauthn"}

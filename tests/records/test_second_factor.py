"""Two factors for every login: every way in, every way round."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.test import Client
from tests.entry.office.test_doors import DOORS, LOGIN
from tests.records.signing_in import (
    PASSWORD,
    SECRET,
    code,
    give_password,
    is_in,
    made_person,
    with_app,
    without_demo,
    wrong_code,
)

from voltward.records import selectors, stages
from voltward.records.guessing import TooManyGuesses
from voltward.records.models import AuditRow, LoginAttempt, Maker, Person, PersonSession
from voltward.records.services import factors
from voltward.records.sign_in_rules import rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    without_demo(settings)


@pytest.fixture
def person(maker: Maker) -> Person:
    return made_person(maker)


def every_way_in(client: Client, routes: Iterable[str] = DOORS) -> list[str]:
    """Ask doors with one factor given, by GET and by POST; names those that let in."""
    opened = []
    give_password(client)
    for route in sorted(routes):
        for ask in (client.get, client.post):
            answer = ask(DOORS[route].path, {"done": "1", "code": "000000", "login": "zhang.san"})
            guarded = route not in LOGIN | {"language/", "healthz", "wall/", "metrics"}
            if SESSION_KEY in client.session or (guarded and answer.status_code not in (302, 401)):
                opened.append(route)
        if route in LOGIN:
            give_password(client)
    return opened


@pytest.mark.parametrize("has_app", [True, False])
def test_no_door_opens_to_one_factor(person: Person, as_nobody: Client, has_app: bool) -> None:
    if has_app:
        with_app(person)
    assert every_way_in(as_nobody) == []
    assert not PersonSession.objects.exists()


def test_the_crawl_finds_a_build_that_forgets_the_second_factor(
    person: Person, as_nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_app(person)
    monkeypatch.setattr(stages.SecondFactorStage, "handle", lambda self: (None, True))
    # the session it opens is refused all the same: two things must break before anybody comes in
    assert every_way_in(as_nobody, ["account/"]) == []
    forgetful = replace(rules(), is_demo=True)
    monkeypatch.setattr("voltward.records.sessions.rules", lambda: forgetful)
    assert every_way_in(as_nobody, ["account/"]) == ["account/", "account/"]


def test_a_session_that_came_about_with_one_factor_lets_nobody_in(
    person: Person, as_nobody: Client
) -> None:
    as_nobody.force_login(person)
    assert not is_in(as_nobody)
    as_nobody.force_login(person)
    assert as_nobody.get("/api/vehicles/").status_code == 401


def test_password_and_code_open_a_session_and_say_which_factor(
    person: Person, as_nobody: Client
) -> None:
    with_app(person)
    assert give_password(as_nobody)["Location"] == "/login/second/"
    before = as_nobody.session.session_key
    assert as_nobody.post("/login/second/", {"code": code()}).status_code == 302
    assert is_in(as_nobody)
    assert as_nobody.session.session_key != before
    assert PersonSession.objects.get().factor == "totp"
    row = AuditRow.objects.get(action="login", result="done")
    assert (row.actor, row.after["factor"]) == (person, "totp")


def test_a_code_is_good_once(person: Person, as_nobody: Client) -> None:
    with_app(person)
    given = code()
    give_password(as_nobody)
    as_nobody.post("/login/second/", {"code": given})
    other = Client()
    give_password(other)
    assert "验证未通过" in other.post("/login/second/", {"code": given}).content.decode()
    assert not is_in(other)


def test_a_wrong_or_empty_code_lets_nobody_in(person: Person, as_nobody: Client) -> None:
    with_app(person)
    give_password(as_nobody)
    for given in (wrong_code(), "", "x" * 16):
        assert as_nobody.post("/login/second/", {"code": given}).status_code == 200
    assert not is_in(as_nobody)
    assert AuditRow.objects.filter(action="login", after__step="factor").exists()


def test_after_ten_wrong_codes_even_the_right_one_waits(person: Person, as_nobody: Client) -> None:
    with_app(person)
    for _ in range(selectors.GUESSES_PER_LOGIN):
        # a right password each time must not clear the count of the codes
        give_password(as_nobody)
        as_nobody.post("/login/second/", {"code": wrong_code()})
    answer = as_nobody.post("/login/second/", {"code": code()})
    assert "尝试次数过多" in answer.content.decode()
    assert not is_in(as_nobody)
    with pytest.raises(TooManyGuesses):
        factors.code_proved(person, code())


def test_an_address_that_guesses_codes_is_slowed_down_at_passwords_too(
    person: Person, as_nobody: Client
) -> None:
    LoginAttempt.objects.bulk_create(
        LoginAttempt(login=f"name-{number}", address="127.0.0.1", step="factor")
        for number in range(selectors.GUESSES_PER_ADDRESS)
    )
    assert "尝试次数过多" in give_password(as_nobody).content.decode()


def test_whoever_has_no_factor_makes_one_first_and_gets_recovery_codes(
    person: Person, as_nobody: Client
) -> None:
    assert give_password(as_nobody)["Location"] == "/login/enrol/"
    page = as_nobody.get("/login/enrol/").content.decode()
    secret = re.search(r'<p class="vw-mono">([A-Z2-7 ]+)</p>', page)
    assert secret is not None
    shown = secret[1].replace(" ", "")
    answer = as_nobody.post("/login/enrol/", {"code": code(secret=shown)})
    codes = re.findall(r'<li class="vw-mono">(\d{8})</li>', answer.content.decode())
    assert len(codes) == 10
    assert not is_in(as_nobody)
    assert as_nobody.post("/login/enrol/", {"done": "1"}).status_code == 302
    assert is_in(as_nobody)
    assert AuditRow.objects.filter(action="factor.totp.add", actor=person).exists()
    spare = Client()
    give_password(spare)
    spare.post("/login/second/", {"code": codes[3]})
    assert is_in(spare)
    again = Client()
    give_password(again)
    again.post("/login/second/", {"code": codes[3]})
    assert not is_in(again)


def test_a_password_alone_adds_no_factor_beside_the_one_there_is(
    person: Person, as_nobody: Client
) -> None:
    with_app(person)
    give_password(as_nobody)
    assert as_nobody.get("/login/enrol/")["Location"] == "/login/second/"
    as_nobody.post("/login/enrol/", {"code": code(secret=SECRET), "done": "1"})
    assert Authenticator.objects.count() == 1
    assert not is_in(as_nobody)


def test_one_persons_factor_opens_no_other_persons_login(
    person: Person, maker: Maker, as_nobody: Client
) -> None:
    """The first one stops at the page for a new password, with the factor given."""
    with_app(person)
    Person.objects.filter(pk=person.pk).update(password_changed_at=None)
    made_person(maker, "li.si")
    give_password(as_nobody)
    assert as_nobody.post("/login/second/", {"code": code()})["Location"] == "/login/password/"
    give_password(as_nobody, "li.si")
    as_nobody.post("/login/enrol/", {"done": "1"})
    assert not is_in(as_nobody)


def test_an_account_that_closes_between_the_factors_stays_closed(
    person: Person, as_nobody: Client
) -> None:
    with_app(person)
    give_password(as_nobody)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert as_nobody.post("/login/second/", {"code": code()})["Location"] == "/login/"
    assert not is_in(as_nobody)


def test_a_password_somebody_else_set_is_changed_before_anything_else(
    person: Person, as_nobody: Client
) -> None:
    with_app(person)
    Person.objects.filter(pk=person.pk).update(password_changed_at=None)
    give_password(as_nobody)
    assert as_nobody.post("/login/second/", {"code": code()})["Location"] == "/login/password/"
    assert not is_in(as_nobody)
    for new in ("short", PASSWORD):
        as_nobody.post("/login/password/", {"old": PASSWORD, "new": new})
        assert not is_in(as_nobody)
    as_nobody.post("/login/password/", {"old": PASSWORD, "new": "another-long-password"})
    assert is_in(as_nobody)


def test_a_new_password_from_an_administrator_asks_for_the_factor_all_the_same(
    person: Person, system_admin: Person, as_nobody: Client
) -> None:
    from voltward.records import services

    with_app(person)
    services.person_password_set(system_admin, login="zhang.san", password="given-by-the-admin")
    answer = give_password(as_nobody, password="given-by-the-admin")
    assert answer["Location"] == "/login/second/"
    assert not is_in(as_nobody)

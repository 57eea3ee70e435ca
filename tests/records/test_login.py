"""Logging in and out, guessing, and the life of a session."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher
from django.test import Client

from voltward.records import selectors, services
from voltward.records.models import AuditRow, LoginAttempt, Maker, Person

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def person(maker: Maker) -> Person:
    return services.person_create(
        selectors.installation(),
        login="Zhang.San",
        display_name="张三",
        maker=maker,
        roles=["monitoring_operator"],
        password=PASSWORD,
    )


def log_in(client: Client, login: str, password: str, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/login/", {"username": login, "password": password}, **more)  # type: ignore[arg-type]


def test_a_right_password_opens_a_session_and_leaves_a_row(
    person: Person, as_nobody: Client
) -> None:
    answer = log_in(as_nobody, "zhang.san", PASSWORD)
    assert answer.status_code == 302
    assert as_nobody.get("/account/").status_code == 200
    row = AuditRow.objects.get(action="login", result="done")
    assert (row.actor, row.address) == (person, "127.0.0.1")


def test_the_login_name_does_not_depend_on_case(person: Person, as_nobody: Client) -> None:
    assert log_in(as_nobody, " ZHANG.SAN ", PASSWORD).status_code == 302


def test_passwords_are_kept_as_argon2(person: Person) -> None:
    assert identify_hasher(person.password).algorithm == "argon2"


@pytest.mark.parametrize(
    ("login", "password"), [("zhang.san", "wrong"), ("nobody", PASSWORD), ("voltward", "")]
)
def test_a_wrong_login_says_the_same_whatever_is_wrong(
    person: Person, as_nobody: Client, login: str, password: str
) -> None:
    answer = log_in(as_nobody, login, password or "x")
    assert answer.status_code == 200
    assert "登录名或密码不正确。" in answer.content.decode()
    assert as_nobody.get("/account/").status_code == 302
    assert AuditRow.objects.get(action="login").result == "refused"


@pytest.mark.parametrize("login", ["zhang.san", "nobody", "closed", "no-password", "api-dashboard"])
def test_every_wrong_login_costs_one_hashing(
    person: Person,
    integrator: Person,
    maker: Maker,
    as_nobody: Client,
    monkeypatch: pytest.MonkeyPatch,
    login: str,
) -> None:
    for name, password in (("closed", PASSWORD), ("no-password", None)):
        services.person_create(
            selectors.installation(), login=name, display_name=name, maker=maker, roles=[],
            password=password,
        )  # fmt: skip
    Person.objects.filter(login="closed").update(is_active=False)
    log_in(as_nobody, "warms-up", "wrong")  # the nobody of the process is hashed once
    hashed: list[str] = []

    encode = Argon2PasswordHasher.encode
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "encode",
        lambda self, *given: hashed.append("made") or encode(self, *given),
    )
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, *given: hashed.append("checked") or verify(self, *given),
    )
    log_in(as_nobody, login, "wrong")
    assert len(hashed) == 1


def test_a_program_cannot_log_in_to_the_pages(integrator: Person, as_nobody: Client) -> None:
    integrator.set_password(PASSWORD)
    integrator.save()
    assert "登录名或密码不正确。" in log_in(as_nobody, integrator.login, PASSWORD).content.decode()


def test_after_ten_wrong_guesses_even_the_right_password_waits(
    person: Person, as_nobody: Client
) -> None:
    for _ in range(selectors.GUESSES_PER_LOGIN):
        log_in(as_nobody, "zhang.san", "wrong")
    answer = log_in(as_nobody, "zhang.san", PASSWORD)
    assert "尝试次数过多" in answer.content.decode()
    assert as_nobody.get("/account/").status_code == 302


def test_an_unknown_name_is_slowed_down_like_a_known_one(person: Person, as_nobody: Client) -> None:
    for _ in range(selectors.GUESSES_PER_LOGIN):
        log_in(as_nobody, "nobody", "wrong")
    assert "尝试次数过多" in log_in(as_nobody, "nobody", "wrong").content.decode()


def test_a_right_password_clears_the_count_of_its_login(person: Person, as_nobody: Client) -> None:
    for _ in range(2):
        for _ in range(selectors.GUESSES_PER_LOGIN - 1):
            log_in(as_nobody, "zhang.san", "wrong")
        assert log_in(as_nobody, "zhang.san", PASSWORD).status_code == 302
        as_nobody.logout()


def test_one_address_may_not_guess_at_many_names(person: Person, as_nobody: Client) -> None:
    LoginAttempt.objects.bulk_create(
        LoginAttempt(login=f"name-{number}", address="192.0.2.9")
        for number in range(selectors.GUESSES_PER_ADDRESS)
    )
    refused = log_in(as_nobody, "zhang.san", PASSWORD, REMOTE_ADDR="192.0.2.9")
    assert "尝试次数过多" in refused.content.decode()
    assert log_in(as_nobody, "zhang.san", PASSWORD, REMOTE_ADDR="192.0.2.10").status_code == 302


def test_a_closed_account_loses_its_session_at_the_next_request(
    operator: Person, as_operator: Client
) -> None:
    assert as_operator.get("/account/").status_code == 200
    Person.objects.filter(pk=operator.pk).update(is_active=False)
    assert as_operator.get("/account/").status_code == 302


def test_a_new_password_ends_the_other_sessions(person: Person) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        log_in(client, "zhang.san", PASSWORD)
    answer = here.post("/account/", {"old": PASSWORD, "new": "another-long-password"})
    assert answer.status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new"),
    [("wrong", "another-long-password"), (PASSWORD, "short"), (PASSWORD, "zhang.san.1")],
)
def test_a_bad_change_of_password_changes_nothing(
    person: Person, as_nobody: Client, old: str, new: str
) -> None:
    log_in(as_nobody, "zhang.san", PASSWORD)
    assert as_nobody.post("/account/", {"old": old, "new": new}).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_logging_out_needs_a_post_and_ends_the_session(as_operator: Client) -> None:
    assert as_operator.get("/logout/").status_code == 405
    assert as_operator.post("/logout/").status_code == 302
    assert as_operator.get("/account/").status_code == 302


def test_a_login_never_leads_to_another_site(person: Person, as_nobody: Client) -> None:
    answer = as_nobody.post(
        "/login/", {"username": "zhang.san", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_writes_from_another_site_are_refused(operator: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    answer = client.post("/logout/")
    assert answer.status_code == 403
    assert answer["X-Request-Number"] in answer.content.decode()


def test_the_language_is_remembered_on_the_account(operator: Person, as_operator: Client) -> None:
    assert 'lang="zh-hans"' in as_operator.get("/account/").content.decode()
    as_operator.post("/language/", {"language": "en", "next": "/vehicles/"})
    operator.refresh_from_db()
    assert operator.language == "en"
    assert "Vehicle list" in as_operator.get("/vehicles/").content.decode()
    elsewhere = Client(headers={"accept-language": "de"})
    elsewhere.force_login(operator)
    assert "Vehicle list" in elsewhere.get("/vehicles/").content.decode()


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_choosing_a_language_never_leads_to_another_site(as_nobody: Client, after: str) -> None:
    assert as_nobody.post("/language/", {"language": "en", "next": after})["Location"] == "/"


def test_an_unknown_language_is_not_kept(as_nobody: Client) -> None:
    assert not as_nobody.post("/language/", {"language": "xx"}).cookies


def test_the_browsers_language_is_not_asked(as_nobody: Client) -> None:
    answer = as_nobody.get("/login/", headers={"accept-language": "en-US"})
    assert "登录名" in answer.content.decode()

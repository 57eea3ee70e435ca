"""Accounts nobody uses, accounts nobody made, and the demo's own."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from tests.records.signing_in import (
    give_password,
    is_in,
    made_person,
    stopped_clock,
    with_app,
    without_demo,
)

from voltward.base.errors import NotFound, NotPermitted, WrongState
from voltward.entry.management.commands.demo_setup import demo_password
from voltward.pages.room import REGISTRY
from voltward.records import selectors
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.roles import INSTALLATION, INTEGRATOR, ROLES
from voltward.records.services.accounts import (
    person_disable,
    person_enable,
    stale_people_disabled,
)
from voltward.records.services.sign_in import session_begun, sessions_forgotten

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_has_no_account_that_anybody_could_log_in_to(db: None) -> None:
    person = Person.objects.get()
    assert (person.login, person.is_program, person.has_usable_password()) == (
        "voltward",
        True,
        False,
    )
    for password in ("", "voltward", "admin", "password", "123456"):
        client = Client()
        give_password(client, "voltward", password or " ")
        assert SESSION_KEY not in client.session


def test_ninety_days_without_a_login_close_an_account(
    maker: Maker, integrator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, never = made_person(maker, "used"), made_person(maker, "never")
    clock = stopped_clock(monkeypatch)
    clock.advance(90 * 86_400 - 3600)
    used.last_login = used.created_at
    used.save()
    assert stale_people_disabled() == 0
    clock.advance(1800)
    Person.objects.filter(pk=used.pk).update(last_login=used.created_at + timedelta(days=80))
    clock.advance(3600)
    assert stale_people_disabled() == 1
    assert not Person.objects.get(pk=never.pk).is_active
    assert Person.objects.get(pk=used.pk).is_active
    assert Person.objects.get(pk=integrator.pk).is_active
    row = AuditRow.objects.get(action="person.disable")
    assert row.after == {"is_active": False, "why": "stale"}
    assert stale_people_disabled() == 0


def test_the_office_process_looks_for_stale_accounts_by_itself() -> None:
    jobs = {job.name: job for job in REGISTRY.jobs()}
    assert jobs["records.stale_people"].run is stale_people_disabled


def test_an_account_that_was_opened_again_is_not_closed_in_the_next_round(
    maker: Maker, system_admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = made_person(maker)
    stopped_clock(monkeypatch).advance(91 * 86_400)
    stale_people_disabled()
    assert not Person.objects.get(pk=person.pk).is_active
    person_enable(selectors.installation(), login="zhang.san", why="back from leave")
    assert stale_people_disabled() == 0


def test_accounts_are_closed_by_administrators_of_the_own_maker(
    maker: Maker, system_admin: Person, operator: Person, other_operator: Person
) -> None:
    with pytest.raises(NotPermitted):
        person_disable(operator, login=system_admin.login, why="x")
    with pytest.raises(NotFound):
        person_disable(system_admin, login=other_operator.login, why="x")
    with pytest.raises(WrongState):
        person_enable(system_admin, login="operator", why="x")
    assert Person.objects.filter(is_active=False).count() == 0
    person_disable(system_admin, login="operator", why="left")
    assert Person.objects.get(is_active=False) == operator


def test_the_commands_close_open_and_reset(maker: Maker) -> None:
    with_app(made_person(maker))
    call_command("person_close", "zhang.san")
    assert not Person.objects.get(login="zhang.san").is_active
    call_command("person_close", "zhang.san", "--open")
    assert Person.objects.get(login="zhang.san").is_active
    call_command("factor_reset", "zhang.san", "--why", "lost phone")
    assert AuditRow.objects.get(action="factor.reset").before == {"types": ["totp"]}
    for command in (["person_close", "nobody"], ["factor_reset", "nobody", "--why", "x"]):
        with pytest.raises(CommandError):
            call_command(*command)


def test_passwords_from_before_the_date_was_kept_count_from_the_account(
    maker: Maker, integrator: Person
) -> None:
    own, given = made_person(maker), made_person(maker, "li.si")
    Person.objects.filter(pk=given.pk).update(password_changed_at=None)
    fill = import_module("voltward.records.migrations.0051_fill_password_changed_at").fill
    for _ in range(2):
        fill(apps, SimpleNamespace(connection=connection))
    given.refresh_from_db()
    assert given.password_changed_at == given.created_at
    assert Person.objects.get(pk=own.pk).password_changed_at == own.password_changed_at
    assert Person.objects.get(pk=integrator.pk).password_changed_at is None


def test_sessions_are_forgotten_when_no_audit_row_on_line_names_them(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_begun(made_person(maker), factor="totp", device="")
    clock = stopped_clock(monkeypatch)
    clock.advance(399 * 86_400)
    assert sessions_forgotten() == 0
    clock.advance(2 * 86_400)
    assert sessions_forgotten() == 1


# ---- the demo


@pytest.fixture
def demo(db: None) -> None:
    call_command("demo_setup", stdout=StringIO())


@pytest.mark.parametrize("code", sorted(set(ROLES) - {INSTALLATION, INTEGRATOR}))
def test_one_click_lets_in_as_each_role_and_the_page_says_that_it_is_a_demo(
    demo: None, as_nobody: Client, code: str
) -> None:
    page = as_nobody.get("/login/").content.decode()
    assert "仅限演示：不要求第二因素" in page
    login = "demo-" + code.replace("_", "-")
    assert f'value="{login}"' in page
    as_nobody.post("/login/demo/", {"login": login})
    assert as_nobody.get("/account/").wsgi_request.user.roles == {code}
    assert AuditRow.objects.get(action="login", result="done").actor.login == login


def test_the_demo_login_with_its_printed_password_needs_no_second_factor(
    demo: None, as_nobody: Client
) -> None:
    give_password(as_nobody, "operator", demo_password())
    assert is_in(as_nobody)


def test_one_click_lets_in_nobody_who_is_not_of_the_demo(
    maker: Maker, demo: None, as_nobody: Client
) -> None:
    made_person(maker, "li.si")
    for login in ("li.si", "operator", "voltward", "demo-nobody", ""):
        assert as_nobody.post("/login/demo/", {"login": login}).status_code == 404
    assert not is_in(as_nobody)


def test_outside_a_demo_there_is_no_such_page_and_no_such_way(
    demo: None, as_nobody: Client, settings: Any
) -> None:
    without_demo(settings)
    page = as_nobody.get("/login/").content.decode()
    assert "demo" not in page
    assert "演示" not in page
    answer = as_nobody.post("/login/demo/", {"login": "demo-safety-head"})
    assert answer.status_code == 404
    give_password(as_nobody, "operator", demo_password())
    assert not is_in(as_nobody)
    assert as_nobody.get("/login/enrol/").status_code == 200

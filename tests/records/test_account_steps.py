"""What administrators do to accounts: at once where it only closes, by two where it lets in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.records.signing_in import (
    PASSWORD,
    give_password,
    is_in,
    made_person,
    sign_in,
    with_app,
    without_demo,
)

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records import approvals, selectors
from voltward.records.models import Approval, AuditRow, Maker, Person
from voltward.records.selectors.sign_in import accounts_visible, has_factor
from voltward.records.services.accounts import (
    factors_reset,
    password_renew,
    person_disable,
    person_enable,
)

pytestmark = pytest.mark.django_db
STEPS: list[Callable[..., Any]] = [person_disable, person_enable, factors_reset, password_renew]


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    without_demo(settings)


@pytest.fixture
def security_admin(maker: Maker) -> Person:
    return made_person(maker, "security-admin", "security_admin")


@pytest.fixture
def person(maker: Maker) -> Person:
    return with_app(made_person(maker))


@pytest.fixture
def head(maker: Maker) -> Person:
    """Somebody whose role matters for security."""
    return with_app(made_person(maker, "li.si", "safety_head"))


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_for_administrators_of_the_own_maker_and_never_for_the_own_account(
    security_admin: Person, operator: Person, other_operator: Person, person: Person, step: Any
) -> None:
    with pytest.raises(NotPermitted):
        step(operator, login=person.login, why="x")
    assert AuditRow.objects.filter(actor=operator, result="refused").count() == 1
    with pytest.raises(NotFound):
        step(security_admin, login=other_operator.login, why="x")
    with pytest.raises(NotPermitted):
        step(security_admin, login=security_admin.login, why="x")
    with pytest.raises(BadInput):
        step(security_admin, login=person.login, why="  ")
    person.refresh_from_db()
    assert person.is_active
    assert has_factor(person)
    assert person.check_password(PASSWORD)


def test_a_made_password_opens_the_account_once_and_must_be_changed(
    security_admin: Person, person: Person, as_nobody: Client
) -> None:
    made = password_renew(security_admin, login=person.login, why="forgotten")
    assert made.waits is None
    assert give_password(as_nobody).status_code == 200  # the old one opens nothing
    sign_in_answer = give_password(as_nobody, password=made.password)
    assert sign_in_answer["Location"] == "/login/second/"
    person.refresh_from_db()
    assert person.password_changed_at is None
    row = AuditRow.objects.get(action="password.renew")
    assert row.after == {"login": "zhang.san", "why": "forgotten"}
    assert made.password not in str(row.after)


def test_an_account_without_a_password_gets_none_this_way(
    security_admin: Person, person: Person, integrator: Person
) -> None:
    Person.objects.filter(pk=person.pk).update(password="!none")
    for login in (person.login, integrator.login):
        with pytest.raises(WrongState):
            password_renew(security_admin, login=login, why="x")
    assert not AuditRow.objects.filter(action="password.renew").exists()


def test_closing_an_account_that_matters_for_security_waits_for_nobody(
    security_admin: Person, head: Person, as_nobody: Client
) -> None:
    sign_in(as_nobody, head.login)
    assert is_in(as_nobody)
    person_disable(security_admin, login=head.login, why="left")
    assert not is_in(as_nobody)
    assert not Approval.objects.exists()


def test_opening_it_again_waits_for_a_second_person(
    security_admin: Person, safety_head: Person, head: Person
) -> None:
    person_disable(security_admin, login=head.login, why="left")
    wish = person_enable(security_admin, login=head.login, why="came back")
    assert isinstance(wish, Approval)
    assert not Person.objects.get(pk=head.pk).is_active
    with pytest.raises(NotPermitted):
        approvals.approval_accept(security_admin, approval_id=wish.pk)
    approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert Person.objects.get(pk=head.pk).is_active
    row = AuditRow.objects.get(action="account.agree")
    assert (row.actor, row.subject) == (safety_head, f"Person:{head.pk}")
    assert row.after == {"is_active": True, "what": "person.enable", "why": "came back"}


def test_factors_of_such_an_account_stay_until_a_second_person_agrees(
    security_admin: Person, safety_head: Person, head: Person
) -> None:
    wish = factors_reset(security_admin, login=head.login, why="lost")
    assert isinstance(wish, Approval)
    with pytest.raises(WrongState):
        factors_reset(security_admin, login=head.login, why="lost")
    assert has_factor(head)
    approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert not has_factor(head)


def test_a_made_password_of_such_an_account_opens_nothing_until_then(
    security_admin: Person, safety_head: Person, head: Person, as_nobody: Client
) -> None:
    made = password_renew(security_admin, login=head.login, why="forgotten")
    assert made.waits is not None
    assert made.password not in str(made.waits.payload)
    assert give_password(as_nobody, head.login, made.password).status_code == 200
    assert give_password(as_nobody, head.login)["Location"] == "/login/second/"
    approvals.approval_accept(safety_head, approval_id=made.waits.pk)
    assert give_password(Client(), head.login).status_code == 200
    assert give_password(Client(), head.login, made.password)["Location"] == "/login/second/"
    made.waits.refresh_from_db()
    assert made.waits.payload == {"person": head.pk}


def test_nobody_agrees_to_what_opens_their_own_account(
    security_admin: Person, head: Person
) -> None:
    wish = factors_reset(security_admin, login=head.login, why="lost")
    with pytest.raises(NotPermitted):
        approvals.approval_accept(head, approval_id=wish.pk)
    assert has_factor(head)
    assert Approval.objects.get(pk=wish.pk).state == "waiting"


def test_a_refused_wish_changes_nothing(
    security_admin: Person, safety_head: Person, head: Person
) -> None:
    made = password_renew(security_admin, login=head.login, why="forgotten")
    assert made.waits is not None
    approvals.approval_refuse(safety_head, approval_id=made.waits.pk, note="not asked for")
    head.refresh_from_db()
    assert head.check_password(PASSWORD)
    assert password_renew(security_admin, login=head.login, why="again").waits is not None


def test_what_no_longer_holds_when_it_is_agreed_to_is_refused(
    security_admin: Person, safety_head: Person, head: Person
) -> None:
    person_disable(security_admin, login=head.login, why="left")
    wish = person_enable(security_admin, login=head.login, why="came back")
    person_enable(selectors.installation(), login=head.login, why="by command")
    with pytest.raises(WrongState):
        approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert Approval.objects.get(pk=wish.pk).state == "waiting"


def test_the_command_line_of_the_machine_needs_no_second_person(head: Person) -> None:
    assert factors_reset(selectors.installation(), login=head.login, why="lost") == head
    assert not has_factor(head)


def test_accounts_tell_who_has_no_second_factor(
    security_admin: Person, person: Person, other_operator: Person
) -> None:
    seen = {one.login: one.strong for one in accounts_visible(security_admin)}
    assert seen == {"security-admin": False, "zhang.san": True}


# ---- the pages


@pytest.fixture
def desk(security_admin: Person) -> Client:
    with_app(security_admin)
    client = Client()
    sign_in(client, security_admin.login)
    return client


def test_the_list_of_accounts_without_a_second_factor(
    desk: Client, person: Person, operator: Person, integrator: Person, other_operator: Person
) -> None:
    page = desk.get("/accounts/?factor=none").content.decode()
    assert ">operator<" in page
    for login in ("zhang.san", integrator.login, other_operator.login):
        assert f">{login}<" not in page
    assert ">zhang.san<" in desk.get("/accounts/?factor=strong").content.decode()
    found = desk.get("/accounts/?login=zhang").content.decode()
    assert (">zhang.san<" in found, ">operator<" in found) == (True, False)
    Person.objects.filter(pk=operator.pk).update(is_active=False)
    assert ">operator<" in desk.get("/accounts/?is_active=false").content.decode()
    assert ">operator<" not in desk.get("/accounts/?is_active=true").content.decode()


def test_pages_of_accounts_open_to_their_administrators_only(
    maker: Maker, person: Person, other_operator: Person, desk: Client
) -> None:
    path, as_operator = f"/accounts/{person.pk}/", Client()
    with_app(made_person(maker, "wang.wu"))
    sign_in(as_operator, "wang.wu")
    assert as_operator.get(path).status_code == 403
    assert desk.get(path).status_code == 200
    assert desk.get(f"/accounts/{other_operator.pk}/").status_code == 404
    for step in ("close", "open", "factors", "password"):
        assert as_operator.post(f"{path}{step}/", {"reason": "x"}).status_code == 403
        answer = desk.post(f"/accounts/{other_operator.pk}/{step}/", {"reason": "x"})
        assert answer.status_code == 404
    assert Person.objects.get(pk=person.pk).is_active


def test_an_account_is_closed_and_opened_on_its_page(
    desk: Client, person: Person, as_nobody: Client
) -> None:
    path = f"/accounts/{person.pk}/"
    sign_in(as_nobody)
    assert "请写明理由" in desk.post(f"{path}close/", follow=True).content.decode()
    assert is_in(as_nobody)
    answer = desk.post(f"{path}close/", {"reason": "离职"}, follow=True)
    assert "账号已停用" in answer.content.decode()
    assert not is_in(as_nobody)
    assert "不允许" in desk.post(f"{path}close/", {"reason": "x"}, follow=True).content.decode()
    answer = desk.post(f"{path}open/", {"reason": "返岗"}, follow=True)
    assert "已重新启用" in answer.content.decode()
    assert not is_in(as_nobody)  # sessions of before do not come back
    sign_in(as_nobody)
    assert is_in(as_nobody)


def test_a_made_password_is_shown_once(desk: Client, person: Person) -> None:
    answer = desk.post(f"/accounts/{person.pk}/password/", {"reason": "忘记密码"})
    shown = answer.content.decode().split('<code class="vw-secret">')[1].split("<")[0]
    assert "no-store" in answer["Cache-Control"]
    assert Person.objects.get(pk=person.pk).check_password(shown)
    assert shown not in desk.get(f"/accounts/{person.pk}/").content.decode()


def test_factors_are_reset_on_the_page_and_a_wish_is_shown_while_it_waits(
    desk: Client, person: Person, head: Person
) -> None:
    desk.post(f"/accounts/{person.pk}/factors/", {"reason": "手机丢失"})
    assert not has_factor(person)
    path = f"/accounts/{head.pk}/factors/"
    answer = desk.post(path, {"reason": "手机丢失"}, follow=True).content.decode()
    assert "等待第二人审批" in answer
    assert f"/approvals/{Approval.objects.get().pk}/" in answer
    assert "同样的申请" in desk.post(path, {"reason": "x"}, follow=True).content.decode()
    assert has_factor(head)


def test_the_own_account_is_not_changed_here(desk: Client, security_admin: Person) -> None:
    path = f"/accounts/{security_admin.pk}/"
    assert '<form class="vw-row-form"' not in desk.get(path).content.decode()
    answer = desk.post(f"{path}close/", {"reason": "x"}, follow=True)
    assert "另一位管理员" in answer.content.decode()
    assert Person.objects.get(pk=security_admin.pk).is_active


def test_steps_ask_again_who_is_there(desk: Client, security_admin: Person, person: Person) -> None:
    security_admin.sessions.update(confirmed_at="2026-01-01T00:00:00Z")
    answer = desk.post(f"/accounts/{person.pk}/close/", {"reason": "x"})
    assert answer["Location"].startswith("/account/confirm/")
    assert Person.objects.get(pk=person.pk).is_active

"""Tokens: of programs, of one's own account, and of wall screens."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted, WritesHeld
from voltward.records import selectors, services
from voltward.records.models import ApiToken, AuditRow, Maker, Person
from voltward.records.services import tokens
from voltward.records.sign_in_middleware import WALL_COOKIE

pytestmark = pytest.mark.django_db


def wall(person: Person, *pages: str) -> str:
    return tokens.own_token_create(person, name="wall", days=1, scope="wall", pages=pages)[1]


def screen(text: str) -> Client:
    client = Client()
    client.post("/wall/", {"token": text})
    return client


def test_a_wall_screen_opens_its_page_and_that_page_s_parts_without_a_login(
    operator: Person,
) -> None:
    client = screen(wall(operator, "overview"))
    cookie = client.cookies[WALL_COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    page = client.get("/monitoring/")
    assert page.status_code == 200
    assert "退出登录" not in page.content.decode()
    assert client.get("/monitoring/figures/").status_code == 200
    assert AuditRow.objects.filter(action="wall.open", actor=operator).exists()


def test_a_wall_token_opens_nothing_else(operator: Person) -> None:
    text = wall(operator, "overview")
    client = screen(text)
    for path in ("/vehicles/", "/account/", "/audit/", "/tokens/", "/explain/"):
        assert client.get(path).status_code == 302, path
    assert client.post("/monitoring/").status_code == 302
    assert client.get("/api/vehicles/").status_code == 401
    bearer = {"authorization": f"Bearer {text}"}
    assert Client().get("/api/vehicles/", headers=bearer).status_code == 401
    # a page that does not declare itself opens to no token, even if one names it
    assert screen(wall(operator, "vehicles")).get("/vehicles/").status_code == 302


def test_an_api_token_is_no_wall_token(operator: Person) -> None:
    _, text = tokens.own_token_create(operator, name="api", days=1)
    client = Client()
    assert "令牌无效" in client.post("/wall/", {"token": text}).content.decode()
    client.cookies[WALL_COOKIE] = text
    assert client.get("/monitoring/").status_code == 302


@pytest.mark.parametrize("end", ["revoke", "expire", "close"])
def test_a_wall_token_ends_at_once(operator: Person, end: str) -> None:
    client = screen(wall(operator, "overview"))
    token = ApiToken.objects.get()
    lasts = token.expires_at - timezone.now()
    assert timedelta(hours=11, minutes=59) < lasts <= timedelta(hours=12)
    if end == "revoke":
        tokens.own_token_revoke(operator, token_id=token.pk)
    elif end == "expire":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        Person.objects.update(is_active=False)
    assert client.get("/monitoring/").status_code == 302


def test_whoever_came_by_a_token_writes_nothing(operator: Person) -> None:
    token = selectors.token_valid(wall(operator, "overview"), "wall")
    assert token is not None
    with pytest.raises(WritesHeld) as refusal:
        services.own_language_choose(token.person, language="en")
    assert refusal.value.code == "read_only"
    operator.refresh_from_db()
    assert operator.language == "zh-hans"


@pytest.mark.parametrize(
    "shape",
    [
        {"scope": "write"},
        {"scope": "wall"},
        {"scope": "read", "pages": ["overview"]},
        {"days": 0},
        {"days": 366},
    ],
)
def test_a_badly_shaped_token_is_refused(operator: Person, shape: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        tokens.own_token_create(operator, **({"name": "x", "days": 1} | shape))
    assert not ApiToken.objects.exists()


def test_tokens_are_made_for_programs_of_the_own_maker_and_for_oneself(
    system_admin: Person, operator: Person, integrator: Person, other_maker: Maker
) -> None:
    stranger = services.person_create(
        selectors.installation(), login="api-other", display_name="x", maker=other_maker,
        roles=["integrator"], is_program=True,
    )  # fmt: skip
    with pytest.raises(NotFound):
        services.token_create(system_admin, person=stranger, name="x")
    with pytest.raises(NotPermitted):
        services.token_create(system_admin, person=operator, name="x")
    with pytest.raises(NotPermitted):
        services.token_create(operator, person=integrator, name="x")
    assert not ApiToken.objects.exists()
    services.token_create(system_admin, person=integrator, name="x")
    assert AuditRow.objects.get(action="token.create", result="done").after["scope"] == "read"


def test_people_see_and_revoke_their_own_tokens_only(
    operator: Person, safety_head: Person, other_operator: Person, system_admin: Person
) -> None:
    token, text = tokens.own_token_create(operator, name="mine", days=1)
    for stranger in (safety_head, other_operator):
        with pytest.raises(NotFound):
            tokens.own_token_revoke(stranger, token_id=token.pk)
    assert selectors.token_valid(text) is not None
    services.token_revoke(system_admin, token_id=token.pk)
    assert selectors.token_valid(text) is None


def test_the_page_makes_shows_once_and_revokes(as_operator: Client, operator: Person) -> None:
    given = {"name": "dash", "scope": "read", "days": "30"}
    shown = as_operator.post("/tokens/", given).content.decode()
    text = shown.split('vw-secret">')[1].split("<")[0]
    bearer = {"authorization": f"Bearer {text}"}
    assert Client().get("/api/vehicles/", headers=bearer).status_code == 200
    assert text not in as_operator.get("/tokens/").content.decode()
    as_operator.post(f"/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert Client().get("/api/vehicles/", headers=bearer).status_code == 401
    walled = {"name": "wall", "scope": "wall", "days": "1", "pages": ["overview"]}
    assert "/wall/" in as_operator.post("/tokens/", walled).content.decode()
    page = as_operator.post("/tokens/", {"name": "x", "scope": "wall", "days": "1"})
    assert "大屏令牌须至少选择一个页面" in page.content.decode()
    assert AuditRow.objects.filter(action="token.own.create", actor=operator).count() == 2


def test_an_administrator_chooses_among_programs(
    as_system_admin: Client, integrator: Person, operator: Person
) -> None:
    page = as_system_admin.get("/tokens/").content.decode()
    assert "api-dashboard" in page
    assert 'value="operator"' not in page
    given = {"name": "x", "scope": "read", "days": "9", "person": "api-dashboard"}
    as_system_admin.post("/tokens/", given)
    assert ApiToken.objects.get().person == integrator


def test_the_command_makes_wall_tokens_too(maker: Maker) -> None:
    said = StringIO()
    call_command("api_token", "hall", "--scope", "wall", "--page", "overview", stdout=said)
    assert selectors.token_valid(said.getvalue().strip(), "wall") is not None
    with pytest.raises(CommandError):
        call_command("api_token", "hall", "--scope", "wall")

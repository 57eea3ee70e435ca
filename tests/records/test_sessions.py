"""How long a session lives, who may end it, and how fast it is dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory
from tests.records.signing_in import (
    PASSWORD,
    is_in,
    made_person,
    sign_in,
    stopped_clock,
    with_app,
    without_demo,
)

from voltward.base.clock import ManualClock
from voltward.base.errors import NotFound, NotPermitted
from voltward.pages.live import WELCOME_EVERY_S, event, until_unwelcome
from voltward.records import selectors, services, sign_in_middleware
from voltward.records.models import Assignment, AuditRow, Maker, Person, PersonSession
from voltward.records.services import sign_in as service
from voltward.records.services.accounts import factors_reset, password_renew, person_disable
from voltward.records.sessions import Verdict, person_still_in

pytestmark = pytest.mark.django_db
MINUTE_S = 60.0


@pytest.fixture(autouse=True)
def _no_demo(settings: Any) -> None:
    without_demo(settings)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    return stopped_clock(monkeypatch)


@pytest.fixture
def person(maker: Maker) -> Person:
    return with_app(made_person(maker))


@pytest.fixture
def security_admin(maker: Maker) -> Person:
    return made_person(maker, "security-admin", "security_admin")


@pytest.fixture
def here(person: Person, clock: ManualClock) -> Client:
    client = Client(HTTP_USER_AGENT="Desk browser")
    sign_in(client)
    assert is_in(client)
    return client


def test_fifteen_minutes_without_a_touch_end_a_session(here: Client, clock: ManualClock) -> None:
    clock.advance(15 * MINUTE_S - 1)
    assert is_in(here)
    clock.advance(15 * MINUTE_S)
    assert not is_in(here)
    assert "长时间没有操作" in here.get("/login/").content.decode()
    row = AuditRow.objects.get(action="session.over")
    assert row.after == {"why": "idle"}


def test_what_a_page_asks_by_itself_is_no_touch(here: Client, clock: ManualClock) -> None:
    for _ in range(15):
        clock.advance(MINUTE_S)
        here.get("/account/", headers={"x-voltward-untouched": "1"})
        here.get("/account/", headers={"accept": "text/event-stream"})
    assert not is_in(here)


def test_a_hand_on_a_quiet_page_is_a_touch(here: Client, clock: ManualClock) -> None:
    for _ in range(3):
        clock.advance(14 * MINUTE_S)
        assert here.post("/account/touch/").status_code == 204
    assert is_in(here)


def test_twelve_hours_end_every_session_however_busy(here: Client, clock: ManualClock) -> None:
    for _ in range(12 * 6 - 1):
        clock.advance(10 * MINUTE_S)
        assert here.post("/account/touch/").status_code == 204
    clock.advance(10 * MINUTE_S)
    assert not is_in(here)
    assert PersonSession.objects.get().ended_why == "absolute"


def test_the_limits_are_settings(here: Client, clock: ManualClock, settings: Any) -> None:
    without_demo(settings, session_idle_min=1.0)
    clock.advance(MINUTE_S)
    assert not is_in(here)


def test_a_part_of_a_page_is_not_filled_with_the_login_page(
    here: Client, clock: ManualClock
) -> None:
    clock.advance(16 * MINUTE_S)
    answer = here.get("/monitoring/figures/", headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/login/")


# ---- dead at once


def _disable(person: Person) -> None:
    person_disable(selectors.installation(), login=person.login, why="left")


def _new_password(person: Person) -> None:
    services.person_password_set(
        selectors.installation(), login=person.login, password="another-long-password"
    )


def _made_password(person: Person) -> None:
    password_renew(selectors.installation(), login=person.login, why="leaked")


def _no_factor(person: Person) -> None:
    factors_reset(selectors.installation(), login=person.login, why="lost")


def _own_password(person: Person) -> None:
    fresh = Person.objects.get(pk=person.pk)
    services.own_password_change(fresh, old=PASSWORD, new="another-long-password")


def _other_role(person: Person) -> None:
    Assignment.objects.filter(person=person).update(role="auditor")


def _another_role(person: Person) -> None:
    Assignment.objects.create(person=person, role="auditor", assigned_by=person)


def _kill(person: Person) -> None:
    admin = Person.objects.get(login="security-admin")
    session = PersonSession.objects.get(person=person, ended_at=None)
    service.session_kill(admin, session_id=session.pk)


ENDINGS = [
    _disable, _new_password, _made_password, _no_factor, _own_password, _other_role, _another_role,
    _kill,
]  # fmt: skip


@pytest.mark.parametrize("end", ENDINGS)
def test_the_next_request_and_the_next_look_of_a_stream_find_the_session_dead(
    here: Client, person: Person, security_admin: Person, end: Any
) -> None:
    store = here.session
    assert person_still_in(store) == person
    end(person)
    assert person_still_in(type(store)(store.session_key)) is None
    assert here.get("/api/vehicles/").status_code == 401
    assert not is_in(here)


@pytest.mark.parametrize("end", [_kill, _another_role])
def test_a_build_that_judges_no_session_would_be_found(
    here: Client,
    person: Person,
    security_admin: Person,
    end: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sign_in_middleware, "judged", lambda *_: Verdict())
    end(person)
    assert is_in(here)  # what the test above would catch


async def endless() -> AsyncGenerator[bytes]:
    while True:
        yield event("alive", {})
        await asyncio.sleep(0)


async def silent(closed: list[bool]) -> AsyncGenerator[bytes]:
    try:
        await asyncio.Event().wait()
        yield b""
    finally:
        closed.append(True)


async def _parts(stream: AsyncGenerator[bytes]) -> list[bytes]:
    return [part async for part in stream]


@pytest.mark.parametrize("source", ["busy", "silent"])
def test_a_stream_ends_when_its_reader_is_no_longer_welcome(source: str) -> None:
    closed: list[bool] = []
    answers = iter([True, True, False])
    events = endless() if source == "busy" else silent(closed)

    async def read() -> list[bytes]:
        stream = until_unwelcome(events, lambda: next(answers), every_s=0.01)
        return await asyncio.wait_for(_parts(stream), 10)

    parts = asyncio.run(read())
    assert parts[-1] == event("ended", {})
    assert closed == ([True] if source == "silent" else [])
    assert next(answers, None) is None


def test_a_stream_that_ends_by_itself_ends() -> None:
    async def two() -> AsyncGenerator[bytes]:
        yield b"1"
        yield b"2"

    assert asyncio.run(_parts(until_unwelcome(two(), lambda: True))) == [b"1", b"2"]


def test_every_event_stream_ends_with_its_session(
    here: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(endless(), content_type="text/event-stream; charset=utf-8")

    looks = iter([True, False])
    monkeypatch.setattr(sign_in_middleware, "_is_in", lambda store: next(looks))
    monkeypatch.setattr(
        sign_in_middleware, "until_unwelcome", partial(until_unwelcome, every_s=0.01)
    )
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in here.cookies.items()}
    request.session, request.user = here.session, Person.objects.get(pk=person.pk)
    answer = sign_in_middleware.SignInMiddleware(page)(request)
    assert isinstance(answer, StreamingHttpResponse)

    async def parts() -> list[bytes]:
        return [part async for part in answer]

    assert asyncio.run(asyncio.wait_for(parts(), 10))[-1] == event("ended", {})
    assert WELCOME_EVERY_S < 5


# ---- who may end whose


def test_people_see_and_end_their_own_sessions_only(
    here: Client, person: Person, maker: Maker
) -> None:
    there = Client(HTTP_USER_AGENT="Forgotten phone")
    sign_in(there)
    page = here.get("/account/sessions/").content.decode()
    assert "Forgotten phone" in page
    assert "127.0.0.1" in page
    other = with_app(made_person(maker, "li.si"))
    forgotten = PersonSession.objects.get(device="Forgotten phone")
    with pytest.raises(NotFound):
        service.own_session_end(other, session_id=forgotten.pk)
    assert is_in(there)
    here.post(f"/account/sessions/{forgotten.pk}/end/")
    assert not is_in(there)
    assert is_in(here)
    assert AuditRow.objects.filter(action="session.end", actor=person).exists()


def test_the_security_administrator_ends_sessions_of_the_own_maker(
    here: Client, person: Person, security_admin: Person, operator: Person, other_operator: Person
) -> None:
    session = PersonSession.objects.get(person=person)
    with pytest.raises(NotPermitted):
        service.session_kill(operator, session_id=session.pk)
    foreign = service.session_begun(other_operator, factor="totp", device="")
    with pytest.raises(NotFound):
        service.session_kill(security_admin, session_id=foreign.pk)
    assert is_in(here)
    foreign.refresh_from_db()
    assert foreign.ended_at is None
    with_app(security_admin)
    desk = Client()
    sign_in(desk, "security-admin")
    assert "zhang.san" in desk.get("/sessions/").content.decode()
    assert desk.get(f"/sessions/{session.pk}/").status_code == 200
    assert desk.post(f"/sessions/{session.pk}/")["Location"] == "/sessions/"
    assert not is_in(here)
    assert AuditRow.objects.filter(action="session.kill", actor=security_admin).exists()


def test_logging_out_ends_the_row_and_leaves_one_in_the_trail(here: Client, person: Person) -> None:
    here.post("/logout/")
    assert PersonSession.objects.get().ended_why == "logout"
    assert AuditRow.objects.get(action="logout").actor == person


def test_an_own_new_password_keeps_this_session_and_ends_the_others(
    here: Client, person: Person
) -> None:
    there = Client()
    sign_in(there)
    here.post("/account/", {"old": PASSWORD, "new": "another-long-password"})
    assert is_in(here)
    assert not is_in(there)

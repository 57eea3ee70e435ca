"""The duty seat: it goes on reading, and writes only for whoever is really there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.records.signing_in import (
    code,
    is_in,
    made_person,
    sign_in,
    stopped_clock,
    with_app,
    without_demo,
    wrong_code,
)

from voltward.base.clock import ManualClock
from voltward.base.errors import NotFound, NotPermitted, WritesHeld, WrongState
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.records import actions, seats, services
from voltward.records.actions import SEAT_LOCKED, writes_held
from voltward.records.models import AuditRow, Maker, Person, PersonSession
from voltward.records.services import sign_in as service

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
def desk(person: Person, clock: ManualClock) -> Client:
    client = Client()
    sign_in(client)
    assert client.post("/account/seat/take/").status_code == 302
    return client


@pytest.fixture
def locked(desk: Client, clock: ManualClock) -> Client:
    clock.advance(15 * MINUTE_S)
    return desk


def write(client: Client, **more: Any) -> Any:
    """A write of everyday work: choosing a language leaves an audit row."""
    return client.post("/language/", {"language": "en", "next": "/account/"}, **more)


def test_an_idle_seat_goes_on_reading_and_its_writes_wait(locked: Client, person: Person) -> None:
    assert is_in(locked)
    answer = write(locked)
    assert answer["Location"] == "/account/seat/"
    person.refresh_from_db()
    assert person.language == "zh-hans"
    row = AuditRow.objects.get(action="account.language")
    assert (row.result, row.after) == ("refused", {"why": "seat_locked"})


def test_looking_and_touching_unlock_nothing(locked: Client) -> None:
    locked.get("/account/")
    locked.post("/account/touch/")
    assert write(locked)["Location"] == "/account/seat/"


def test_scripts_are_told_by_code(locked: Client) -> None:
    asked = write(locked, headers={"hx-request": "true"})
    assert (asked.status_code, asked["HX-Redirect"]) == (423, "/account/seat/")
    told = write(locked, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (423, "seat_locked")


def test_the_second_factor_unlocks_a_seat(locked: Client, person: Person) -> None:
    assert "席位已锁定" in locked.get("/account/").content.decode()
    assert locked.post("/account/seat/", {"code": wrong_code()}).status_code == 200
    assert write(locked)["Location"] == "/account/seat/"
    assert locked.post("/account/seat/", {"code": code()})["Location"] == "/"
    assert write(locked)["Location"] == "/account/"
    person.refresh_from_db()
    assert person.language == "en"
    assert AuditRow.objects.filter(action="seat.unlock", actor=person, result="done").exists()


def test_a_build_whose_frame_forgets_the_lock_would_be_found(
    locked: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "held_for", lambda actor, name: "")
    write(locked)
    person.refresh_from_db()
    assert person.language == "en"  # what the first test above would catch


def test_every_write_but_unlocking_and_leaving_is_held(operator: Person) -> None:
    import voltward.entry.urls  # noqa: F401 - every room's writes are known

    with writes_held(SEAT_LOCKED):
        held = {name for name in actions.ACTIONS if actions.held_for(operator, name)}
        with pytest.raises(WritesHeld) as refusal:
            services.own_language_choose(operator, language="en")
    assert set(actions.ACTIONS) - held == {"seat.unlock", "session.end"}
    assert refusal.value.code == "seat_locked"
    services.own_language_choose(operator, language="en")
    assert operator.language == "en"


def test_the_api_says_that_a_seat_is_locked() -> None:
    from voltward.entry.api.errors import answer

    response = answer(WritesHeld(SEAT_LOCKED), {})
    assert response is not None
    assert (response.status_code, response.data["code"]) == (423, "seat_locked")


def test_a_vehicle_is_not_registered_from_a_locked_seat(operator: Person) -> None:
    with writes_held(SEAT_LOCKED), pytest.raises(WritesHeld):
        vehicle_register(operator, vin="LVVDB11B0RE000001", key=b"k" * 32)
    assert not Vehicle.objects.exists()


def test_a_seat_ends_with_the_shift(desk: Client, clock: ManualClock) -> None:
    clock.advance(12 * 60 * MINUTE_S)
    assert not is_in(desk)


def test_only_a_monitoring_operator_takes_a_seat(
    person: Person, operator: Person, safety_head: Person, clock: ManualClock
) -> None:
    session = service.session_begun(safety_head, factor="totp", device="")
    with pytest.raises(NotPermitted):
        service.seat_take(safety_head, session_id=session.pk)
    own = service.session_begun(operator, factor="totp", device="")
    with pytest.raises(NotFound):
        service.seat_take(person, session_id=own.pk)
    assert not PersonSession.objects.filter(is_duty_seat=True).exists()
    assert service.seat_take(operator, session_id=own.pk).is_duty_seat
    with pytest.raises(WrongState):
        service.seat_unlock(operator, session_id=own.pk, by="totp")


def test_a_seat_that_is_left_is_an_ordinary_session(desk: Client, clock: ManualClock) -> None:
    desk.post("/account/seat/leave/")
    clock.advance(15 * MINUTE_S)
    assert not is_in(desk)


def test_whoever_leaves_the_roster_loses_the_seat(
    locked: Client, person: Person, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "_rosters", [])
    seats.roster(lambda somebody, at: somebody.login != "zhang.san")
    clock.advance(MINUTE_S)
    assert not is_in(locked)
    assert AuditRow.objects.get(action="seat.lost").actor == person


def test_whoever_is_not_on_the_roster_takes_and_unlocks_no_seat(
    person: Person, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = service.session_begun(person, factor="totp", device="")
    service.seat_take(person, session_id=session.pk)
    clock.advance(15 * MINUTE_S)
    monkeypatch.setattr(seats, "_rosters", [lambda somebody, at: False])
    with pytest.raises(NotPermitted):
        service.seat_unlock(person, session_id=session.pk, by="totp")
    with pytest.raises(NotPermitted):
        service.seat_take(person, session_id=session.pk)


def test_the_roster_is_asked_once_a_minute(
    desk: Client, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        seats, "_rosters", [lambda somebody, at: asked.append(somebody.login) or True]
    )
    for _ in range(13):
        clock.advance(10.0)
        desk.get("/account/seat/banner/")
    assert len(asked) == 2

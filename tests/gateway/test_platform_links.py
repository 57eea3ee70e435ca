"""What a client platform may say for its vehicles (clause 5), and for no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.car import (
    ERROR,
    FOREIGN_VIN,
    OK,
    OTHER_VIN,
    TIME,
    UNKNOWN,
    VIN,
    Car,
    Platform,
    frame,
)
from tests.gateway.house_of_tests import ACCOUNT, PLATFORM_NUMBER, Caller, house, snapshot

from voltward.base.clock import ManualClock
from voltward.frames.grammar import Edition
from voltward.gateway.house import House
from voltward.gateway.reasons import RecordKind, Refusal
from voltward.gateway.register import Register
from voltward.gateway.registry import REGISTERED, RegistryEntry
from voltward.gateway.secret_hash import PlatformAccount, hashed

FRAME, EVENT, REFUSED = RecordKind.FRAME, RecordKind.EVENT, RecordKind.REFUSED
ENTRIES = [RegistryEntry(VIN, REGISTERED, PLATFORM_NUMBER), RegistryEntry(OTHER_VIN)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(registry=snapshot(tmp_path, ENTRIES)) as found:
        yield found


@pytest.fixture
def link(home: House) -> Caller:
    caller = Caller(home)
    assert caller.sends(Platform().login()).flags == [OK]
    return caller


def test_a_platform_logs_in_with_its_secret_and_hears_success_with_its_time(home: House) -> None:
    heard = Caller(home).sends(Platform().login())
    (answer,) = heard.answers
    assert (answer.command, answer.flag, answer.unit) == (0x05, OK, TIME)
    assert heard.events("platform_login")[0]["platform"] == "maker"


def test_a_wrong_secret_an_unknown_account_and_a_wrong_id_are_refused_alike(
    tmp_path: Path,
) -> None:
    account = PlatformAccount("maker", 1, hashed("open sesame"), code="PLATFORM-A")
    with house(registry=snapshot(tmp_path, ENTRIES, accounts=[account])) as home:
        tries = (
            Platform().login("wrong"),
            Platform(user="nobody").login(),
            Platform(code="PLATFORM-B").login(),
        )
        heard = [Caller(home).sends(login) for login in tries]
        assert [each.flags for each in heard] == [[ERROR]] * 3
        assert all(each.of(REFUSED)[0][0] == Refusal.BAD_SECRET for each in heard)
        assert Caller(home).sends(Platform().login()).flags == [OK]


def test_guesses_of_one_accounts_secret_are_checked_only_a_few_times_a_second(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    register = Register(clock)
    register.snapshot = snapshot(tmp_path)
    for _ in range(5):
        assert register.platform(b"", b"maker", b"guess") is None
    assert register.platform(b"", b"maker", b"open sesame") is None
    clock.advance(1)
    assert register.platform(b"", b"maker", b"open sesame") is not None


def test_data_of_its_own_vehicles_is_kept_and_answered_with_success(link: Caller) -> None:
    heard = link.sends(Car().login(), Car().realtime(), Car().reissue(), Car().logout())
    assert heard.flags == [OK] * 4
    assert len(heard.of(FRAME)) == 4


def test_a_vehicle_that_is_not_its_own_is_refused_and_kept_apart(link: Caller) -> None:
    heard = link.sends(Car(OTHER_VIN).realtime(), Car(OTHER_VIN, Edition.Y2025).realtime())
    assert heard.flags == [ERROR, UNKNOWN]
    assert [record[0] for record in heard.of(REFUSED)] == [Refusal.UNKNOWN_VIN] * 2
    answer_of_another = Car(OTHER_VIN).says(0x81, TIME + b"\x00", flag=1)
    assert link.sends(answer_of_another).kinds() == [REFUSED]


def test_a_platform_that_is_not_restricted_may_report_every_registered_vehicle(
    tmp_path: Path,
) -> None:
    free = PlatformAccount("maker", 1, ACCOUNT.secret, restricted=False)
    with house(registry=snapshot(tmp_path, ENTRIES, accounts=[free])) as home:
        link = Caller(home)
        link.sends(Platform().login())
        heard = link.sends(Car().realtime(), Car(OTHER_VIN).realtime(), Car(FOREIGN_VIN).realtime())
        assert heard.flags == [OK, OK, ERROR]
        unfiled = link.sends(Car("LVWNEW00000000009").realtime())
        assert (unfiled.flags, len(unfiled.events("unregistered"))) == ([OK], 1)


@pytest.mark.parametrize(
    ("setting", "flags"), [("always", [OK]), ("platform", [OK]), ("never", [])]
)
def test_realtime_data_of_a_platform_is_answered_as_the_setting_says(
    tmp_path: Path, setting: str, flags: list[int]
) -> None:
    with house(registry=snapshot(tmp_path, ENTRIES), answer_realtime=setting) as home:
        link = Caller(home)
        link.sends(Platform().login())
        assert link.sends(Car().realtime()).flags == flags


def test_a_platform_may_send_heartbeats_ask_the_time_and_use_custom_commands(
    link: Caller,
) -> None:
    own = "PLATFORM-A"
    heard = link.sends(frame(0x07, own), frame(0x08, own), frame(0xC1, own, b"by agreement"))
    assert [answer.command for answer in heard.answers] == [0x07, 0x08]
    assert len(heard.of(FRAME)) == 3


def test_a_platform_logout_ends_the_session(link: Caller) -> None:
    heard = link.sends(Platform().logout(), Car().realtime())
    assert heard.flags == [OK, ERROR]


def test_a_platform_login_cut_short_is_refused(home: House) -> None:
    heard = Caller(home).sends(frame(0x05, "PLATFORM-A", TIME + b"\x00\x01maker"))
    assert heard.of(REFUSED)[0][0] == Refusal.STRUCTURE


def test_auto_registration_admits_any_platform_and_any_vehicle_behind_it() -> None:
    with house(auto_register=True) as home:
        link = Caller(home)
        assert link.sends(Platform(user="x").login("y"), Car(FOREIGN_VIN).realtime()).flags == [
            OK,
            OK,
        ]

"""R15-R17: strangers, borrowed VINs and clones, in numbers; each with a build that lets them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import DUPLICATE, OK, OTHER_VIN, VIN, Car
from tests.gateway.house_of_tests import Caller, house, snapshot

from voltward.base.clock import ManualClock
from voltward.gateway.house import House
from voltward.gateway.judging import Verdict
from voltward.gateway.reasons import RecordKind
from voltward.gateway.register import Register
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistryEntry
from voltward.gateway.roster import Roster
from voltward.gateway.session import Session

FRAME, EVENT, REFUSED = RecordKind.FRAME, RecordKind.EVENT, RecordKind.REFUSED


@pytest.fixture
def enrolled(tmp_path: Path) -> Iterator[House]:
    known = snapshot(tmp_path, [RegistryEntry(VIN, REGISTERED | ENROLLED)])
    with house(registry=known) as found:
        found.proof = lambda vin, data: Verdict(data)  # as where logins are not signed
        yield found


def strangers_admitted(home: House, count: int) -> int:
    """Logins of VINs that nobody knows, each with data behind it."""
    admitted = 0
    for number in range(count):
        caller = Caller(home)
        car = Car(f"WZZ{number:014d}")
        heard = caller.sends(car.login(), car.realtime())
        admitted += bool(heard.of(FRAME))
        caller.hangs_up()
    return admitted


def test_of_many_unknown_vins_none_is_admitted_and_each_is_told_of_once(tmp_path: Path) -> None:
    with house() as home:
        assert strangers_admitted(home, 2000) == 0
        told = [len(Caller(home).sends(Car("WZZNEW00000000001").login()).events()) for _ in "ab"]
        assert told == [1, 0]


@pytest.mark.t2
def test_of_a_hundred_thousand_unknown_vins_none_is_admitted() -> None:
    with house() as home:
        assert strangers_admitted(home, 100_000) == 0


def test_an_open_registration_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Register, "vehicle", broken.admits_everybody)
    with house() as home:
        assert strangers_admitted(home, 20) == 20


def test_the_book_of_what_was_told_is_bounded_and_forgets_after_a_minute() -> None:
    with house() as home:
        tried = [f"WZZ{number:014d}".encode() for number in range(200_001)]
        assert sum(home.may_tell("unknown_vin", vin) for vin in tried) == 200_000
        assert isinstance(home.clock, ManualClock)
        home.clock.advance(60)
        assert home.may_tell("unknown_vin", tried[-1])


def borrowed_frames_kept(home: House) -> int:
    """Frames of another vehicle inside a session that were admitted."""
    caller = Caller(home)
    caller.sends(Car().login())
    heard = caller.sends(*[Car(OTHER_VIN).realtime(number) for number in range(100)])
    return len(heard.of(FRAME))


def test_no_frame_of_another_vin_is_admitted_in_a_session() -> None:
    with house() as home:
        assert borrowed_frames_kept(home) == 0


def test_a_build_that_checks_no_vin_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "_take_vehicle", broken.checks_no_vin)
    with house() as home:
        assert borrowed_frames_kept(home) > 0


def takeovers(home: House, pairs: int) -> int:
    """A clone knocks between any two frames of an honest enrolled vehicle; frames it lost."""
    honest = Caller(home)
    assert honest.sends(Car().login()).flags == [OK]
    lost = 0
    for number in range(pairs):
        clone = Caller(home)
        clone.sends(Car().login())
        clone.hangs_up()
        lost += honest.sends(Car().realtime(number)).kinds() != [FRAME]
    return lost


def test_no_clone_takes_an_enrolled_vehicles_session(enrolled: House) -> None:
    assert takeovers(enrolled, 500) == 0
    assert Caller(enrolled).sends(Car().login()).flags == [DUPLICATE]


@pytest.mark.t2
def test_ten_thousand_clones_take_no_session(enrolled: House) -> None:
    assert takeovers(enrolled, 10_000) == 0


def test_a_build_in_which_the_newest_always_wins_is_caught(
    enrolled: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Roster, "vehicle", broken.newest_always_wins)
    assert takeovers(enrolled, 5) > 0


@pytest.mark.parametrize(
    "unit",
    [
        bytes((0, 1, 1, 0, 0, 0)),
        bytes((99, 12, 31, 23, 59, 59)),
        bytes((26, 13, 1, 0, 0, 0)),
        bytes((26, 2, 30, 8, 30, 5)),
        bytes((26, 3, 15, 24, 60, 60)),
        b"\xff" * 6,
    ],
)
def test_a_wrong_clock_of_the_vehicle_costs_no_frame(unit: bytes) -> None:
    """R21: the gateway keeps and answers; what the time is worth is judged behind it."""
    with house(answer_realtime="always") as home:
        caller = Caller(home)
        caller.sends(Car().login())
        heard = caller.sends(Car().says(0x02, unit + b"\x80\x00\x01\x00"))
        assert (heard.kinds(), heard.flags) == ([FRAME], [OK])
        assert heard.answers[0].unit == unit

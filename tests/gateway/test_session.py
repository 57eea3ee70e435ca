"""What a vehicle's link may say, what it hears, and what is kept of it."""

from collections.abc import Iterator

import pytest
from tests.gateway.car import (
    ERROR,
    OK,
    OTHER_VIN,
    TIME,
    Car,
    Platform,
)
from tests.gateway.house_of_tests import Caller, house

from voltward.base.clock import ManualClock
from voltward.columns.split import PieceReason
from voltward.frames.grammar import Edition
from voltward.gateway.house import House
from voltward.gateway.reasons import CloseReason, RecordKind, Refusal

BOTH = pytest.mark.parametrize("edition", [Edition.Y2016, Edition.Y2025])
FRAME, NOISE = RecordKind.FRAME, RecordKind.NOISE
EVENT, REFUSED = RecordKind.EVENT, RecordKind.REFUSED


@pytest.fixture
def home() -> Iterator[House]:
    with house() as found:
        yield found


@pytest.mark.parametrize(
    ("setting", "flags"), [("always", [OK, OK, OK]), ("platform", [OK]), ("never", [OK])]
)
def test_realtime_and_reissue_of_a_vehicle_are_answered_as_the_setting_says(
    setting: str, flags: list[int]
) -> None:
    with house(answer_realtime=setting) as home:
        heard = Caller(home).sends(Car().login(), Car().realtime(), Car().reissue())
    assert heard.flags == flags
    assert len(heard.of(FRAME)) == 3


def test_data_before_a_login_is_refused_and_kept(home: House) -> None:
    heard = Caller(home).sends(Car().realtime(5))
    assert heard.of(REFUSED) == [bytes((Refusal.NOT_LOGGED_IN,)) + Car().realtime(5)]
    assert heard.flags == [ERROR]


def test_a_heartbeat_is_answered_with_an_empty_unit(home: House) -> None:
    (_, answer) = Caller(home).sends(Car().login(), Car().heartbeat()).answers
    assert (answer.command, answer.flag, answer.unit) == (0x07, OK, b"")


def test_time_sync_is_answered_with_the_platforms_time_of_now(home: House) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    assert isinstance(home.clock, ManualClock)
    home.clock.advance(61)
    (answer,) = caller.sends(Car().clock()).answers
    assert (answer.command, answer.flag) == (0x08, OK)
    assert tuple(answer.unit) == (26, 3, 15, 8, 31, 6)  # Beijing, 00:30:05Z and 61 s


def test_every_frame_of_another_vin_inside_a_session_is_refused_and_kept_apart(
    home: House,
) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    stranger = Car(OTHER_VIN)
    heard = caller.sends(
        stranger.realtime(), stranger.login(), stranger.heartbeat(), stranger.logout()
    )
    assert heard.of(FRAME) == []
    assert [record[0] for record in heard.of(REFUSED)] == [Refusal.WRONG_VIN] * 4
    assert heard.flags == [ERROR] * 4
    assert caller.sends(Car().heartbeat()).flags == [OK]


def test_a_data_frame_without_a_time_is_refused_and_kept(home: House) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    heard = caller.sends(Car().says(0x02, b"\x1a"))
    assert heard.flags == [ERROR]
    assert heard.of(REFUSED)[0][0] == Refusal.STRUCTURE


def test_a_response_of_the_terminal_is_kept_and_never_answered(home: House) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    heard = caller.sends(Car().says(0x80, TIME + b"\x00", flag=0x01))
    assert (heard.answers, heard.kinds()) == ([], [FRAME])
    before = Caller(home).sends(Car().says(0x80, TIME + b"\x00", flag=0x01))
    assert (before.answers, before.kinds()) == ([], [REFUSED])


@pytest.mark.parametrize("command", [0x10, 0x33, 0x7F, 0xC5])
def test_commands_without_an_answer_of_ours_are_kept(home: House, command: int) -> None:
    caller = Caller(home)
    caller.sends(Car(edition=Edition.Y2025).login())
    heard = caller.sends(Car(edition=Edition.Y2025).says(command, TIME + b"whatever"))
    assert (heard.answers, heard.kinds()) == ([], [FRAME])


def test_platform_commands_on_a_vehicle_link_are_refused(home: House) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    heard = caller.sends(Car().says(0x05, bytes(41)), Car().says(0x06, TIME + b"\x00\x01"))
    assert [record[0] for record in heard.of(REFUSED)] == [Refusal.WRONG_LINK] * 2


def test_a_damaged_frame_of_the_session_is_kept_as_noise_and_answered_with_an_error(
    home: House,
) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    damaged = bytearray(Car().realtime(3))
    damaged[30] ^= 0x55
    heard = caller.sends(bytes(damaged), Car().realtime(4))
    assert heard.flags == [ERROR]
    assert heard.of(NOISE) == [bytes((PieceReason.BAD_BCC,)) + bytes(damaged)]
    assert heard.of(FRAME) == [Car().realtime(4)]


def test_never_means_that_even_a_refused_data_frame_is_not_answered() -> None:
    with house(answer_realtime="never") as home:
        assert Caller(home).sends(Car().realtime()).answers == []
        assert Caller(home).sends(Car().heartbeat()).flags == [ERROR]


def test_a_link_without_a_login_is_overdue_after_the_deadline_however_it_dribbles(
    home: House,
) -> None:
    caller = Caller(home)
    assert isinstance(home.clock, ManualClock)
    for byte in Car().login()[:9]:
        home.clock.advance(1)
        caller.sends(bytes((byte,)))
        assert caller.session.overdue() is None
    home.clock.advance(1)
    assert caller.session.overdue() is CloseReason.LOGIN_DEADLINE


def test_a_session_is_overdue_after_silence_and_bytes_that_are_no_frame_are_silence(
    home: House,
) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    assert isinstance(home.clock, ManualClock)
    home.clock.advance(179)
    assert caller.session.overdue() is None
    caller.sends(b"noise")
    home.clock.advance(1)
    assert caller.session.overdue() is CloseReason.IDLE


def test_a_link_that_logged_out_may_stay_as_long_as_a_silent_session(home: House) -> None:
    caller = Caller(home)
    caller.sends(Car().login(), Car().logout())
    assert isinstance(home.clock, ManualClock)
    home.clock.advance(179)
    assert caller.session.overdue() is None
    home.clock.advance(1)
    assert caller.session.overdue() is CloseReason.IDLE


def test_who_hangs_up_without_a_login_leaves_no_event(home: House) -> None:
    assert Caller(home).hangs_up().records == []
    caller = Caller(home)
    caller.sends(Car().login())
    assert [event["reason"] for event in caller.hangs_up().events("close")] == ["peer"]


def test_a_frame_behind_a_lying_length_is_found_when_the_wait_is_given_up(home: House) -> None:
    caller = Caller(home)
    caller.sends(Car().login())
    lie = Car().realtime()[:22] + b"\xf0\x00"
    assert caller.sends(lie + Car().realtime(8)).records == []
    assert caller.gives_up().of(FRAME) == [Car().realtime(8)]


def test_no_event_carries_an_account_secret(home: House) -> None:
    heard = Caller(home).sends(Platform().login())
    assert heard.flags == [OK]
    assert all("sesame" not in str(event) for event in heard.events())

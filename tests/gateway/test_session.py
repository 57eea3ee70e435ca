"""What a vehicle's link may say, what it hears, and what is kept of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.car import (
    DUPLICATE,
    ERROR,
    FOREIGN_VIN,
    OK,
    OTHER_VIN,
    SIGNATURE,
    STRUCTURE,
    TIME,
    UNKNOWN,
    VIN,
    Car,
    Platform,
    frame,
)
from tests.gateway.house_of_tests import Caller, house, snapshot

from voltward.base.clock import ManualClock
from voltward.base.vin import with_check_digit
from voltward.columns.split import PieceReason
from voltward.frames.grammar import Edition
from voltward.gateway.house import House, Proof
from voltward.gateway.reasons import CloseReason, RecordKind, Refusal
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistryEntry

BOTH = pytest.mark.parametrize("edition", [Edition.Y2016, Edition.Y2025])
FRAME, NOISE, EVENT, REFUSED = RecordKind


@pytest.fixture
def home() -> Iterator[House]:
    with house() as found:
        yield found


@BOTH
def test_a_registered_vehicle_logs_in_and_hears_success_with_its_own_time(
    home: House, edition: Edition
) -> None:
    car = Car(edition=edition)
    heard = Caller(home).sends(car.login(sequence=9))
    (answer,) = heard.answers
    assert (answer.command, answer.flag, answer.vin, answer.unit) == (0x01, OK, VIN, TIME)
    assert answer.start == car.login()[:2]
    (login,) = heard.events("login")
    assert (login["vin"], login["sequence"], login["edition"]) == (VIN, 9, int(edition))
    assert heard.kinds() == [FRAME, EVENT]


def test_the_answer_keeps_the_encryption_byte_of_the_command(home: House) -> None:
    unit = TIME + b"\x00\x01" + b"8986" * 5 + b"\x00\x00"
    (answer,) = Caller(home).sends(frame(0x01, VIN, unit, encryption=3)).answers
    assert answer.encryption == 3


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


def test_logout_ends_the_session_and_the_link_may_log_in_as_another_vehicle(home: House) -> None:
    caller = Caller(home)
    heard = caller.sends(Car().login(4), Car().logout(4), Car().realtime())
    assert heard.flags == [OK, OK, ERROR]
    assert heard.events("logout")[0]["sequence_matches"] is True
    assert caller.sends(Car(OTHER_VIN).login()).flags == [OK]


def test_a_logout_with_another_sequence_is_accepted_and_noted(home: House) -> None:
    heard = Caller(home).sends(Car().login(4), Car().logout(5))
    assert heard.flags == [OK, OK]
    assert heard.events("logout")[0]["sequence_matches"] is False


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


@pytest.mark.parametrize(("edition", "flag"), [(Edition.Y2016, ERROR), (Edition.Y2025, UNKNOWN)])
def test_an_unknown_vin_is_refused_in_the_words_of_its_edition(
    home: House, edition: Edition, flag: int
) -> None:
    heard = Caller(home).sends(Car(FOREIGN_VIN, edition).login())
    assert heard.flags == [flag]
    assert heard.kinds() == [REFUSED, EVENT]
    assert heard.events("refused")[0]["reason"] == "unknown_vin"


def test_an_unknown_vin_is_told_of_once_a_minute_and_kept_every_time(home: House) -> None:
    caller, login = Caller(home), Car(FOREIGN_VIN).login()
    first, again = caller.sends(login), caller.sends(login)
    assert isinstance(home.clock, ManualClock)
    home.clock.advance(60)
    later = caller.sends(login)
    told = [len(heard.events("refused")) for heard in (first, again, later)]
    assert told == [1, 0, 1]
    assert all(len(heard.of(REFUSED)) == 1 for heard in (first, again, later))


def test_an_unknown_vin_of_the_makers_own_wmi_is_admitted_as_unregistered(home: House) -> None:
    heard = Caller(home).sends(Car("LVWNEW00000000009").login())
    assert heard.flags == [OK]
    assert heard.events("login")[0]["standing"] == "unregistered"
    assert len(heard.events("unregistered")) == 1


def test_a_vin_that_the_office_knows_but_has_not_filed_is_unregistered(tmp_path: Path) -> None:
    known = snapshot(tmp_path, [RegistryEntry(VIN, flags=0)])
    with house(registry=known) as home:
        heard = Caller(home).sends(Car().login())
    assert heard.events("login")[0]["standing"] == "unregistered"


def test_auto_registration_admits_every_printable_vin() -> None:
    with house(auto_register=True) as home:
        assert Caller(home).sends(Car(FOREIGN_VIN).login()).flags == [OK]
        unprintable = frame(0x01, b"\x00" * 17, Car().login()[24:-1])
        assert Caller(home).sends(unprintable).flags == [ERROR]


def test_a_wrong_check_digit_only_warns(home: House) -> None:
    right, wrong = with_check_digit("LVWCHECK000000001"), "LVWCHECKZ00000001"
    told = [
        Caller(home).sends(Car(vin).login()).events("login")[0]["check_digit_is_right"]
        for vin in (right, wrong)
    ]
    assert told == [True, False]


@BOTH
def test_a_login_too_short_to_hold_its_fields_is_a_structure_error(
    home: House, edition: Edition
) -> None:
    heard = Caller(home).sends(Car(edition=edition).says(0x01, TIME))
    assert heard.flags == [ERROR if edition is Edition.Y2016 else STRUCTURE]


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


@pytest.mark.parametrize("command", [0x0B, 0x10, 0x33, 0x7F, 0xC5])
def test_commands_without_an_answer_of_ours_are_kept(home: House, command: int) -> None:
    caller = Caller(home)
    caller.sends(Car(edition=Edition.Y2025).login())
    heard = caller.sends(Car(edition=Edition.Y2025).says(command, TIME + b"whatever"))
    assert (heard.answers, heard.kinds()) == ([], [FRAME])


def test_an_activation_is_kept_before_any_login_in_the_2025_edition_only(home: House) -> None:
    heard = Caller(home).sends(Car(edition=Edition.Y2025).says(0x09, TIME + b"chip"))
    assert (heard.answers, heard.kinds()) == ([], [FRAME, EVENT])
    assert heard.events()[0]["event"] == "activation"
    assert Caller(home).sends(Car().says(0x09, TIME)).flags == [ERROR]
    stranger = Car(FOREIGN_VIN, Edition.Y2025).says(0x09, TIME)
    assert Caller(home).sends(stranger).flags == [UNKNOWN]


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


def test_the_newest_login_wins_and_the_old_link_is_ended(home: House) -> None:
    old, new = Caller(home), Caller(home)
    old.sends(Car().login())
    heard = new.sends(Car().login(2))
    assert heard.flags == [OK]
    assert heard.events("close")[0] | {"peer": ""} == {
        "event": "close",
        "link": old.session.link,
        "vin": VIN,
        "peer": "",
        "reason": "replaced",
    }
    late = old.sends(Car().realtime())
    assert late.of(REFUSED)[0][0] == Refusal.REPLACED
    assert late.answers == []
    assert new.sends(Car().heartbeat()).flags == [OK]


def test_a_second_login_on_the_same_link_replaces_nobody(home: House) -> None:
    caller = Caller(home)
    heard = caller.sends(Car().login(1), Car().login(2))
    assert heard.flags == [OK, OK]
    assert heard.events("close") == []


@pytest.fixture
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    known = snapshot(
        tmp_path_factory.mktemp("registry"), [RegistryEntry(VIN, REGISTERED | ENROLLED)]
    )
    with house(registry=known) as found:
        yield found


@BOTH
def test_an_enrolled_vehicle_keeps_its_session_against_a_login_without_proof(
    enrolled: House, edition: Edition
) -> None:
    honest, clone = Caller(enrolled), Caller(enrolled)
    assert honest.sends(Car(edition=edition).login()).flags == [OK]
    heard = clone.sends(Car(edition=edition).login())
    assert heard.flags == [DUPLICATE]
    (event,) = heard.events("possible_clone")
    assert (event["vin"], event["other_link"]) == (VIN, honest.session.link)
    assert honest.sends(Car(edition=edition).realtime()).kinds() == [FRAME]


def test_an_enrolled_vehicle_takes_its_session_over_when_it_proves_its_key(
    enrolled: House,
) -> None:
    enrolled.proof = lambda vin, data: Proof.PROVEN
    old, new = Caller(enrolled), Caller(enrolled)
    old.sends(Car().login())
    assert new.sends(Car().login()).flags == [OK]
    assert old.session.is_replaced


def test_a_wrong_proof_is_refused_even_when_nobody_is_logged_in(enrolled: House) -> None:
    enrolled.proof = lambda vin, data: Proof.WRONG
    car = Car(edition=Edition.Y2025)
    assert Caller(enrolled).sends(car.login()).flags == [SIGNATURE]


def test_an_enrolled_vehicle_that_hung_up_logs_in_again_without_proof(enrolled: House) -> None:
    first = Caller(enrolled)
    first.sends(Car().login())
    first.hangs_up()
    assert Caller(enrolled).sends(Car().login()).flags == [OK]


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

"""Who may log in, what a second login does, and how a session ends by word."""

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
    frame,
)
from tests.gateway.house_of_tests import Caller, house, snapshot

from voltward.base.clock import ManualClock
from voltward.base.vin import with_check_digit
from voltward.frames.grammar import Edition
from voltward.gateway.house import House
from voltward.gateway.judging import Proof, Verdict
from voltward.gateway.reasons import RecordKind, Refusal
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistryEntry

BOTH = pytest.mark.parametrize("edition", [Edition.Y2016, Edition.Y2025])
FRAME, EVENT, REFUSED = RecordKind.FRAME, RecordKind.EVENT, RecordKind.REFUSED


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


def test_an_activation_is_heard_before_any_login_in_the_2025_edition_only(home: House) -> None:
    heard = Caller(home).sends(Car(edition=Edition.Y2025).says(0x09, TIME + b"chip"))
    assert heard.flags == [STRUCTURE]
    assert Caller(home).sends(Car().says(0x09, TIME)).flags == [ERROR]
    stranger = Car(FOREIGN_VIN, Edition.Y2025).says(0x09, TIME)
    assert Caller(home).sends(stranger).flags == [UNKNOWN]


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
        found.proof = lambda vin, data: Verdict(data)  # as where logins are not signed
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
    enrolled.proof = lambda vin, data: Verdict(data, Proof.PROVEN)
    old, new = Caller(enrolled), Caller(enrolled)
    old.sends(Car().login())
    assert new.sends(Car().login(2)).flags == [OK]
    assert old.session.is_replaced


def test_a_wrong_proof_is_refused_even_when_nobody_is_logged_in(enrolled: House) -> None:
    enrolled.proof = lambda vin, data: Verdict(data, Proof.WRONG, Refusal.BAD_SIGNATURE)
    car = Car(edition=Edition.Y2025)
    assert Caller(enrolled).sends(car.login()).flags == [SIGNATURE]


def test_an_enrolled_vehicle_that_hung_up_logs_in_again_without_proof(enrolled: House) -> None:
    first = Caller(enrolled)
    first.sends(Car().login())
    first.hangs_up()
    assert Caller(enrolled).sends(Car().login()).flags == [OK]

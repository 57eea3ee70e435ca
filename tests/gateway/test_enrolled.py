"""Vehicles enrolled with a key: everything they send must be signed with it (R17, R19)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.gateway import broken_builds
from tests.gateway.car import DUPLICATE, OK, SIGNATURE, STRUCTURE, VIN, Car, Platform
from tests.gateway.house_of_tests import Caller, Heard, house
from tests.gateway.sealed_car import Agreement, SealedCar, enrol

from voltward.frames.grammar import Edition
from voltward.gateway.house import House
from voltward.gateway.reasons import RecordKind, Refusal
from voltward.seals.block import packed
from voltward.seals.keys import Algorithm

FRAME, REFUSED = RecordKind.FRAME, RecordKind.REFUSED
LATE = bytes((26, 3, 15, 7, 30, 5))  # an hour before the house's clock


@pytest.fixture
def home() -> Iterator[House]:
    with house() as found:
        yield found


@pytest.fixture
def car(home: House) -> SealedCar:
    made = SealedCar()
    enrol(home, made.on_file())
    return made


def online(home: House, car: SealedCar, sequence: int = 1) -> Caller:
    caller = Caller(home)
    assert caller.sends(car.login(sequence)).flags == [OK]
    return caller


def refusal_of(heard: Heard) -> Refusal:
    assert heard.of(FRAME) == []
    (kept,) = heard.of(REFUSED)
    return Refusal(kept[0])


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("marker", [False, True])
def test_signed_frames_of_each_algorithm_and_both_readings_are_admitted(
    home: House, algorithm: Algorithm, marker: bool
) -> None:
    car = SealedCar(algorithm=algorithm, marker=marker)
    enrol(home, car.on_file())
    caller = online(home, car)
    for frame in (car.realtime(1), car.realtime(2, 0x03)):
        assert caller.sends(frame).of(FRAME) == [frame]
    how = "with_marker" if marker else "without_marker"
    assert home.proof(VIN.encode(), car.realtime(3)).signed == how


def attacks(car: SealedCar) -> dict[str, tuple[bytes, Refusal]]:
    """Everything that is not what the car would send, and why it is refused."""
    other, good = SealedCar(), car.realtime(7)
    return {
        "stripped": (car.says(0x02, car.report()), Refusal.UNSIGNED),
        "another key": (other.realtime(7), Refusal.BAD_SIGNATURE),
        "changed data": (_changed(good), Refusal.BAD_SIGNATURE),
        "another algorithm": (
            SealedCar(algorithm=Algorithm.ECC).realtime(7),
            Refusal.BAD_SIGNATURE,
        ),
        "empty numbers": (
            car.says(0x02, car.report() + packed(Algorithm.SM2, b"", b"")),
            Refusal.BAD_SIGNATURE,
        ),
        "downgrade": (Car().realtime(7), Refusal.DOWNGRADE),
        "data behind the signature": (
            car.says(0x02, good[24:-1] + b"\x80\x00\x01\x00"),
            Refusal.UNSIGNED,
        ),
        "a response": (Car(edition=Edition.Y2025).says(0x02, car.report(), 1), Refusal.UNSIGNED),
        "unknown cipher": (_with_encryption(good, 0xFE), Refusal.STRUCTURE),
        "encrypted without a key": (_with_encryption(good, 0x05), Refusal.DECRYPTION),
    }


def _changed(frame: bytes) -> bytes:
    unit = bytearray(frame[24:-1])
    unit[10] ^= 1
    return SealedCar().says(0x02, bytes(unit))


def _with_encryption(frame: bytes, code: int) -> bytes:
    check = frame[-1] ^ frame[21] ^ code
    return frame[:21] + bytes((code,)) + frame[22:-1] + bytes((check,))


@pytest.mark.parametrize("name", list(attacks(SealedCar())))
def test_whatever_the_key_did_not_sign_is_refused_kept_and_told(
    home: House, car: SealedCar, name: str
) -> None:
    caller = online(home, car)
    frame, why = attacks(car)[name]
    heard = caller.sends(frame)
    assert refusal_of(heard) is why
    assert heard.of(REFUSED)[0][1:] == frame
    if name != "a response":
        flags = {Refusal.STRUCTURE: STRUCTURE, Refusal.DECRYPTION: 0x07}
        assert heard.flags == [flags.get(why, SIGNATURE)]
        assert heard.events("refused")[0]["reason"] == why.word
    assert caller.sends(car.realtime(8)).kinds() == [FRAME]


@pytest.mark.parametrize("count", [200])
def test_hundred_percent_of_forged_frames_are_refused_whatever_bit_is_changed(
    home: House, car: SealedCar, count: int
) -> None:
    caller, good = online(home, car), car.realtime(1)
    for bit in range(0, 8 * (len(good) - 25), 8 * (len(good) - 25) // count):
        unit = bytearray(good[24:-1])
        unit[bit // 8] ^= 1 << bit % 8
        heard = caller.sends(car.says(0x02, bytes(unit)))
        assert heard.of(FRAME) == [], f"bit {bit}"


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({}, True),
        ({"since_s": 1_773_534_600, "until_s": 1_773_534_700}, True),
        ({"until_s": 1_773_534_600}, False),
        ({"since_s": 1_773_534_700}, False),
        ({"state": "revoked"}, False),
    ],
)
def test_a_key_proves_only_while_it_is_active_and_within_its_dates(
    home: House, facts: dict[str, object], allowed: bool
) -> None:
    car = SealedCar()
    enrol(home, car.on_file(**facts))  # type: ignore[arg-type]
    heard = Caller(home).sends(car.login())
    assert heard.flags == [OK if allowed else SIGNATURE]
    if not allowed:
        assert refusal_of(heard) is Refusal.NO_VALID_KEY


def test_while_one_key_takes_over_from_the_other_both_prove(home: House) -> None:
    old, new = SealedCar(), SealedCar(chip_id="CHIP-0002")
    enrol(home, old.on_file(), new.on_file())
    caller = online(home, new)
    assert caller.sends(old.realtime(1)).kinds() == [FRAME]
    enrol(home, old.on_file("revoked"), new.on_file(), generation=2)
    assert refusal_of(caller.sends(old.realtime(2))) is Refusal.BAD_SIGNATURE
    assert caller.sends(new.realtime(3)).kinds() == [FRAME]


def test_a_vehicle_whose_key_is_only_registered_is_not_asked_for_signatures(home: House) -> None:
    enrol(home, SealedCar().on_file("registered"))
    caller = Caller(home)
    assert caller.sends(Car(edition=Edition.Y2025).login()).flags == [OK]
    assert caller.sends(Car(edition=Edition.Y2025).realtime()).kinds() == [FRAME]


def test_login_is_signed_unless_the_agreement_follows_the_standards_table(
    home: House, car: SealedCar
) -> None:
    plain = car.says(0x01, car.login_unit())
    assert refusal_of(Caller(home).sends(plain)) is Refusal.UNSIGNED
    enrol(home, car.on_file(), agreement=Agreement(logins_signed=False))
    caller = Caller(home)
    assert caller.sends(plain).flags == [OK]
    assert refusal_of(caller.sends(car.says(0x02, car.report()))) is Refusal.UNSIGNED
    assert Caller(home).sends(plain).flags == [DUPLICATE]  # it takes no session over
    assert Caller(home).sends(car.login(2)).flags == [OK]  # but whoever proves the key does


def test_only_a_fresh_login_that_proves_the_key_takes_a_session_over(
    home: House, car: SealedCar
) -> None:
    first = online(home, car)
    recorded = car.login(1)
    heard = Caller(home).sends(recorded)
    assert heard.flags == [DUPLICATE]
    assert heard.events("replayed_login")[0]["vin"] == VIN
    assert heard.events("possible_clone")
    assert Caller(home).sends(SealedCar().login(2)).flags == [SIGNATURE]
    assert not first.session.is_replaced
    assert first.sends(car.realtime()).kinds() == [FRAME]
    assert Caller(home).sends(car.login(2)).flags == [OK]
    assert first.session.is_replaced


def test_a_login_recorded_before_a_restart_takes_nothing_over(home: House, car: SealedCar) -> None:
    online(home, car)
    home._logins.clear()  # as after a restart
    assert Caller(home).sends(car.login(3, LATE)).flags == [DUPLICATE]


def test_a_client_platform_may_not_speak_for_an_enrolled_vehicle_without_its_signature(
    home: House, car: SealedCar
) -> None:
    caller = Caller(home)
    home.register.auto_register = True
    assert caller.sends(Platform().login()).flags == [OK]
    assert refusal_of(caller.sends(car.says(0x02, car.report()))) is Refusal.UNSIGNED
    assert caller.sends(car.realtime(1)).kinds() == [FRAME]
    assert caller.sends(Car("LVWTEST0X00000002").realtime()).kinds() == [FRAME]


def test_a_vehicle_without_any_key_goes_on_as_before(home: House, car: SealedCar) -> None:
    caller = Caller(home)
    other = Car("LVWTEST0X00000002")
    assert caller.sends(other.login()).flags == [OK]
    assert caller.sends(other.realtime()).kinds() == [FRAME]


def test_a_build_that_skips_verification_is_caught(
    home: House, car: SealedCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.gateway.judging.verified", broken_builds.skips_verification)
    caller = online(home, car)
    admitted = [name for name, (frame, _) in attacks(car).items() if caller.sends(frame).of(FRAME)]
    assert {"another key", "changed data"} <= set(admitted)

"""Keys that come over the air: activation 09 and its answer 0A, key exchange 0B, encrypted units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.gateway.car import OK, OTHER_VIN, SIGNATURE, STRUCTURE, UNKNOWN, VIN, frame
from tests.gateway.house_of_tests import Caller, Heard, house
from tests.gateway.sealed_car import Agreement, DataKey, SealedCar, enrol

from voltward.frames.grammar import Edition
from voltward.gateway.house import House
from voltward.gateway.keys import Keys
from voltward.gateway.reasons import RecordKind, Refusal
from voltward.seals.ciphers import CipherRule, Encryption, sm2_encrypt, symmetric_encrypt
from voltward.seals.key_file import KeyBook, VehicleKeys, unseal
from voltward.seals.keys import Algorithm
from voltward.seals.own_keys import PrivateKeys
from voltward.seals.sm2 import Sm2PublicKey

FRAME, REFUSED, SEALED = RecordKind.FRAME, RecordKind.REFUSED, RecordKind.SEALED
FROM, UNTIL = bytes((26, 3, 1, 0, 0, 0)), bytes((26, 6, 1, 0, 0, 0))
SECRET = b"sixteen secrets!"
OWN = PrivateKeys()


@pytest.fixture
def home() -> Iterator[House]:
    with house(keys=Keys(OWN)) as found:
        yield found


def answer_of(heard: Heard) -> bytes:
    (answer,) = heard.answers
    assert (answer.command, answer.flag) == (0x0A, 0xFE)
    return answer.unit


def test_a_key_that_is_on_file_is_activated_and_asked_for_at_once(home: House) -> None:
    car = SealedCar()
    enrol(home, car.on_file("registered"))
    heard = Caller(home).sends(car.activation())
    assert answer_of(heard) == b"\x01\x00"
    (event,) = heard.events("activation")
    assert (event["outcome"], event["chip_id"]) == ("accepted", car.chip_id)
    caller = Caller(home)
    assert caller.sends(car.says(0x01, car.login_unit())).flags == [SIGNATURE]
    assert caller.sends(car.login()).flags == [OK]
    assert caller.sends(car.says(0x02, car.report())).of(FRAME) == []


def test_a_key_that_nobody_announced_waits_for_the_office(home: House) -> None:
    car = SealedCar()
    heard = Caller(home).sends(car.activation())
    assert answer_of(heard) == b"\x02\x00"
    assert heard.events("activation")[0]["outcome"] == "pending"
    assert heard.events("activation")[0]["public_key"] == car.public.hex()
    assert Caller(home).sends(car.says(0x01, car.login_unit())).flags == [OK]


@pytest.mark.parametrize(
    ("chip", "answer"), [("CHIP-0001", b"\x02\x01"), ("CHIP-0002", b"\x02\x02")]
)
def test_a_chip_in_use_and_a_vin_with_another_chip_are_told_apart(
    home: House, chip: str, answer: bytes
) -> None:
    enrol(home, SealedCar().on_file())
    assert answer_of(Caller(home).sends(SealedCar(chip_id=chip).activation())) == answer


def test_a_chip_of_another_vehicle_activates_nothing(home: House) -> None:
    enrol(home, SealedCar(OTHER_VIN).on_file())
    assert answer_of(Caller(home).sends(SealedCar().activation())) == b"\x02\x01"


def test_another_key_for_the_chip_on_file_is_not_taken(home: House) -> None:
    enrol(home, SealedCar().on_file("registered"))
    assert answer_of(Caller(home).sends(SealedCar().activation())) == b"\x02\x00"


def test_an_activation_must_prove_its_key_and_speak_of_its_own_vehicle(home: House) -> None:
    car = SealedCar()
    enrol(home, car.on_file("registered"))
    good = car.activation()
    forged = frame(0x09, VIN, good[24:-2] + bytes((good[-2] ^ 1,)), edition=Edition.Y2025)
    assert Caller(home).sends(forged).flags == [SIGNATURE]
    assert Caller(home).sends(car.activation(vin=OTHER_VIN)).flags == [STRUCTURE]
    assert Caller(home).sends(SealedCar("WZZTEST0000000003").activation()).flags == [UNKNOWN]
    assert not home.prover.is_enrolled(VIN.encode())


def test_what_was_activated_holds_until_the_office_says_it_too(home: House) -> None:
    car = SealedCar()
    enrol(home, car.on_file("registered"))
    Caller(home).sends(car.activation())
    enrol(home, car.on_file("registered"), generation=2)  # written before the office heard
    assert home.prover.is_enrolled(VIN.encode())
    enrol(home, car.on_file("revoked"), generation=3)
    assert Caller(home).sends(car.login()).flags == [SIGNATURE]


def exchange(key: bytes, kind: int = 5, since: bytes = FROM, until: bytes = UNTIL) -> bytes:
    unit = bytes((kind,)) + len(key).to_bytes(2, "big") + key + since + until
    return frame(0x0B, VIN, unit, edition=Edition.Y2025)


def wrapped(key: bytes = SECRET) -> bytes:
    return sm2_encrypt(Sm2PublicKey(OWN.public(Algorithm.SM2)), key, CipherRule())


def online(home: House, car: SealedCar) -> Caller:
    caller = Caller(home)
    assert caller.sends(car.login()).flags == [OK]
    return caller


@pytest.fixture
def car(home: House) -> SealedCar:
    made = SealedCar()
    enrol(home, made.on_file())
    return made


def encrypted(car: SealedCar, key: bytes, kind: Encryption, rule: CipherRule) -> bytes:
    plain = car.realtime(5)
    unit = symmetric_encrypt(kind, key, plain[24:-1], rule)
    return frame(0x02, VIN, unit, edition=Edition.Y2025, encryption=kind)


@pytest.mark.parametrize("kind", [Encryption.AES, Encryption.SM4])
@pytest.mark.parametrize("mode", ["ecb", "cbc", "gcm"])
def test_an_exchanged_key_opens_data_units_which_are_kept_as_they_came_and_as_they_read(
    home: House, car: SealedCar, kind: Encryption, mode: Any
) -> None:
    rule = CipherRule(mode=mode)
    enrol(home, car.on_file(), agreement=Agreement(rule))
    caller = online(home, car)
    heard = caller.sends(exchange(wrapped(), kind))
    assert heard.flags == [OK]
    assert heard.answers[0].unit == b""  # the unit begins with the key
    (event,) = heard.events("key_exchange")
    assert unseal(event["sealed"], home.keys.seal_key, VIN) == SECRET
    came = encrypted(car, SECRET, kind, rule)
    heard = caller.sends(came)
    assert heard.of(SEALED) == [came]
    (read,) = heard.of(FRAME)
    assert read[21] == Encryption.NONE
    assert read[24:].startswith(car.report(5))
    assert caller.sends(encrypted(car, b"another sixteen!", kind, rule)).of(FRAME) == []


def test_an_old_data_key_opens_what_was_on_the_way_until_it_ends(
    home: House, car: SealedCar
) -> None:
    rule, new = CipherRule(mode="gcm"), b"the newer secret"
    now_s = home.clock.now_ns() // 1_000_000_000
    keys = (DataKey(5, SECRET, 0, now_s + 60), DataKey(5, new, now_s - 1, now_s + 900))
    enrol(home, car.on_file(), data_keys=keys, agreement=Agreement(rule))
    caller = online(home, car)
    for key in (SECRET, new):
        assert len(caller.sends(encrypted(car, key, Encryption.SM4, rule)).of(FRAME)) == 1
    home.clock.advance(60)  # type: ignore[attr-defined]
    heard = caller.sends(encrypted(car, SECRET, Encryption.SM4, rule))
    assert (heard.flags, Refusal(heard.of(REFUSED)[0][0])) == ([7], Refusal.DECRYPTION)


@pytest.mark.parametrize(
    ("bad", "flag"),
    [
        (exchange(wrapped(b"too short")), 7),
        (exchange(b"no ciphertext at all"), 7),
        (exchange(wrapped(), kind=2), 2),
        (exchange(wrapped(), since=UNTIL, until=FROM), STRUCTURE),
        (exchange(wrapped(), until=bytes((26, 13, 1, 0, 0, 0))), STRUCTURE),
        (frame(0x0B, VIN, b"\x05\xff\xff", edition=Edition.Y2025), STRUCTURE),
    ],
)
def test_a_key_exchange_that_cannot_be_read_changes_nothing(
    home: House, car: SealedCar, bad: bytes, flag: int
) -> None:
    heard = online(home, car).sends(bad)
    assert (heard.flags, heard.of(FRAME)) == ([flag], [])
    assert home.keys.of(VIN.encode()).data_keys == ()


def test_a_key_file_keeps_data_keys_closed_and_says_the_same_again(home: House) -> None:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from voltward.base.errors import BadInput
    from voltward.seals.key_file import read_keys, write_keys

    known = VehicleKeys((SealedCar().on_file(),), (DataKey(5, SECRET, 1, 2),))
    with TemporaryDirectory() as name:
        path = Path(name) / "keys"
        write_keys(path, 4, [(VIN, known)], b"k" * 32)
        assert SECRET.hex().encode() not in path.read_bytes()
        assert read_keys(path, b"k" * 32) == KeyBook(4, {VIN: known})
        for spoilt in (b"x" + path.read_bytes(), path.read_bytes()[:-9]):
            (Path(name) / "spoilt").write_bytes(spoilt)
            with pytest.raises(BadInput):
                read_keys(Path(name) / "spoilt", b"k" * 32)
        with pytest.raises(BadInput):
            read_keys(path, b"another key of 32 octets in all!")
    assert replace(known, data_keys=()).data_keys == ()

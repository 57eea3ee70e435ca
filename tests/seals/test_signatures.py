"""Signatures: the standard's own example, the openssl command line, and what must not pass."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltward.base.errors import BadInput
from voltward.seals.bench import measure
from voltward.seals.block import LONGEST, Signed, blocks, packed, verified
from voltward.seals.keys import Algorithm, canonical, fingerprint, public_key
from voltward.seals.own_keys import PrivateKeys
from voltward.seals.sm2 import Sm2PrivateKey, Sm2PublicKey

# GB/T 32918.5-2017 annex A: the recommended curve, id 1234567812345678, text "message digest"
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = bytes.fromhex("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3")
S = bytes.fromhex("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA")
TEXT = b"message digest"
KEYS = PrivateKeys()
UNIT = bytes((26, 3, 15, 8, 30, 5)) + b"\x80\x00\x04\xff\x01\x00\x20"


def test_the_example_of_the_standard_verifies_and_nothing_near_it_does() -> None:
    key = Sm2PublicKey(POINT)
    assert key.verifies(R, S, TEXT)
    assert not key.verifies(R, S, TEXT + b"!")
    assert not key.verifies(S, R, TEXT)
    assert not key.verifies(R[:-1] + b"\0", S, TEXT)
    assert not KEYS_PUBLIC[Algorithm.SM2].verifies(R, S, TEXT)


KEYS_PUBLIC = {one: public_key(one, canonical(one, KEYS.public(one))) for one in Algorithm}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command line")
def test_the_openssl_command_line_verifies_what_we_sign_and_signs_what_we_verify(
    tmp_path: Path,
) -> None:
    key = Sm2PrivateKey.made()
    (tmp_path / "key.der").write_bytes(key.der())
    (tmp_path / "text").write_bytes(UNIT)

    def openssl(*arguments: str) -> str:
        done = subprocess.run(
            ["openssl", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    agreed = ("-sigopt", "distid:1234567812345678")
    openssl("pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem")
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    openssl("dgst", "-sm3", "-sign", "key.pem", *agreed, "-out", "signature", "text")
    from cryptography.hazmat.primitives.asymmetric.utils import (
        decode_dss_signature,
        encode_dss_signature,
    )

    theirs = [
        one.to_bytes(32, "big")
        for one in decode_dss_signature((tmp_path / "signature").read_bytes())
    ]
    assert key.public().verifies(theirs[0], theirs[1], UNIT)
    ours = encode_dss_signature(*(int.from_bytes(one, "big") for one in key.signs(UNIT)))
    (tmp_path / "ours").write_bytes(ours)
    told = openssl("dgst", "-sm3", "-verify", "public.pem", *agreed, "-signature", "ours", "text")
    assert "Verified OK" in told


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("how", list(Signed))
def test_a_block_is_verified_in_both_readings_and_which_one_matched_is_told(
    algorithm: Algorithm, how: Signed
) -> None:
    text = UNIT + (b"\xff" if how is Signed.WITH_MARKER else b"")
    unit = UNIT + packed(algorithm, *KEYS.sign(algorithm, text))
    assert verified(unit, KEYS_PUBLIC[algorithm], algorithm) is how
    assert verified(b"\0" + unit[1:], KEYS_PUBLIC[algorithm], algorithm) is None
    assert verified(unit + b"\0", KEYS_PUBLIC[algorithm], algorithm) is None
    other = Algorithm.ECC if algorithm is Algorithm.SM2 else Algorithm.SM2
    assert verified(unit, KEYS_PUBLIC[algorithm], other) is None


def test_an_rsa_signature_has_its_number_in_r_and_nothing_in_s() -> None:
    r, s = KEYS.sign(Algorithm.RSA, UNIT)
    assert (len(r), s) == (256, b"")
    assert not KEYS_PUBLIC[Algorithm.RSA].verifies(r, b"\0", UNIT)


@settings(deadline=None)  # a busy machine
@given(st.binary(max_size=LONGEST + 200))
def test_any_bytes_at_all_are_searched_for_a_block_without_a_fault(unit: bytes) -> None:
    assert verified(unit, KEYS_PUBLIC[Algorithm.SM2], Algorithm.SM2) is None
    for marker in (True, False):
        assert all(one.start <= len(unit) for one in blocks(unit, marker=marker))


@settings(deadline=None)  # a busy machine
@given(st.binary(max_size=300))
def test_a_unit_that_is_full_of_markers_still_has_its_one_true_block(body: bytes) -> None:
    unit = body.replace(b"\0", b"\xff")
    r, s = b"r" * 32, b"s" * 32
    found = blocks(unit + packed(Algorithm.SM2, r, s))
    assert (len(unit), r, s) in [(one.start, one.r, one.s) for one in found]


def test_keys_are_read_in_every_form_in_use_and_kept_in_one() -> None:
    sm2 = KEYS.public(Algorithm.SM2)
    ecc = KEYS.public(Algorithm.ECC)
    head = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
    assert {canonical(Algorithm.SM2, one) for one in (sm2, sm2[1:], head + sm2)} == {sm2}
    assert {canonical(Algorithm.ECC, one) for one in (ecc, ecc[1:])} == {ecc}
    assert canonical(Algorithm.RSA, KEYS.public(Algorithm.RSA)) == KEYS.public(Algorithm.RSA)
    assert len(fingerprint(sm2)) == 64


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("key", [b"", b"\x04" + bytes(64), b"no key", bytes(200)])
def test_what_is_no_key_is_refused(algorithm: Algorithm, key: bytes) -> None:
    with pytest.raises(BadInput):
        canonical(algorithm, key)


def test_a_short_rsa_key_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    weak = rsa.generate_private_key(65_537, 1024).public_key()
    with pytest.raises(BadInput):
        canonical(Algorithm.RSA, weak.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def test_the_measurement_says_what_it_measured_and_whether_that_is_enough() -> None:
    figures = measure(rounds=1, number=5)
    assert min(figures.sm2_per_s, figures.rsa_per_s, figures.ecc_per_s) > 0
    assert "target" in figures.text()

"""Encrypted data units in each agreed way, the forms of SM2, and the platform's own keys."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from voltward.base.errors import BadInput, BadSetting
from voltward.seals.ciphers import (
    CipherRule,
    Encryption,
    Mode,
    decrypted,
    rsa_encrypt,
    sm2_encrypt,
    symmetric_encrypt,
)
from voltward.seals.keys import Algorithm
from voltward.seals.own_keys import FileKeys, PrivateKeys
from voltward.seals.sm2 import Sm2PublicKey
from voltward.seals.sm2_forms import Sm2Form, from_form, to_form

KEY = b"sixteen secrets!"
OWN = PrivateKeys()
SYMMETRIC = (Encryption.AES, Encryption.SM4)


@pytest.mark.parametrize(
    ("kind", "mode", "vector"), list(product(SYMMETRIC, get_args(Mode), ["prefix", "zero"]))
)
@settings(deadline=None)  # a busy machine
@given(text=st.binary(max_size=200))
def test_every_agreed_way_gives_back_what_went_in(
    kind: Encryption, mode: Any, vector: Any, text: bytes
) -> None:
    rule = CipherRule(mode, "pkcs7", vector)
    coded = symmetric_encrypt(kind, KEY, text, rule)
    assert decrypted(kind, coded, rule, KEY, None) == text


def test_aes_and_sm4_are_those_of_their_standards() -> None:
    rule = CipherRule("ecb", "none")
    # FIPS 197 appendix B; GB/T 32907 annex A example 1
    aes = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    text = bytes.fromhex("3243f6a8885a308d313198a2e0370734")
    found = symmetric_encrypt(Encryption.AES, aes, text, rule)
    assert found.hex() == "3925841d02dc09fbdc118597196a0b32"
    sm4 = bytes.fromhex("0123456789abcdeffedcba9876543210")
    found = symmetric_encrypt(Encryption.SM4, sm4, sm4, rule)
    assert found.hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.parametrize("kind", SYMMETRIC)
def test_a_damaged_unit_of_gcm_is_never_read(kind: Encryption) -> None:
    rule = CipherRule("gcm")
    coded = bytearray(symmetric_encrypt(kind, KEY, b"a report", rule))
    coded[14] ^= 1
    with pytest.raises(BadInput):
        decrypted(kind, bytes(coded), rule, KEY, None)


@pytest.mark.parametrize("mode", get_args(Mode))
@settings(deadline=None)  # a busy machine
@given(text=st.binary(max_size=64))
def test_any_bytes_at_all_are_read_or_refused(mode: Any, text: bytes) -> None:
    for kind in (*Encryption, 0xFE):
        for padding in ("pkcs7", "zero", "none"):
            try:
                decrypted(kind, text, CipherRule(mode, padding), KEY, OWN)  # type: ignore[arg-type]
            except BadInput:
                continue


def test_without_its_key_nothing_is_read() -> None:
    for kind in (2, 3, 4, 5):
        with pytest.raises(BadInput):
            decrypted(kind, bytes(300), CipherRule(), None, None)


@pytest.mark.parametrize("form", get_args(Sm2Form))
@settings(deadline=None)  # a busy machine
@given(text=st.binary(min_size=1, max_size=300))
def test_each_form_of_sm2_gives_back_what_went_in(form: Any, text: bytes) -> None:
    rule = CipherRule(sm2=form)
    coded = sm2_encrypt(Sm2PublicKey(OWN.public(Algorithm.SM2)), text, rule)
    assert decrypted(Encryption.SM2, coded, rule, None, OWN) == text
    der = from_form(coded, form)
    assert from_form(to_form(der, form), form) == der
    if form != "der":
        assert from_form(coded[1:], form) == der  # without the leading 04


@pytest.mark.parametrize("form", ["c1c3c2", "c1c2c3"])
def test_a_point_that_begins_with_04_itself_is_told_from_a_leading_04(form: Any) -> None:
    rule, key = CipherRule(sm2=form), Sm2PublicKey(OWN.public(Algorithm.SM2))
    coded = next(
        text for _ in range(1 << 16) if (text := sm2_encrypt(key, b"unit", rule))[1] == 0x04
    )
    assert decrypted(Encryption.SM2, coded, rule, None, OWN) == b"unit"
    assert decrypted(Encryption.SM2, coded[1:], rule, None, OWN) == b"unit"


def test_a_unit_that_begins_with_no_point_of_the_curve_is_refused() -> None:
    with pytest.raises(BadInput, match="no point of the curve"):
        decrypted(Encryption.SM2, b"\x04" + bytes(200), CipherRule(sm2="c1c3c2"), None, OWN)


@pytest.mark.parametrize("way", ["pkcs1", "oaep"])
@pytest.mark.parametrize("size", [0, 1, 245, 700])
def test_rsa_goes_in_blocks_as_long_as_the_key(way: Any, size: int) -> None:
    key = load_der_public_key(OWN.public(Algorithm.RSA))
    assert isinstance(key, rsa.RSAPublicKey)
    coded = rsa_encrypt(key, b"x" * size, way)
    assert decrypted(Encryption.RSA, coded, CipherRule(rsa=way), None, OWN) == b"x" * size


def test_the_platforms_keys_stay_in_files_of_their_owner_and_are_the_same_again(
    tmp_path: Path,
) -> None:
    keys = FileKeys(tmp_path / "own")
    publics = {one: keys.public(one) for one in Algorithm}
    files = sorted((tmp_path / "own").iterdir())
    assert [one.stat().st_mode & 0o777 for one in files] == [0o600] * 3
    assert {one: FileKeys(tmp_path / "own").public(one) for one in Algorithm} == publics
    files[0].chmod(0o640)
    with pytest.raises(BadSetting):
        FileKeys(tmp_path / "own").public(Algorithm.ECC)
    files[0].chmod(0o600)
    files[0].write_bytes(files[1].read_bytes())
    with pytest.raises(BadSetting):
        FileKeys(tmp_path / "own").public(Algorithm.ECC)


def test_padding_of_zeros_leaves_a_signature_that_ends_in_zeros_whole() -> None:
    from voltward.seals.block import packed

    rule = CipherRule(padding="zero")
    for ending in range(1, 16):
        unit = b"a report" + packed(Algorithm.SM2, b"r" * 32, b"s" * (32 - ending) + bytes(ending))
        coded = symmetric_encrypt(Encryption.SM4, KEY, unit, rule)
        assert decrypted(Encryption.SM4, coded, rule, KEY, None) == unit

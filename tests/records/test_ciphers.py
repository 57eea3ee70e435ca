"""Sealed bytes: what opens them and what does not, by both suites."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.records.protection import ciphers, masks, normal
from voltward.records.protection.ciphers import Unreadable, context, new_key, seal, unseal
from voltward.records.protection.provider import FileProvider, Suite

BOTH = [ciphers.AES_256_GCM, ciphers.SM4_GCM]


@pytest.mark.parametrize("algorithm", BOTH, ids=lambda one: one.name)
@given(
    plain=st.binary(max_size=200),
    place=st.binary(max_size=40),
    at=st.integers(0),
    mask=st.integers(1, 255),
)
def test_a_sealed_value_opens_unchanged_and_never_after_any_byte_was_changed(
    algorithm: ciphers.Algorithm, plain: bytes, place: bytes, at: int, mask: int
) -> None:
    key = new_key(algorithm)
    sealed = seal(algorithm, key, plain, place)
    assert unseal(key, sealed, place) == plain
    broken = bytearray(sealed)
    broken[at % len(broken)] ^= mask
    with pytest.raises(Unreadable):
        unseal(key, bytes(broken), place)
    with pytest.raises(Unreadable):
        unseal(key, sealed, place + b"x")
    with pytest.raises(Unreadable):
        unseal(new_key(algorithm), sealed, place)


@given(st.binary(max_size=60))
def test_bytes_that_were_never_sealed_are_refused(octets: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(b"k" * 32, octets, b"")


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_two_places_share_their_context_only_when_they_are_the_same(
    one: list[str], other: list[str]
) -> None:
    assert (context(one) == context(other)) == (one == other)


@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_a_wrapped_key_opens_in_its_own_row_only(tmp_path: Path, suite: Suite) -> None:
    provider = FileProvider(tmp_path / "keys", suite)
    master, wrapped = provider.wrap(b"k" * 32, b"row 1")
    assert provider.unwrap(master, wrapped, b"row 1") == b"k" * 32
    with pytest.raises(Unreadable):
        provider.unwrap(master, wrapped, b"row 2")
    with pytest.raises(Unreadable):
        provider.unwrap("../../secret", wrapped, b"row 1")


def test_each_suite_reads_what_the_other_wrapped_and_finds_what_it_indexed(tmp_path: Path) -> None:
    aes, sm = FileProvider(tmp_path / "keys", "aes"), FileProvider(tmp_path / "keys", "sm")
    assert sm.unwrap(*aes.wrap(b"k", b""), b"") == b"k"
    assert aes.blind(b"x", b"") in sm.blind_all(b"x", b"")
    assert aes.blind(b"x", b"") != sm.blind(b"x", b"")


def test_keys_are_files_of_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    provider = FileProvider(folder)
    provider.wrap(b"k", b"")
    provider.blind(b"x", b"")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "master-0001.key": 0o600,
        "index-0001.key": 0o600,
    }


def test_a_lost_master_key_is_not_made_anew(tmp_path: Path) -> None:
    master, wrapped = FileProvider(tmp_path / "keys").wrap(b"k", b"")
    (tmp_path / "keys" / f"{master}.key").unlink()
    with pytest.raises(Unreadable, match="restore it"):
        FileProvider(tmp_path / "keys").unwrap(master, wrapped, b"")


def test_a_renewed_key_leaves_the_old_values_readable(tmp_path: Path) -> None:
    provider = FileProvider(tmp_path / "keys")
    old, index = provider.wrap(b"k", b""), provider.blind(b"x", b"")
    assert provider.renew_master() == "master-0002"
    provider.renew_index()
    assert provider.wrap(b"k", b"")[0] == "master-0002"
    assert provider.unwrap(*old, b"") == b"k"
    assert index in provider.blind_all(b"x", b"")
    assert provider.blind(b"x", b"") != index


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masks.name, "张三丰", "张**"),
        (masks.name, "张三", "张**"),
        (masks.name, "张", "**"),
        (masks.phone, "13812341234", "138****1234"),
        (masks.phone, "110", "****"),
        (masks.plate, "京A12345", "京A***5"),
        (masks.plate, "京AD12345", "京A***5"),
        (masks.email, "zhang@example.com", "z***@example.com"),
        (masks.email, "z@example.com", "***"),
        (masks.identity_number, "11010519491231002X", "110***********X"),
        (masks.address, "北京市朝阳区某某路一号院二单元", "北京市朝阳区****"),
        (masks.whole, "anything", "***"),
    ],
)
def test_masks(mask, value: str, shown: str) -> None:  # type: ignore[no-untyped-def]
    assert mask(value) == shown


@pytest.mark.parametrize(
    "mask",
    [
        masks.name,
        masks.phone,
        masks.plate,
        masks.email,
        masks.identity_number,
        masks.address,
        masks.whole,
    ],
)
@given(value=st.text(st.characters(exclude_characters="*"), min_size=1, max_size=40))
def test_no_mask_ever_shows_a_whole_value(mask, value: str) -> None:  # type: ignore[no-untyped-def]
    assert value not in mask(value) or len(value) <= 2
    assert "*" in mask(value)


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        " 138 1234 5678",
        "+86 138-1234-5678",
        "１３８１２３４５６７８",
        "008613812345678",
    ],
)
def test_a_telephone_number_is_found_however_it_is_written(text: str) -> None:
    assert normal.phone(text) == "13812345678"


def test_plates_and_texts_are_found_however_they_are_written() -> None:
    assert normal.plate("京a·12345") == normal.plate("京A 12345")
    assert normal.text("  Ｚhang@Example.com ") == "zhang@example.com"

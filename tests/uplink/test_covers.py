"""What a link may say of its encryption and signature, and what becomes of single frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.uplink.scene import LINK
from tests.uplink.sealed_scene import KEY_1, OURS, THEIRS, cover, demands, link, report_2025, theirs
from tests.uplink.test_links import KEY, NATIONAL

from voltward.base.errors import BadInput
from voltward.columns.batch import FrameBatch
from voltward.frames.editions import START
from voltward.frames.grammar import Edition
from voltward.frames.header import MAX_UNIT, bcc
from voltward.seals.block import packed
from voltward.seals.ciphers import CipherRule, Encryption
from voltward.seals.keys import Algorithm
from voltward.uplink.covers import Cover, key_text, longest_unit
from voltward.uplink.links import LINKS_FILE, LinksFile, checked, read_links, write_links
from voltward.uplink.sealing import framed, sealer_of

NEW = Edition.Y2025
SM4 = cover(Encryption.SM4)
PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"


def test_a_cover_comes_back_as_it_was_written_and_its_data_key_lies_sealed(tmp_path: Path) -> None:
    written = replace(link(NEW, Encryption.SM4, replace(SM4, exchanges=True, signature="sm2")))
    written = replace(
        written,
        cover=replace(written.cover, rule=CipherRule("gcm"), peer_key=theirs(Algorithm.SM2)),
    )
    write_links(tmp_path, LinksFile(1, (written, replace(NATIONAL, name="plain", number=1))), KEY)
    assert KEY_1.hex().encode() not in (tmp_path / LINKS_FILE).read_bytes()
    assert KEY_1.hex() not in repr(written)
    found = read_links(tmp_path, KEY).links
    assert (found[0].cover, found[1].cover) == (written.cover, Cover())
    with pytest.raises(BadInput, match="sealed under another key"):
        read_links(tmp_path, bytes(32))


@pytest.mark.parametrize(
    ("edition", "encryption", "given", "where"),
    [
        (2016, 5, SM4, "encryption"),
        (2025, 5, replace(SM4, data_key=""), "data_key"),
        (2025, 5, replace(SM4, data_key="00" * 15), "data_key"),
        (2025, 5, replace(SM4, rule=CipherRule("gcm", vector="zero")), "vector"),
        (2025, 5, replace(SM4, rule=CipherRule(padding="none")), "padding"),
        (2016, 3, replace(SM4, exchanges=True, peer_key=theirs(Algorithm.SM2)), "exchanges"),
        (2025, 5, replace(SM4, exchanges=True), "peer_key"),
        (2025, 5, replace(SM4, exchanges=True, wrap="none"), "wrap"),
        (2025, 5, replace(SM4, exchanges=True, valid_h=0, peer_key=theirs(Algorithm.SM2)), "valid_h"),
        (2025, 2, Cover(peer_key=theirs(Algorithm.SM2)), "peer_key"),
        (2016, 1, Cover(signature="sm2"), "signature"),
    ],
)  # fmt: skip
def test_what_cannot_be_covered_is_refused_by_name(
    edition: int, encryption: int, given: Cover, where: str
) -> None:
    wrong = replace(LINK, edition=edition, encryption=encryption, cover=given, reports_2025=True)
    with pytest.raises(BadInput, match=f": {where} "):
        checked(wrong)


def test_reports_of_the_old_start_know_no_sm_algorithms() -> None:
    with pytest.raises(BadInput, match="reports_2025"):
        checked(replace(link(NEW, Encryption.SM4, SM4), reports_2025=False))
    assert checked(link(NEW, Encryption.SM4, SM4))


def test_a_public_key_is_read_in_pem_and_in_hexadecimal() -> None:
    import base64

    kept = theirs(Algorithm.RSA)
    pem = PEM.format(base64.encodebytes(bytes.fromhex(kept)).decode().strip())
    assert key_text(pem, Algorithm.RSA) == key_text(kept, Algorithm.RSA) == kept
    for wrong in ("", "zz", pem.replace("A", "!"), theirs(Algorithm.SM2)):
        with pytest.raises(BadInput, match="peer_key"):
            key_text(wrong, Algorithm.RSA)


def test_the_longest_unit_still_fits_a_frame_under_every_rule() -> None:
    for encryption in (Encryption.AES, Encryption.SM4, Encryption.SM2, Encryption.RSA):
        for signature in ("", "sm2"):
            given = replace(cover(encryption), signature=signature)  # type: ignore[arg-type]
            of = link(NEW, encryption, given)
            sealer = sealer_of(of, OURS)
            assert sealer is not None
            frame = report_2025_of(longest_unit(encryption, given))
            sealed = sealer.sealed([frame])
            assert len(sealed) - 25 <= MAX_UNIT
            assert demands(of).plain(sealed) is not None


def test_a_vehicles_own_signature_stands_and_gets_no_second_one() -> None:
    of = link(NEW, Encryption.NONE, Cover(signature="sm2"))
    sealer = sealer_of(of, OURS)
    assert sealer is not None
    bare = report_2025_of(16)
    signed = framed(bare, bare[24:-1] + packed(Algorithm.SM2, b"r" * 32, b"s" * 32), 1)
    assert sealer.sealed([signed]) == signed
    assert sealer.sealed([bare]) != bare


@pytest.mark.parametrize("command", [0x01, 0x04, 0x07])
def test_only_reports_have_a_place_for_a_signature(command: int) -> None:
    sealer = sealer_of(link(NEW, Encryption.NONE, Cover(signature="sm2")), OURS)
    assert sealer is not None
    frame = bytearray(report_2025_of(16))
    frame[2] = command
    frame[-1] = bcc(bytes(frame[2:-1]))
    assert sealer.sealed([bytes(frame)]) == bytes(frame)


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=4), st.sampled_from([2, 3, 4, 5]))
def test_no_bytes_that_a_platform_calls_encrypted_raise(units: list[bytes], kind: int) -> None:
    sealer = sealer_of(link(NEW, Encryption.SM4, SM4), THEIRS)
    assert sealer is not None
    frames = [framed(report_2025_of(16), unit, kind) for unit in units]
    opened, left_out = sealer.opened(FrameBatch.of(frames))
    assert len(opened) + left_out == len(frames)


def test_padding_of_zeros_takes_no_zeros_of_an_answers_time() -> None:
    given = cover(Encryption.AES, CipherRule("ecb", "zero"))
    of = link(Edition.Y2016, Encryption.AES, given)
    sealer = sealer_of(of, None)
    assert sealer is not None
    midnight = (
        b"##\x02\x01" + b"LVWLINK0000000001" + b"\x01\x00\x06" + bytes.fromhex("1a0101000000")
    )
    midnight += bytes((bcc(midnight[2:]),))
    answer = demands(of, answers=True).covered(midnight)
    opened, left_out = sealer.opened(FrameBatch.of([answer]))
    assert (list(opened), left_out) == ([midnight], 0)


def report_2025_of(size: int) -> bytes:
    """A real-time report whose unit is so long; 80 is custom data with its own length."""
    from tests.uplink.scene import report

    frame = report_2025(report(1, 1_773_534_605))
    unit = frame[24:-1]
    if size > len(unit) + 3:
        more = size - len(unit) - 3
        unit += b"\x80" + min(more, 65_531).to_bytes(2, "big") + bytes(more)
    assert frame[:2] == START[NEW]
    return framed(frame, unit, 1)

"""What ``voltward simulate platform`` takes and refuses of encryption and signatures."""

from __future__ import annotations

from pathlib import Path

import pytest

from voltward.base.errors import BadInput
from voltward.entry.cli.demand_options import demands_of, own_public
from voltward.seals.ciphers import CipherRule, Encryption
from voltward.seals.keys import Algorithm


def test_without_options_nothing_is_asked_for() -> None:
    asked = demands_of("none", None, None, "", [])
    assert (asked.encryption, asked.rule, asked.signer) == (Encryption.NONE, CipherRule(), None)


def test_each_option_is_what_the_platform_asks_for(tmp_path: Path) -> None:
    words = own_public(tmp_path)[0].split()
    asked = demands_of(
        "sm4", tmp_path / "key", tmp_path, ":".join(words),
        ["mode=gcm", "wrap=rsa", "login_too", "answers", "marker", "client_key=0a0b"],
    )  # fmt: skip
    assert (asked.encryption, asked.rule) == (Encryption.SM4, CipherRule("gcm"))
    assert (asked.data_key, asked.wrap, asked.client_key) == (tmp_path / "key", "rsa", b"\x0a\x0b")
    assert (asked.login_too, asked.answers, asked.marker) == (True, True, True)
    assert asked.signer == (Algorithm.SM2, bytes.fromhex(words[1]))


@pytest.mark.parametrize(
    ("encryption", "signer", "more", "said"),
    [
        ("des", "", [], "--encryption: found des, expected none, rsa, aes, sm2, sm4"),
        ("aes", "", ["mood=gcm"], "--cipher: found mood, expected mode, padding"),
        ("aes", "", ["mode=ctr"], "--cipher: mode ctr, expected ecb, cbc, gcm"),
        ("sm4", "", ["wrap=aes"], "--cipher: wrap aes, expected sm2, rsa, none"),
        ("sm2", "", ["client_key=zz"], "--cipher: client_key zz, expected hexadecimal digits"),
        ("none", "dsa:00", [], "--signer: found dsa:00, expected sm2:HEX"),
        ("none", "sm2:zz", [], "--signer: found sm2:zz, expected sm2:HEX"),
    ],
)
def test_what_is_no_option_is_refused_with_what_would_be_one(
    encryption: str, signer: str, more: list[str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        demands_of(encryption, None, None, signer, more)

"""What is agreed with one platform on encrypting and signing (GB/T 32960.3 clauses 6.2, 6.3; 2025: 0B).

The standard names algorithms and no more: mode, padding, the form of an SM2 ciphertext, how an
exchanged key is wrapped and what a signature covers are settings of each link.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from voltward.base.errors import BadInput, BadSetting
from voltward.frames.header import MAX_UNIT
from voltward.seals.ciphers import KEY_BYTES, CipherRule, Encryption
from voltward.seals.keys import Algorithm, canonical, rsa_key

EDITION_2025: Final = 2025
SYMMETRIC: Final = (Encryption.AES, Encryption.SM4)
ENCRYPTIONS: Final = {2016: (1, 2, 3), EDITION_2025: (1, 2, 3, 4, 5)}
MOST_VALID_H: Final = 24 * 366
_OF_SYMMETRIC: Final = 32  # vector and padding, or nonce and tag
_OF_SM2: Final = 128  # point, digest and the lengths of DER
_OF_SIGNATURE: Final = {"": 0, "sm2": 70, "ecc": 70, "rsa": 6 + 1024}  # RSA of 8192 bits at most
_RSA_OVERHEAD: Final = {"pkcs1": 11, "oaep": 66}

Wrap = Literal["sm2", "rsa", "none"]
Signature = Literal["", "sm2", "rsa", "ecc"]


@dataclass(frozen=True, slots=True)
class Cover:
    """Beside the link's encryption rule. Nothing of it concerns a link without rule and signature.

    ``data_key``: of AES and SM4, 32 hexadecimal digits. ``peer_key``: the platform's public key, as
    ``key_text`` gives it: of RSA and SM2 units, and for wrapping. ``exchanges``: 0B brings the data key
    after each login, wrapped as ``wrap`` says, for ``valid_h`` hours. ``login_too``: 05 is encrypted
    like all else; its table announces the rule, so that by itself it goes in the clear.
    ``signature``: algorithm of ours, "" none; ``with_marker``: it covers the FF too.
    """

    rule: CipherRule = field(default_factory=CipherRule)
    data_key: str = field(default="", repr=False)
    peer_key: str = ""
    exchanges: bool = False
    wrap: Wrap = "sm2"
    valid_h: int = 24 * 30
    login_too: bool = False
    signature: Signature = ""
    with_marker: bool = False


def key_text(given: str, algorithm: Algorithm) -> str:
    """A public key in PEM or hexadecimal as hexadecimal digits of its one form.

    Raises:
        BadInput: no key of this algorithm.
    """
    try:
        if "-----BEGIN" in given:
            lines = (line.strip() for line in given.splitlines())
            body = "".join(line for line in lines if not line.startswith("-----"))
            return canonical(algorithm, base64.b64decode(body, validate=True)).hex()
        return canonical(algorithm, bytes.fromhex(given)).hex()
    except (BadInput, BadSetting, ValueError, binascii.Error) as error:
        raise BadInput(f"peer_key: {error}, expected a public key of {algorithm.word}") from None


def peer_algorithm(encryption: int, cover: Cover) -> Algorithm | None:
    """Of the platform's public key; None: it is not needed."""
    if encryption == Encryption.RSA:
        return Algorithm.RSA
    if encryption == Encryption.SM2:
        return Algorithm.SM2
    if encryption in SYMMETRIC and cover.exchanges and cover.wrap != "none":
        return Algorithm.SM2 if cover.wrap == "sm2" else Algorithm.RSA
    return None


def flaws(edition: int, encryption: int, cover: Cover, *, tls: bool) -> Iterator[tuple[str, str]]:
    """What keeps a link from being covered as it says: name of the setting, and what was expected."""
    if encryption not in ENCRYPTIONS.get(edition, ()):
        yield "encryption", "one of its edition"
        return
    rule, is_symmetric = cover.rule, encryption in SYMMETRIC
    if is_symmetric and not _is_data_key(cover.data_key):
        yield "data_key", "32 hexadecimal digits"
    if is_symmetric and rule.mode == "gcm" and rule.vector == "zero":
        yield "vector", "prefix: with GCM no vector may come twice"
    if is_symmetric and rule.mode != "gcm" and rule.padding == "none":
        yield "padding", "one that takes units of any length"
    if cover.exchanges and (edition != EDITION_2025 or not is_symmetric):
        yield "exchanges", "edition 2025 with AES or SM4"
    if cover.exchanges and cover.wrap == "none" and not tls:
        yield "wrap", "sm2 or rsa where TLS does not protect the key"
    if not 0 < cover.valid_h <= MOST_VALID_H:
        yield "valid_h", f"1 to {MOST_VALID_H}"
    if cover.signature and edition != EDITION_2025:
        yield "signature", "edition 2025"
    algorithm = peer_algorithm(encryption, cover)
    if algorithm is not None:
        try:
            key_text(cover.peer_key, algorithm)
        except BadInput:
            yield "peer_key", f"a public key of {algorithm.word}"


@lru_cache
def longest_unit(encryption: int, cover: Cover) -> int:
    """Octets of a plain unit that still fits a frame when it is signed and encrypted."""
    room = MAX_UNIT
    if encryption in SYMMETRIC:
        room -= _OF_SYMMETRIC
    elif encryption == Encryption.SM2:
        room -= _OF_SM2
    elif encryption == Encryption.RSA:
        size = _rsa_octets(cover.peer_key)
        room = room // size * (size - _RSA_OVERHEAD[cover.rule.rsa])
    return room - _OF_SIGNATURE[cover.signature]


def _rsa_octets(peer_key: str) -> int:
    return rsa_key(bytes.fromhex(peer_key)).key_size // 8


def _is_data_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == KEY_BYTES
    except ValueError:
        return False

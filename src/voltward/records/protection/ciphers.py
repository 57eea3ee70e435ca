"""Sealed bytes: AES-256-GCM or SM4-GCM (GB/T 32907), bound to the place they belong to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from voltward.base.errors import Refused

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class Unreadable(Refused):
    """A sealed value that its key does not open here: altered, moved, or not ours."""

    code = "protected_unreadable"


@dataclass(frozen=True)
class Algorithm:
    """``number`` stands in every sealed value; a number is never given twice."""

    number: int
    name: str
    key_bytes: int
    block: type[algorithms.AES] | type[algorithms.SM4]


AES_256_GCM: Final = Algorithm(1, "AES-256-GCM", 32, algorithms.AES)
SM4_GCM: Final = Algorithm(2, "SM4-GCM", 16, algorithms.SM4)
ALGORITHMS: Final = {one.number: one for one in (AES_256_GCM, SM4_GCM)}


def new_key(algorithm: Algorithm) -> bytes:
    return secrets.token_bytes(algorithm.key_bytes)


def context(parts: Sequence[str | bytes]) -> bytes:
    """Associated data of named places; lengths keep ("ab", "c") and ("a", "bc") apart."""
    octets = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(one).to_bytes(4, "big") + one for one in octets)


def seal(algorithm: Algorithm, key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Algorithm number, nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    encryptor = Cipher(algorithm.block(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes([algorithm.number]) + bound_to)
    body = encryptor.update(plain) + encryptor.finalize()
    return bytes([algorithm.number]) + nonce + body + encryptor.tag


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What ``seal`` was given.

    Raises:
        Unreadable: another key, another place, or a changed byte.
    """
    algorithm = ALGORITHMS.get(sealed[0]) if sealed else None
    if algorithm is None or len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
        raise Unreadable(f"{len(sealed)} bytes that were not sealed here")
    if len(key) != algorithm.key_bytes:
        raise Unreadable(f"{algorithm.name}: the key has {len(key)} bytes")
    nonce, tag = sealed[1 : 1 + NONCE_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(algorithm.block(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(sealed[:1] + bound_to)
    try:
        return decryptor.update(sealed[1 + NONCE_BYTES : -TAG_BYTES]) + decryptor.finalize()
    except InvalidTag:
        raise Unreadable(f"{algorithm.name}: altered, or sealed for another place") from None

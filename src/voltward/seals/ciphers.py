"""Encrypted data units: byte 21 of the frame's head names the algorithm, an agreement the rest.

GB/T 32960.3 fixes neither mode nor padding, so each peer has a ``CipherRule``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.padding import PKCS7

from voltward.base.errors import BadInput
from voltward.seals.block import blocks
from voltward.seals.sm2 import Sm2PublicKey
from voltward.seals.sm2_forms import Sm2Form, from_form, to_form

BLOCK: Final = 16
KEY_BYTES: Final = 16  # AES-128 and SM4
_NONCE: Final = 12
_TAG: Final = 16
_PKCS1_OVERHEAD: Final = 11
_OAEP_OVERHEAD: Final = 66  # two digests of SHA-256 and two octets

Mode = Literal["ecb", "cbc", "gcm"]
Padding = Literal["pkcs7", "zero", "none"]
RsaPadding = Literal["pkcs1", "oaep"]


class Encryption(IntEnum):
    """Byte 21 of the frame's head, table 2; 04 and 05 are of the 2025 edition."""

    NONE = 1
    RSA = 2
    AES = 3
    SM2 = 4
    SM4 = 5


@dataclass(frozen=True, slots=True)
class CipherRule:
    """What one peer has agreed.

    ``mode`` and ``padding`` are of AES and SM4. In ``cbc`` and ``gcm`` the vector (16 or 12 octets)
    stands before the text, unless ``vector`` says it is all zeros; ``gcm`` needs no padding and ends
    with a tag of 16 octets. ``rsa``: of each block as long as the key.
    """

    mode: Mode = "cbc"
    padding: Padding = "pkcs7"
    vector: Literal["prefix", "zero"] = "prefix"
    sm2: Sm2Form = "c1c3c2"
    rsa: RsaPadding = "pkcs1"


class Decrypts(Protocol):
    """The platform's own private keys, wherever they lie (``own_keys.py``)."""

    def decrypt_sm2(self, der: bytes) -> bytes: ...

    def decrypt_rsa(self, text: bytes, way: RsaPadding) -> bytes:
        """Any number of blocks."""
        ...


def symmetric_encrypt(kind: Encryption, key: bytes, text: bytes, rule: CipherRule) -> bytes:
    """
    Raises:
        BadInput: no key of 16 octets, or a text that ``padding`` "none" cannot take.
    """
    size = _NONCE if rule.mode == "gcm" else BLOCK
    vector = bytes(size) if rule.vector == "zero" else secrets.token_bytes(size)
    if rule.mode != "gcm":
        text = _padded(text, rule.padding)
    coder = _cipher(kind, key, rule.mode, vector).encryptor()
    coded = coder.update(text) + coder.finalize()
    front = b"" if rule.mode == "ecb" or rule.vector == "zero" else vector
    return bytes(front + coded + (coder.tag if rule.mode == "gcm" else b""))


def symmetric_decrypt(kind: Encryption, key: bytes, text: bytes, rule: CipherRule) -> bytes:
    """
    Raises:
        BadInput: cut short, damaged, or made with another key (as far as the mode can tell).
    """
    size = _NONCE if rule.mode == "gcm" else BLOCK
    vector = bytes(size)
    if rule.mode != "ecb" and rule.vector == "prefix":
        vector, text = text[:size], text[size:]
    if len(vector) != size:
        raise BadInput("unit: too short for its vector")
    try:
        if rule.mode == "gcm":
            coder = _cipher(kind, key, "gcm", vector, text[-_TAG:]).decryptor()
            return bytes(coder.update(text[:-_TAG]) + coder.finalize())
        coder = _cipher(kind, key, rule.mode, vector).decryptor()
        return _bare(coder.update(text) + coder.finalize(), rule.padding)
    except (InvalidTag, ValueError) as error:
        raise BadInput(f"unit: {type(error).__name__}, not what this key made") from None


def rsa_encrypt(key: rsa.RSAPublicKey, text: bytes, way: RsaPadding) -> bytes:
    """As many blocks as the text needs, each as long as the key."""
    overhead = _OAEP_OVERHEAD if way == "oaep" else _PKCS1_OVERHEAD
    step = key.key_size // 8 - overhead
    parts = [text[at : at + step] for at in range(0, len(text), step)] or [b""]
    return b"".join(key.encrypt(part, rsa_padding(way)) for part in parts)


def rsa_padding(way: RsaPadding) -> padding.AsymmetricPadding:
    if way == "oaep":
        return padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    return padding.PKCS1v15()


def sm2_encrypt(key: Sm2PublicKey, text: bytes, rule: CipherRule) -> bytes:
    return to_form(key.encrypts(text), rule.sm2)


def decrypted(
    encryption: int, text: bytes, rule: CipherRule, key: bytes | None, own: Decrypts | None
) -> bytes:
    """A data unit as its sender wrote it. ``key``: of AES and SM4, ``own``: for RSA and SM2.

    Raises:
        BadInput: the algorithm is unknown, its key is not there, or the text is not made for it.
    """
    if encryption in (Encryption.AES, Encryption.SM4):
        if key is None:
            raise BadInput("unit: encrypted, and no data key is in force")
        return symmetric_decrypt(Encryption(encryption), key, text, rule)
    if encryption not in (Encryption.RSA, Encryption.SM2):
        raise BadInput(f"unit: encryption {encryption:#04x}, expected 01 to 05")
    if own is None:
        raise BadInput("unit: encrypted for a key that this platform does not have")
    work: Callable[[], bytes] = (
        (lambda: own.decrypt_rsa(text, rule.rsa))
        if encryption == Encryption.RSA
        else (lambda: own.decrypt_sm2(from_form(text, rule.sm2)))
    )
    try:
        return work()
    except ValueError as error:
        raise BadInput(f"unit: {error}") from None


def _cipher(kind: Encryption, key: bytes, mode: Mode, vector: bytes, tag: bytes = b"") -> Any:
    if len(key) != KEY_BYTES:
        raise BadInput(f"data key: {len(key)} octets, expected {KEY_BYTES}")
    algorithm = algorithms.SM4(key) if kind is Encryption.SM4 else algorithms.AES(key)
    if mode == "ecb":  # what some peers agreed on; nothing of ours chooses it
        return Cipher(algorithm, modes.ECB())  # noqa: S305
    if mode == "cbc":
        return Cipher(algorithm, modes.CBC(vector))
    return Cipher(algorithm, modes.GCM(vector, tag or None))


def _padded(text: bytes, how: Padding) -> bytes:
    if how == "pkcs7":
        padder = PKCS7(8 * BLOCK).padder()
        return bytes(padder.update(text) + padder.finalize())
    if how == "zero":
        return text + bytes(-len(text) % BLOCK)
    if len(text) % BLOCK:
        raise BadInput(f"unit: {len(text)} octets, expected a multiple of {BLOCK} without padding")
    return text


def _bare(text: bytes, how: Padding) -> bytes:
    if how == "pkcs7":
        remover = PKCS7(8 * BLOCK).unpadder()
        return bytes(remover.update(text) + remover.finalize())
    return _without_zeros(text) if how == "zero" else text


def _without_zeros(text: bytes) -> bytes:
    """Padding of zeros cannot be told from zeros of the unit, unless a signature ends it."""
    shortest = max(len(text.rstrip(b"\0")), len(text) - BLOCK + 1)
    for size in range(shortest, len(text) + 1):
        if blocks(text[:size]):
            return text[:size]
    return text[:shortest]

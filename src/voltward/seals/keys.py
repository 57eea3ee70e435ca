"""Public keys of vehicles: read in the forms terminals use, kept in one, and what they verify."""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from voltward.base.errors import BadInput
from voltward.seals.sm2 import POINT, Sm2PublicKey

LEAST_RSA_BITS: Final = 2048
FINGERPRINT_BYTES: Final = 32


class Algorithm(IntEnum):
    """The algorithm byte of the signature block, GB/T 32960.3-2025."""

    SM2 = 1
    RSA = 2
    ECC = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class PublicKey(Protocol):
    """What a frame is checked with."""

    def verifies(self, r: bytes, s: bytes, data: bytes) -> bool:
        """``r``, ``s``: as they stand in the signature block."""
        ...


class EccKey:
    """ECDSA over P-256 with SHA-256; the standard's table says ECC and no more."""

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key

    def verifies(self, r: bytes, s: bytes, data: bytes) -> bool:
        signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        try:
            self._key.verify(signature, data, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


class RsaKey:
    """PKCS#1 v1.5 with SHA-256: the signature stands in R, S is empty."""

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key

    def verifies(self, r: bytes, s: bytes, data: bytes) -> bool:
        try:
            self._key.verify(r, data, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return not s


def canonical(algorithm: Algorithm, key: bytes) -> bytes:
    """The one form a key is kept in: a point of 65 octets, or for RSA SubjectPublicKeyInfo.

    Taken are points with and without their leading 04, and SubjectPublicKeyInfo of each algorithm:
    the standard names no form.

    Raises:
        BadInput: no key of this algorithm, or an RSA key below 2048 bits.
    """
    try:
        return _canonical(algorithm, key)
    except ValueError as error:
        raise BadInput(f"public key: {error}, expected one of {algorithm.word}") from None


def public_key(algorithm: Algorithm, kept: bytes) -> PublicKey:
    """From the form that ``canonical`` gives.

    Raises:
        BadInput: it is not in that form.
    """
    try:
        if algorithm is Algorithm.SM2:
            return Sm2PublicKey(kept)
        if algorithm is Algorithm.ECC:
            return EccKey(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), kept))
        return RsaKey(rsa_key(kept))
    except ValueError as error:
        raise BadInput(f"public key: {error}") from None


def fingerprint(kept: bytes) -> str:
    """SHA-256 of a key in its one form, 64 hexadecimal digits: what people compare."""
    return hashlib.sha256(kept).hexdigest()


def _canonical(algorithm: Algorithm, key: bytes) -> bytes:
    if algorithm is Algorithm.RSA:
        return rsa_key(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = key if len(key) != POINT - 1 else b"\x04" + key
    if algorithm is Algorithm.SM2:
        return Sm2PublicKey(point if len(point) == POINT else key[-POINT:]).point
    if len(point) != POINT:
        found = load_der_public_key(key)
        if not isinstance(found, ec.EllipticCurvePublicKey):
            raise ValueError("not one of an elliptic curve")
        point = found.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return point


def rsa_key(key: bytes) -> rsa.RSAPublicKey:
    """From SubjectPublicKeyInfo.

    Raises:
        ValueError: none of RSA, or below 2048 bits.
    """
    found = load_der_public_key(key)
    if not isinstance(found, rsa.RSAPublicKey):
        raise ValueError("not one of RSA")
    if found.key_size < LEAST_RSA_BITS:
        raise ValueError(f"{found.key_size} bits, expected at least {LEAST_RSA_BITS}")
    return found

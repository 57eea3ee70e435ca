"""Private keys that are ours: the platform's, and those of simulated terminals.

``OwnKeys`` is the port. ``FileKeys`` keeps them in files of their owner; a token or machine that
speaks PKCS#11 takes its place with the same five calls and never gives a key out. Nothing else in
the platform touches a private key.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from voltward.base.durable import sync_folder, write_durably
from voltward.base.errors import BadSetting
from voltward.seals.ciphers import RsaPadding, rsa_padding
from voltward.seals.keys import LEAST_RSA_BITS, Algorithm
from voltward.seals.sm2 import Sm2PrivateKey

_COORDINATE: Final = 32


class OwnKeys(Protocol):
    """Keys of ours, one of each algorithm.

    Raises (all calls):
        ValueError: the key is not there, or refuses what it is given.
    """

    def public(self, algorithm: Algorithm) -> bytes:
        """In the form of ``keys.canonical``."""
        ...

    def sign(self, algorithm: Algorithm, data: bytes) -> tuple[bytes, bytes]:
        """R and S as they stand in a signature block."""
        ...

    def decrypt_sm2(self, der: bytes) -> bytes: ...

    def decrypt_rsa(self, text: bytes, way: RsaPadding) -> bytes: ...


class PrivateKeys:
    """Keys in memory; made when first asked for."""

    def __init__(self) -> None:
        self._keys: dict[Algorithm, Any] = {}

    def public(self, algorithm: Algorithm) -> bytes:
        key = self._key(algorithm)
        if algorithm is Algorithm.SM2:
            return bytes(key.public().point)
        if algorithm is Algorithm.ECC:
            found = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        else:
            found = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return bytes(found)

    def sign(self, algorithm: Algorithm, data: bytes) -> tuple[bytes, bytes]:
        key = self._key(algorithm)
        if algorithm is Algorithm.SM2:
            r, s = key.signs(data)
            return r, s
        if algorithm is Algorithm.RSA:
            return key.sign(data, padding.PKCS1v15(), SHA256()), b""
        numbers = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
        return numbers[0].to_bytes(_COORDINATE, "big"), numbers[1].to_bytes(_COORDINATE, "big")

    def decrypt_sm2(self, der: bytes) -> bytes:
        return bytes(self._key(Algorithm.SM2).decrypts(der))

    def decrypt_rsa(self, text: bytes, way: RsaPadding) -> bytes:
        key = self._key(Algorithm.RSA)
        step = key.key_size // 8
        if not text or len(text) % step:
            raise ValueError(f"RSA: {len(text)} octets, expected blocks of {step}")
        blocks = (text[at : at + step] for at in range(0, len(text), step))
        return b"".join(key.decrypt(block, rsa_padding(way)) for block in blocks)

    def _key(self, algorithm: Algorithm) -> Any:
        if algorithm not in self._keys:
            self._keys[algorithm] = self._had(algorithm)
        return self._keys[algorithm]

    def _had(self, algorithm: Algorithm) -> Any:
        return made(algorithm)


class FileKeys(PrivateKeys):
    """One file of DER for each algorithm in ``folder``, 0600, made on first use.

    Raises (on use):
        BadSetting: a file that others may read, or that holds no such key.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _had(self, algorithm: Algorithm) -> Any:
        path = self._folder / f"platform-{algorithm.word}.key"
        if not path.exists():
            _keep(path, to_der(algorithm, made(algorithm)))
        if path.stat().st_mode & 0o077:
            raise BadSetting(f"{path}: others may read this private key, expected mode 0600")
        try:
            return from_der(algorithm, path.read_bytes())
        except (ValueError, TypeError) as error:
            raise BadSetting(f"{path}: {error}") from None


def made(algorithm: Algorithm) -> Any:
    """A fresh private key."""
    if algorithm is Algorithm.SM2:
        return Sm2PrivateKey.made()
    if algorithm is Algorithm.ECC:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65_537, LEAST_RSA_BITS)


def to_der(algorithm: Algorithm, key: Any) -> bytes:
    if algorithm is Algorithm.SM2:
        return bytes(key.der())
    return bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def from_der(algorithm: Algorithm, der: bytes) -> Any:
    """
    Raises:
        ValueError: no private key of this algorithm.
    """
    if algorithm is Algorithm.SM2:
        return Sm2PrivateKey(der)
    key = load_der_private_key(der, None)
    wanted = rsa.RSAPrivateKey if algorithm is Algorithm.RSA else ec.EllipticCurvePrivateKey
    if not isinstance(key, wanted):
        raise ValueError(f"not a private key of {algorithm.word}")
    return key


def _keep(path: Path, der: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    try:
        write_durably(fresh, der)
        path.hardlink_to(fresh)  # whoever links first wins; all others read that key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    sync_folder(path.parent)

"""SM2 (GB/T 32918): signatures with SM3 and the default user id, and encryption of short texts."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t
from typing import Final
from weakref import finalize

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from voltward.seals.libcrypto import DEFAULT_ID, from_der, libcrypto, to_der

COORDINATE: Final = 32
POINT: Final = 1 + 2 * COORDINATE  # 04, x, y
# SubjectPublicKeyInfo of a point on sm2p256v1 (1.2.156.10197.1.301), up to the point itself
_HEAD: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


class Sm2PublicKey:
    """``point``: 65 octets, uncompressed.

    Raises:
        ValueError: no point of the curve.
    """

    def __init__(self, point: bytes) -> None:
        if len(point) != POINT or point[0] != 4:
            raise ValueError(f"SM2 key: {len(point)} octets, expected {POINT} that begin with 04")
        self.point = point
        library = libcrypto()
        self._key = from_der(_HEAD + point, library.d2i_PUBKEY)
        finalize(self, library.EVP_PKEY_free, self._key)

    def verifies(self, r: bytes, s: bytes, data: bytes) -> bool:
        """``r`` and ``s``: big-endian numbers, as they stand in the frame."""
        signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        library = libcrypto()
        with _Digesting(self._key) as context:
            ready = library.EVP_DigestVerifyInit(context, None, library.EVP_sm3(), None, self._key)
            if ready != 1:
                library.ERR_clear_error()
                return False
            found = library.EVP_DigestVerify(context, signature, len(signature), data, len(data))
            if found != 1:
                library.ERR_clear_error()
            return bool(found == 1)

    def encrypts(self, text: bytes) -> bytes:
        """DER of the standard's ciphertext (GB/T 35276): x, y, digest C3, C2.

        Raises:
            ValueError: the library refuses the text.
        """
        return _coded(self._key, text, "encrypt")


class Sm2PrivateKey:
    """``der``: as ``der()`` gives it, or PKCS#8.

    Raises:
        ValueError: no SM2 key in this form.
    """

    def __init__(self, der: bytes) -> None:
        library = libcrypto()
        self._key = from_der(der, library.d2i_AutoPrivateKey)
        finalize(self, library.EVP_PKEY_free, self._key)
        if library.EVP_PKEY_get0_type_name(self._key) != b"SM2":
            raise ValueError("key: not one of SM2")

    @classmethod
    def made(cls) -> Sm2PrivateKey:
        library = libcrypto()
        key = library.EVP_PKEY_Q_keygen(None, None, b"SM2")
        try:
            return cls(to_der(key, library.i2d_PrivateKey))
        finally:
            library.EVP_PKEY_free(key)

    def der(self) -> bytes:
        return to_der(self._key, libcrypto().i2d_PrivateKey)

    def public(self) -> Sm2PublicKey:
        return Sm2PublicKey(to_der(self._key, libcrypto().i2d_PUBKEY)[-POINT:])

    def signs(self, data: bytes) -> tuple[bytes, bytes]:
        """R and S, 32 octets each."""
        library, size = libcrypto(), c_size_t(128)
        out = ctypes.create_string_buffer(size.value)
        with _Digesting(self._key) as context:
            ready = library.EVP_DigestSignInit(context, None, library.EVP_sm3(), None, self._key)
            if (
                ready != 1
                or library.EVP_DigestSign(context, out, byref(size), data, len(data)) != 1
            ):
                library.ERR_clear_error()
                raise ValueError("SM2: the library does not sign")
        r, s = decode_dss_signature(out.raw[: size.value])
        return r.to_bytes(COORDINATE, "big"), s.to_bytes(COORDINATE, "big")

    def decrypts(self, der: bytes) -> bytes:
        """
        Raises:
            ValueError: not made for this key, or damaged.
        """
        return _coded(self._key, der, "decrypt")


class _Digesting:
    """A digest context that knows the signer's id."""

    def __init__(self, key: int) -> None:
        library = libcrypto()
        self._inner = library.EVP_PKEY_CTX_new(key, None)
        self._context = library.EVP_MD_CTX_new()
        library.EVP_PKEY_CTX_set1_id(self._inner, DEFAULT_ID, len(DEFAULT_ID))
        library.EVP_MD_CTX_set_pkey_ctx(self._context, self._inner)

    def __enter__(self) -> int:
        return int(self._context)

    def __exit__(self, *_: object) -> None:
        libcrypto().EVP_MD_CTX_free(self._context)
        libcrypto().EVP_PKEY_CTX_free(self._inner)


def _coded(key: int, text: bytes, verb: str) -> bytes:
    library, size = libcrypto(), c_size_t()
    context = library.EVP_PKEY_CTX_new(key, None)
    begin, work = getattr(library, f"EVP_PKEY_{verb}_init"), getattr(library, f"EVP_PKEY_{verb}")
    try:
        done = begin(context) == 1 and work(context, None, byref(size), text, len(text)) == 1
        out = ctypes.create_string_buffer(size.value) if done else b""
        if not done or work(context, out, byref(size), text, len(text)) != 1:
            library.ERR_clear_error()
            raise ValueError(f"SM2: {len(text)} octets that cannot be {verb}ed")
        return bytes(out)[: size.value]
    finally:
        library.EVP_PKEY_CTX_free(context)

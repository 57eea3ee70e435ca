"""The few functions of OpenSSL 3's libcrypto that SM2 needs; ``cryptography`` does all the rest.

Bound by ctypes, which lets go of the interpreter's lock during each call (docs/decisions/014).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p
from functools import cache
from typing import Any, Final

from voltward.base.errors import BadSetting

DEFAULT_ID: Final = b"1234567812345678"  # GB/T 35276-2017 clause 10: who signs, unless agreed
_OLDEST: Final = 3
_SIZE = POINTER(c_size_t)
# name: result, arguments; None as result: nothing
_FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "OpenSSL_version_num": (ctypes.c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "CRYPTO_free": (None, (c_void_p, c_char_p, c_int)),
    "EVP_sm3": (c_void_p, ()),
    "EVP_MD_CTX_new": (c_void_p, ()),
    "EVP_MD_CTX_free": (None, (c_void_p,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (c_void_p, c_void_p)),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_new": (c_void_p, (c_void_p, c_void_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_set1_id": (c_int, (c_void_p, c_char_p, c_size_t)),
    "EVP_PKEY_Q_keygen": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_get0_type_name": (c_char_p, (c_void_p,)),
    "EVP_DigestVerifyInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestVerify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    "EVP_DigestSignInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestSign": (c_int, (c_void_p, c_char_p, _SIZE, c_char_p, c_size_t)),
    "EVP_PKEY_encrypt_init": (c_int, (c_void_p,)),
    "EVP_PKEY_encrypt": (c_int, (c_void_p, c_char_p, _SIZE, c_char_p, c_size_t)),
    "EVP_PKEY_decrypt_init": (c_int, (c_void_p,)),
    "EVP_PKEY_decrypt": (c_int, (c_void_p, c_char_p, _SIZE, c_char_p, c_size_t)),
    "d2i_PUBKEY": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "d2i_AutoPrivateKey": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "i2d_PUBKEY": (c_int, (c_void_p, POINTER(c_void_p))),
    "i2d_PrivateKey": (c_int, (c_void_p, POINTER(c_void_p))),
}


class NoSm2(BadSetting):
    """This machine's libcrypto cannot do SM2: nothing signed with it can be checked."""

    code = "no_sm2"


@cache
def libcrypto() -> Any:
    """The library, proved able to sign and verify with SM2.

    Raises:
        NoSm2: there is none, it is older than OpenSSL 3, or it was built without SM2.
    """
    name = ctypes.util.find_library("crypto")
    if name is None:
        raise NoSm2("libcrypto: none found, expected that of OpenSSL 3")
    try:
        library = ctypes.CDLL(name)
        for function, (result, arguments) in _FUNCTIONS.items():
            found = getattr(library, function)
            found.restype, found.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise NoSm2(f"{name}: {error}, expected OpenSSL 3 with SM2") from None
    version = library.OpenSSL_version_num() >> 28
    if version < _OLDEST:
        raise NoSm2(f"{name}: OpenSSL {version}, expected {_OLDEST} or newer")
    key = library.EVP_PKEY_Q_keygen(None, None, b"SM2")
    library.ERR_clear_error()
    if not key:
        raise NoSm2(f"{name}: built without SM2")
    library.EVP_PKEY_free(key)
    return library


def to_der(key: int, encode: Any) -> bytes:
    """What one of the ``i2d_`` functions gives for ``key``.

    Raises:
        ValueError: the key cannot be written so.
    """
    library, out = libcrypto(), c_void_p()
    size = encode(key, byref(out))
    if size <= 0:
        library.ERR_clear_error()
        raise ValueError("key: cannot be written")
    try:
        return ctypes.string_at(out, size)
    finally:
        library.CRYPTO_free(out, None, 0)


def from_der(der: bytes, decode: Any) -> int:
    """A key that the caller must free.

    Raises:
        ValueError: no key in this form.
    """
    place = c_char_p(der)
    key = decode(None, byref(place), len(der))
    if not key:
        libcrypto().ERR_clear_error()
        raise ValueError(f"key: {len(der)} octets that are no key")
    return int(key)

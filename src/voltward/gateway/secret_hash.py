"""Accounts of client platforms (platform login 05): names and salted hashes of their secrets."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

SALT_BYTES = 16
# 4 MiB and a few milliseconds: a login of a platform is rare, and each one runs in the loop
_COST, _BLOCK, _LANES = 2**12, 8, 1


@dataclass(frozen=True, slots=True)
class PlatformAccount:
    """A client platform that may log in.

    ``number``: what ``RegistryEntry.platform`` of its vehicles says. ``restricted``: only those
    vehicles; otherwise every registered one. ``code``: its unique id of up to 17 characters, or
    empty for any. ``secret``: from ``hashed``.
    """

    name: str
    number: int
    secret: str
    code: str = ""
    restricted: bool = True


def hashed(secret: str, salt: bytes | None = None) -> str:
    """``salt$hash`` in hex, for ``PlatformAccount.secret``."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return f"{salt.hex()}${_digest(secret.encode(), salt).hex()}"


def secret_is_right(account: PlatformAccount, secret: bytes) -> bool:
    """Compared in constant time; ``secret`` without its padding."""
    salt, _, digest = account.secret.partition("$")
    return hmac.compare_digest(_digest(secret, bytes.fromhex(salt)).hex(), digest)


def _digest(secret: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(secret, salt=salt, n=_COST, r=_BLOCK, p=_LANES)

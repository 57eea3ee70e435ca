"""Platform login and logout (GB/T 32960.3 tables 29 and 30, 2016) as this side sends them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from voltward.base.units import BEIJING
from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition
from voltward.uplink.links import Link

PLATFORM_LOGIN, PLATFORM_LOGOUT, KEY_EXCHANGE = 0x05, 0x06, 0x0B
MOST_LOGINS: Final = 65_531  # a day; then it begins at 1 again
SUCCESS: Final = 0x01
ERROR: Final = 0x02
VIN_UNKNOWN: Final = 0x04  # 2025 only; read from either edition
FLAGS: Final = {  # clause 6.3.2
    0x01: "success",
    0x02: "error",
    0x03: "VIN duplicate",
    0x04: "VIN unknown",
    0x05: "signature wrong",
    0x06: "structure wrong",
    0x07: "not decrypted",
}
_ENCRYPTION = {1: "none", 2: "rsa", 3: "aes", 4: "sm2", 5: "sm4"}
_OF_LOGIN = (  # a change of one of these needs a new login
    "host", "port", "tls", "ca_pem", "identity", "user", "password", "edition", "encryption",
)  # fmt: skip
_EDITIONS = {2016: Edition.Y2016, 2025: Edition.Y2025}


def login(link: Link, sequence: int, now_ns: int) -> bytes:
    """05, with its sequence number of the day, from 1, and the rule of all units that follow."""
    unit = {
        "time": beijing(now_ns),
        "sequence": sequence,
        "user": link.user,
        "password": link.password,
        "encryption": _ENCRYPTION[link.encryption],
    }
    return encode_frame(_EDITIONS[link.edition], PLATFORM_LOGIN, COMMAND, link.identity, unit)


def logout(link: Link, sequence: int, now_ns: int) -> bytes:
    """06; its sequence number is that of the login."""
    unit = {"time": beijing(now_ns), "sequence": sequence}
    return encode_frame(_EDITIONS[link.edition], PLATFORM_LOGOUT, COMMAND, link.identity, unit)


def needs_login(before: Link, after: Link) -> bool:
    """Another data key alone does not: the session goes on under it."""
    if any(getattr(before, name) != getattr(after, name) for name in _OF_LOGIN):
        return True
    if bool(before.cover.data_key) != bool(after.cover.data_key):
        return True
    return replace(before.cover, data_key="") != replace(after.cover, data_key="")


def beijing(now_ns: int) -> datetime:
    return datetime.fromtimestamp(now_ns // 1_000_000_000, BEIJING)


def flag_words(flag: int) -> str:
    return f"{FLAGS.get(flag, 'flag')} ({flag:02X})"

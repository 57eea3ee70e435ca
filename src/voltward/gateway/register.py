"""The question a login asks: may this VIN, or this platform, speak here?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from voltward.base.clock import Clock
from voltward.base.vin import VIN_LENGTH
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistrySnapshot
from voltward.gateway.secret_hash import PlatformAccount, secret_is_right

_CHECKS_PER_S = 5  # of one account's secret: each costs milliseconds of the loop


class Standing(StrEnum):
    """What the platform knows of a VIN."""

    REGISTERED = "registered"
    AUTO = "auto"  # every VIN is admitted: demo and tests
    UNREGISTERED = "unregistered"  # unknown, but of the maker's own WMI (未建档)
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Admitted:
    """``platform``: number of the client platform that reports this vehicle, 0 for none."""

    standing: Standing
    enrolled: bool = False
    platform: int = 0


@dataclass(frozen=True, slots=True)
class PlatformGrant:
    """What a logged-in platform may send: its own vehicles, or all registered ones."""

    number: int
    restricted: bool
    account: str = ""


REFUSED = Admitted(Standing.REFUSED)
ANY_PLATFORM = PlatformGrant(0, restricted=False)


class Register:
    """The snapshot in force and the two settings that widen it."""

    def __init__(
        self, clock: Clock, *, auto_register: bool = False, own_wmi: Iterable[str] = ()
    ) -> None:
        self.snapshot = RegistrySnapshot()
        self.auto_register = auto_register
        self._clock = clock
        self._own_wmi = frozenset(own_wmi)
        self._checks: dict[str, tuple[int, int]] = {}

    def vehicle(self, vin: bytes) -> Admitted:
        """The standing of a VIN of 17 bytes."""
        row = self.snapshot.find(vin)
        flags = int(self.snapshot.flags[row]) if row >= 0 else 0
        if flags & REGISTERED:
            platform = int(self.snapshot.platforms[row])
            return Admitted(Standing.REGISTERED, bool(flags & ENROLLED), platform)
        if not is_printable(vin):
            return REFUSED
        if self.auto_register:
            return Admitted(Standing.AUTO)
        code = vin[:3].decode("ascii")
        if code in self._own_wmi or code in self.snapshot.wmis:
            return Admitted(Standing.UNREGISTERED)
        return REFUSED

    def behind(self, grant: PlatformGrant, vin: bytes) -> Admitted:
        """The standing of a VIN that a client platform reports."""
        admitted = self.vehicle(vin)
        if grant.restricted and admitted.platform != grant.number:
            return REFUSED
        return admitted

    def platform(self, code: bytes, name: bytes, secret: bytes) -> PlatformGrant | None:
        """What the platform may send, or None: unknown, wrong secret, wrong id, or too many tries.

        All three as they stand in the frame; padding (NUL, space) is dropped here.
        """
        if self.auto_register:
            return ANY_PLATFORM
        account = self.snapshot.accounts.get(text_of(name.rstrip(b"\0 ")))
        if account is None or not self._may_check(account.name):
            return None
        if account.code and account.code != text_of(code.rstrip(b"\0 ")):
            return None
        if not secret_is_right(account, secret.rstrip(b"\0 ")):
            return None
        return _grant_of(account)

    def still_holds(self, grant: PlatformGrant) -> bool:
        """Does the snapshot in force say the same of this platform?"""
        account = self.snapshot.accounts.get(grant.account)
        if account is None:
            return self.auto_register and grant == ANY_PLATFORM
        return grant == _grant_of(account)

    def _may_check(self, name: str) -> bool:
        second = int(self._clock.monotonic_s())
        since, count = self._checks.get(name, (second, 0))
        count = count + 1 if since == second else 1
        self._checks[name] = (second, count)
        return count <= _CHECKS_PER_S


def _grant_of(account: PlatformAccount) -> PlatformGrant:
    return PlatformGrant(account.number, account.restricted, account.name)


def is_printable(vin: bytes) -> bool:
    """17 visible ASCII characters: what may stand in a log and on a page."""
    return len(vin) == VIN_LENGTH and all(0x21 <= char <= 0x7E for char in vin)


def text_of(data: bytes) -> str:
    """Bytes from outside as harmless text."""
    return "".join(chr(char) if 0x20 <= char <= 0x7E else f"\\x{char:02x}" for char in data)

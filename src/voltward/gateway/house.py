"""What all sessions of one process share."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from voltward.base.clock import Clock
from voltward.gateway.config import AnswerRealtime, Limits
from voltward.gateway.register import Register
from voltward.gateway.roster import Roster
from voltward.gateway.seats import Seats

if TYPE_CHECKING:
    from voltward.gateway.session import Session

_EVENT_EVERY_S = 60.0
_REMEMBERED = 200_000


class Proof(Enum):
    """What a login proved about the vehicle's key."""

    ABSENT = "absent"
    PROVEN = "proven"
    WRONG = "wrong"


class ProofPort(Protocol):
    """Checks the signature of a login or activation against the vehicle's enrolled key."""

    def __call__(self, vin: bytes, frame: bytes) -> Proof: ...


def no_proof(vin: bytes, frame: bytes) -> Proof:  # noqa: ARG001 - the port's shape
    """Without keys on file nothing is proven, and nothing is refused for it."""
    return Proof.ABSENT


@dataclass(slots=True)
class House:
    """Clock, rules and books; ``sessions`` are all links of the process by number."""

    clock: Clock
    register: Register
    roster: Roster
    limits: Limits = field(default_factory=Limits)
    answer_realtime: AnswerRealtime = "platform"
    proof: ProofPort = no_proof
    seats: Seats = field(default_factory=Seats)
    sessions: dict[int, Session] = field(default_factory=dict)
    _told: dict[tuple[str, bytes], float] = field(default_factory=dict)

    def may_tell(self, event: str, vin: bytes) -> bool:
        """At most one event of a kind for each VIN and minute (R15), however many are tried."""
        now = self.clock.monotonic_s()
        key = (event, vin)
        told = self._told.get(key)
        if told is not None and now - told < _EVENT_EVERY_S:
            return False
        if len(self._told) >= _REMEMBERED:
            self._forget(now)
        if len(self._told) >= _REMEMBERED:
            return False  # the frames are journalled and counted all the same
        self._told[key] = now
        return True

    def _forget(self, now: float) -> None:
        self._told = {key: told for key, told in self._told.items() if now - told < _EVENT_EVERY_S}

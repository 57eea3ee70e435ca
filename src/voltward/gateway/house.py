"""What all sessions of one process share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from voltward.base.clock import Clock
from voltward.gateway.config import AnswerRealtime, Limits
from voltward.gateway.judging import Verdict, collected_s
from voltward.gateway.keys import Keys
from voltward.gateway.prover import Prover
from voltward.gateway.register import Register
from voltward.gateway.roster import Roster
from voltward.gateway.seats import Seats

if TYPE_CHECKING:
    from voltward.gateway.session import Session

LOGIN_STAMP = slice(24, 32)  # time and sequence (§4.1)
_EVENT_EVERY_S = 60.0
_REMEMBERED = 200_000


class ProofPort(Protocol):
    """The verdict on a frame: who it is from, and what it says."""

    def __call__(self, vin: bytes, frame: bytes) -> Verdict: ...


@dataclass(slots=True)
class House:
    """Clock, rules and books; ``sessions`` are all links of the process by number.

    ``proof`` is the prover's verdict unless a test says otherwise.
    """

    clock: Clock
    register: Register
    roster: Roster
    limits: Limits = field(default_factory=Limits)
    answer_realtime: AnswerRealtime = "platform"
    keys: Keys = field(default_factory=Keys)
    prover: Prover = field(init=False)
    proof: ProofPort = field(init=False)
    seats: Seats = field(default_factory=Seats)
    sessions: dict[int, Session] = field(default_factory=dict)
    _told: dict[tuple[str, bytes], float] = field(default_factory=dict)
    _logins: dict[bytes, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.prover = self.proof = Prover(self.keys, self.register, self.clock)

    def is_new_login(self, vin: bytes, frame: bytes) -> bool:
        """Is a proven login the newest of its vehicle and made just now, or one that was recorded?

        Only a new one may replace a living session (R18). Time and sequence rise with every login.
        """
        made_s, now_s = collected_s(frame), self.clock.now_ns() / 1e9
        if made_s is None or abs(now_s - made_s) > self.limits.login_fresh_s:
            return False
        stamp = frame[LOGIN_STAMP]
        if stamp <= self._logins.get(vin, b""):
            return False
        self._logins[vin] = stamp
        return True

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

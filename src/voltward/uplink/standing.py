"""How a link stands: its state, since when and why, and the last thing that went wrong."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from voltward.base.clock import Clock

LEAST_BETWEEN_CONNECTS_S: Final = 1.0


class State(StrEnum):
    OFF = "off"
    PAUSED = "paused"
    CONNECTING = "connecting"
    LOGGING_IN = "logging_in"
    UP = "up"
    WAITING = "waiting"


class Standing:
    """Instants are unix seconds; ``until``: at which waiting ends."""

    clock: Clock
    state: State = State.OFF
    reason: str = ""
    error: str = ""
    error_at: float = 0.0
    since: float = 0.0
    until: float = 0.0
    _until_s: float = 0.0
    _connect_s: float = -1e9

    @property
    def is_up(self) -> bool:
        return self.state is State.UP

    def _wait(self, wait_s: float, why: str) -> None:
        now_s = self.clock.monotonic_s()
        self._until_s = max(now_s + wait_s, self._connect_s + LEAST_BETWEEN_CONNECTS_S)
        self._enter(State.WAITING, why)
        self.until = self.clock.now_ns() / 1e9 + self._until_s - now_s

    def _enter(self, state: State, reason: str = "") -> None:
        self.state, self.reason, self.until = state, reason, 0.0
        self.since = self.clock.now_ns() / 1e9

    def _now_ms(self) -> int:
        return self.clock.now_ns() // 1_000_000

    def _note(self, error: str) -> None:
        self.error, self.error_at = error, self.clock.now_ns() / 1e9

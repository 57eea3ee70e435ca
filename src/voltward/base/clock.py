"""Time as a value that is handed in, so that tests decide what time it is."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for records, monotonic time for deadlines."""

    def now_ns(self) -> int:
        """Unix time in nanoseconds (UTC)."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_s(self) -> float:
        return time.monotonic()


@dataclass
class ManualClock:
    """A clock that moves only when told to."""

    wall_ns: int = 1_773_534_605_000_000_000  # 2026-03-15T00:30:05Z, the vectors' instant
    elapsed_s: float = 0.0

    def now_ns(self) -> int:
        return self.wall_ns

    def monotonic_s(self) -> float:
        return self.elapsed_s

    def advance(self, seconds: float) -> None:
        self.wall_ns += round(seconds * 1e9)
        self.elapsed_s += seconds


def utc(now_ns: int) -> datetime:
    """``now_ns`` as an aware UTC instant, to the microsecond."""
    seconds, rest = divmod(now_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)

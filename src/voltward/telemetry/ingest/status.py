"""What a processor says of itself, for the overview page: one small file, renewed each second."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from voltward.base.clock import Clock

KEPT_PROBLEMS = 20
RATE_OVER_S = 10.0
WRITE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Problem:
    """``kind``: store, journal, poison, tap or state. ``count``: how often in a row."""

    at_ns: int
    kind: str
    text: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Status:
    """Content of the file. ``totals`` count since the beginning; rates over the last 10 s."""

    name: str
    process: int
    started_ns: int
    updated_ns: int
    store_well: bool
    frames_per_s: float
    rows_per_s: float
    lag_frames: int
    lag_s: float
    positions: Mapping[str, str]
    totals: Mapping[str, int]
    problems: tuple[Problem, ...]


def read_status(path: Path) -> Status | None:
    """The status last written; None when there is none."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    found["problems"] = tuple(Problem(**problem) for problem in found["problems"])
    return Status(**found)


@dataclass
class StatusBoard:
    """Collects what the status says and writes it, not more often than once a second."""

    path: Path | None
    name: str
    clock: Clock
    store_well: bool = True
    problems: deque[Problem] = field(default_factory=lambda: deque(maxlen=KEPT_PROBLEMS))
    _started_ns: int = 0
    _written_s: float = float("-inf")
    _pace: deque[tuple[float, int, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._started_ns = self.clock.now_ns()

    def problem(self, kind: str, text: str) -> None:
        """Remember what went wrong; the same again only counts."""
        at_ns, count = self.clock.now_ns(), 1
        if self.problems and (self.problems[-1].kind, self.problems[-1].text) == (kind, text):
            count += self.problems.pop().count
        self.problems.append(Problem(at_ns, kind, text, count))

    def took(self, frames: int, rows: int) -> None:
        """A plan is done."""
        self._pace.append((self.clock.monotonic_s(), frames, rows))

    def rates(self) -> tuple[float, float]:
        """Frames and rows a second."""
        since_s = self.clock.monotonic_s() - RATE_OVER_S
        while self._pace and self._pace[0][0] < since_s:
            self._pace.popleft()
        frames = sum(entry[1] for entry in self._pace)
        rows = sum(entry[2] for entry in self._pace)
        return frames / RATE_OVER_S, rows / RATE_OVER_S

    def due(self) -> bool:
        return self.path is not None and self.clock.monotonic_s() - self._written_s >= WRITE_EVERY_S

    def write(
        self, positions: Mapping[str, str], totals: Mapping[str, int], lag_frames: int, lag_s: float
    ) -> None:
        """Replace the file; a reader sees the old or the new one. Not synced: it is about now."""
        if self.path is None:
            return
        self._written_s = self.clock.monotonic_s()
        frames_per_s, rows_per_s = self.rates()
        status = Status(
            self.name,
            os.getpid(),
            self._started_ns,
            self.clock.now_ns(),
            self.store_well,
            frames_per_s,
            rows_per_s,
            lag_frames,
            round(lag_s, 3),
            positions,
            totals,
            tuple(self.problems),
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(asdict(status), ensure_ascii=False))
        fresh.replace(self.path)

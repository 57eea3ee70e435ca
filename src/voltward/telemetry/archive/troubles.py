"""Segments that could not be archived: left alone for a while, the longer the more often it failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from voltward.base.clock import Clock

REST_S = 60.0  # after the first failure; twice as long after each further one
LONGEST_REST_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Trouble:
    """``file``: what the segment's file was when it failed last."""

    file: tuple[int, int, int]
    failures: int
    rests_until_s: float


@dataclass
class Troubles:
    """What a process remembers of its failures; a restart forgets them, and all is tried again."""

    clock: Clock
    _known: dict[Path, _Trouble] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._known)

    def rests(self, path: Path) -> bool:
        """True while it is too early to try the segment's file again, unless it has changed."""
        trouble = self._known.get(path)
        if trouble is None or trouble.file != _file_at(path):
            return False
        return self.clock.monotonic_s() < trouble.rests_until_s

    def failed(self, path: Path) -> None:
        before = self._known.get(path)
        file = _file_at(path)
        failures = before.failures + 1 if before is not None and before.file == file else 1
        rest_s = min(REST_S * 2.0 ** min(failures - 1, 20), LONGEST_REST_S)
        self._known[path] = _Trouble(file, failures, self.clock.monotonic_s() + rest_s)

    def only(self, paths: Iterable[Path]) -> None:
        """Forget all others: they are archived, or gone."""
        left = set(paths)
        self._known = {path: trouble for path, trouble in self._known.items() if path in left}


def _file_at(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written or replaced: inode, bytes, time; zeros: not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns

"""Scanning for malicious code: a port, and a scanner that is a command (GB/T 22239-2019 8.1.4.5)."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

SCAN_DEADLINE_S = 600.0


@dataclass(frozen=True)
class Verdict:
    """``waiting``: the scanner gave no verdict; the file stays in quarantine and is tried again."""

    scan: Literal["clean", "infected", "waiting"]
    by: str
    detail: str = ""


class Scanner(Protocol):
    def scan(self, path: Path) -> Verdict: ...


@dataclass(frozen=True)
class CommandScanner:
    """A command that gets the file's path as its last argument, as clamdscan does.

    It ends with 0 for clean and 1 for infected; anything else is no verdict.
    """

    command: tuple[str, ...]
    deadline_s: float = SCAN_DEADLINE_S

    def scan(self, path: Path) -> Verdict:
        name = Path(self.command[0]).name
        try:
            done = subprocess.run(
                [*self.command, str(path)],
                capture_output=True,
                timeout=self.deadline_s,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Verdict("waiting", name, f"{type(error).__name__}")
        said = done.stdout.decode("utf-8", "replace").replace(str(path), "").strip(" :\n")[:200]
        if done.returncode == 0:
            return Verdict("clean", name)
        if done.returncode == 1:
            return Verdict("infected", name, said)
        return Verdict("waiting", name, f"{done.returncode}: {said}"[:200])


def scanner_of(command: str) -> Scanner | None:
    """The scanner that a setting names; None: there is none, and files say that they are not scanned."""
    words = tuple(shlex.split(command))
    return CommandScanner(words) if words else None


_source: list[Callable[[], Scanner | None]] = [lambda: None]


def hand_in_scanner(source: Callable[[], Scanner | None]) -> None:
    _source[0] = source


def scanner() -> Scanner | None:
    return _source[0]()

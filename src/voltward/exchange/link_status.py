"""What the uplink says of a link each second (``run/uplink-<name>.json``), as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

UP: Final = "up"
SILENT_S: Final = 10.0  # it is renewed every second


@dataclass(frozen=True)
class LinkStatus:
    """``state``: off, paused, connecting, logging_in, up, waiting (``reason``, ``until`` unix s).

    ``since``, ``error_at``, ``at``: unix s. ``lag_s``: of live frames, None: none was sent yet. ``due``:
    frames that wait to be reissued, ``due_oldest_s``: collection time of the oldest, unix s,
    ``due_per_s``: by how much they become more, below 0 fewer. ``held``: vehicles whose frames the
    platform lastingly refuses. The counters begin with the process.
    """

    state: str
    at: float
    since: float = 0.0
    reason: str = ""
    until: float = 0.0
    error: str = ""
    error_at: float = 0.0
    lag_s: float | None = None
    due: int = 0
    due_oldest_s: float = 0.0
    due_per_s: float = 0.0
    in_flight: int = 0
    window: int = 0
    sent: int = 0
    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    sent_per_s: float = 0.0
    held: int = 0
    warned: str = ""

    def is_silent(self, now_s: float) -> bool:
        return now_s - self.at > SILENT_S

    @property
    def open(self) -> int:
        """Frames without a final outcome."""
        return self.due + self.in_flight

    def backlog_s(self, now_s: float) -> float:
        """Age of the oldest frame that waits; 0.0: none waits."""
        return max(0.0, now_s - self.due_oldest_s) if self.due and self.due_oldest_s else 0.0


_NAMES: Final = {one.name for one in fields(LinkStatus)}


def status_of(found: Mapping[str, Any]) -> LinkStatus | None:
    """None: it lacks what every status has. Null is as good as not there."""
    given = {name: found[name] for name in _NAMES & found.keys() if found[name] is not None}
    return LinkStatus(**given) if {"state", "at"} <= given.keys() else None


def read_status(path: Path) -> LinkStatus | None:
    """None: there is no file, or none that can be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return status_of(found) if isinstance(found, dict) else None

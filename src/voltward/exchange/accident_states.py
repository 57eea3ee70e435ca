"""How a package of accident data stands: waited for, or frozen and how much of it is there."""

from __future__ import annotations

from typing import Final

WAITING, COMPLETE, PARTIAL, EMPTY = "waiting", "complete", "partial", "empty"
FROZEN: Final = frozenset({COMPLETE, PARTIAL, EMPTY})
THERMAL, ALARM, HAND = "thermal", "alarm", "hand"


def state_of(there: int, expected: int) -> str:
    """``there``: seconds of the window that have a frame, of ``expected``."""
    if not there:
        return EMPTY
    return COMPLETE if there >= expected else PARTIAL

"""Who goes first in a process of many threads: findings on their way to the desk, before all else.

Threads of one process share one interpreter, so work that can wait slows down work that cannot. Whoever
takes findings holds the way; whoever can wait asks for it between two pieces of work.
"""

from __future__ import annotations

import threading
from typing import Final

MOST_S: Final = 2.0  # nobody waits longer: a flood of findings must not stop all other work


class RightOfWay:
    """One thread holds it, any number give way."""

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()

    def hold(self) -> None:
        """Others give way from now on."""
        self._free.clear()

    def free(self) -> None:
        """Nobody needs to give way."""
        self._free.set()

    def give(self, most_s: float = MOST_S) -> bool:
        """Wait until nobody holds the way, at most ``most_s``; whether it is free."""
        return self._free.wait(most_s)


FINDINGS: Final = RightOfWay()

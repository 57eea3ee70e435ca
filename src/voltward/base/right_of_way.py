"""Who goes first in a process of many threads: findings on their way to the desk, before all else.

Threads of one process share one interpreter, so work that can wait slows down work that cannot. Whoever
takes findings holds the way; whoever can wait asks for it between two pieces of work. Where findings
come from, all else rests after a burst, so that the processes behind it have the machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

MOST_S: Final = 2.0  # nobody waits longer: a flood of findings must not stop all other work
BURST: Final = 200  # findings of one step that are as many as the desk takes in half a second
REST_S: Final = 3.0  # by then the desk must have them
REST_EVERY_S: Final = 15.0  # so that what rests keeps four fifths of its time, whatever burns


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


class Rest:
    """After a burst of findings: the store, quality and proofs rest, since their input is kept for them."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._began_s = float("-inf")

    def told(self, findings: int) -> None:
        """So many findings that somebody waits for have just been handed on."""
        now_s = self._clock()
        if findings >= BURST and now_s - self._began_s >= REST_EVERY_S:
            self._began_s = now_s

    @property
    def left_s(self) -> float:
        """How long to rest from now on, s; 0: not at all."""
        return max(0.0, self._began_s + REST_S - self._clock())

    def take(self, stopping: threading.Event) -> None:
        """Rest as long as there is rest, or until ``stopping``."""
        if left_s := self.left_s:
            stopping.wait(left_s)


FINDINGS: Final = RightOfWay()
REST: Final = Rest()

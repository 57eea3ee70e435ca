"""Finds the few frames on which a step fails, by halving; everything else goes on."""

from collections.abc import Callable
from typing import TypeVar

Outcome = TypeVar("Outcome")

TRIES_ALONE = 3  # so often a frame is tried by itself before it goes to quarantine


def narrowed(
    size: int,
    attempt: Callable[[int, int], Outcome],
    failures: type[Exception] | tuple[type[Exception], ...] = Exception,
    tries_alone: int = TRIES_ALONE,
) -> tuple[list[Outcome], dict[int, Exception]]:
    """Outcomes of the pieces ``[first, last)`` that succeed, in order; what fails alone, and why.

    ``attempt(first, last)`` raises one of ``failures`` for a piece that holds a bad frame; any
    other exception ends the search. With ``b`` bad of ``n`` it is called about ``b log2(n / b)``
    times, not ``n``.
    """
    outcomes: list[Outcome] = []
    bad: dict[int, Exception] = {}
    waiting = [(0, size)] if size else []
    while waiting:
        first, last = waiting.pop()
        tries = tries_alone if last - first == 1 else 1
        for left in reversed(range(tries)):
            try:
                outcomes.append(attempt(first, last))
                break
            except failures as error:
                if left:
                    continue
                if last - first == 1:
                    bad[first] = error
                else:
                    middle = (first + last) // 2
                    waiting += [(middle, last), (first, middle)]
    return outcomes, bad

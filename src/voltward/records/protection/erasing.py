"""What else holds something of a subject, and how each such place forgets it (PIPL 47)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ERASERS: dict[str, Callable[[Any, str], int]] = {}


def erases(name: str) -> Callable[[Callable[[Any, str], int]], Callable[[Any, str], int]]:
    """Join: ``erase(actor, subject)`` runs in the transaction of the erasure and counts what it did.

    Protected fields need not join: their keys are destroyed and their blind indexes emptied anyway.
    """

    def join(erase: Callable[[Any, str], int]) -> Callable[[Any, str], int]:
        ERASERS[name] = erase
        return erase

    return join

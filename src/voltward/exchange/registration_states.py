"""How the static data of a vehicle stand at a public platform (静态数据备案)."""

from __future__ import annotations

from typing import Final

INCOMPLETE: Final = "incomplete"  # a field is missing; never registered
COMPLETE: Final = "complete"  # may be registered
REGISTERED: Final = "registered"  # as the platform has it
CHANGED: Final = "changed"  # registered, and other since


def state_of(missing: int, digest: str, registered_digest: str) -> str:
    """``registered_digest``: of the data as they were registered, "" never."""
    if registered_digest:
        return REGISTERED if digest == registered_digest else CHANGED
    return INCOMPLETE if missing else COMPLETE

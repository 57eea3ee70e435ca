"""What a writer is told, and what it says of itself."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Whether commits are possible. ``full`` and ``broken`` end with a successful ``recover()``."""

    SERVING = "serving"
    FULL = "full"
    BROKEN = "broken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """``segment_bytes``, ``segment_age_s``: when a segment is finished and the next begun.

    ``reserve_share``: share of the disk (0..1) that stays free.
    """

    segment_bytes: int = 256 << 20
    segment_age_s: float = 3600.0
    reserve_share: float = 0.05

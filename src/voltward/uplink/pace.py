"""How many frames a second a link may be sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Whole frames saved up over at most a second."""

    saved: float = 0.0
    looked_s: float | None = None

    def allows(self, per_s: int, now_s: float, most: int) -> int:
        """``per_s`` 0: no limit."""
        if per_s <= 0:
            return most
        since_s = 1.0 if self.looked_s is None else now_s - self.looked_s
        self.looked_s = now_s
        self.saved = min(float(per_s), self.saved + since_s * per_s)
        return min(most, int(self.saved))

    def took(self, count: int) -> None:
        self.saved = max(0.0, self.saved - count)

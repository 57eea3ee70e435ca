"""The rates that a public platform publishes, out of sums: pure, for pages, services and cases alike.

Online rate, pass rate and missing-data rate are published weekly (GB/T 32960 facts, data-quality rules);
how they are reckoned is not, so each says here what it is a share of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from voltward.uplink.quality.memory import DELAY_BINS_S

BINS: Final = len(DELAY_BINS_S) + 1


@dataclass(frozen=True)
class Rates:
    """Sums over days and models; ``vehicles``: vehicle-days. Shares are %, None: of nothing."""

    vehicles: int = 0
    failed: int = 0
    rows: int = 0
    reissued: int = 0
    realtime: int = 0
    owed: int = 0
    missing: int = 0
    driving_s: int = 0
    gap_s: int = 0
    delay_ms: int = 0
    delays: tuple[int, ...] = (0,) * BINS

    @property
    def failed_pct(self) -> float | None:
        """Vehicle-days with too much of an error that counts."""
        return _share(self.failed, self.vehicles)

    @property
    def pass_pct(self) -> float | None:
        return None if self.failed_pct is None else 100 - self.failed_pct

    @property
    def missing_pct(self) -> float | None:
        """Items that are missing, those of reports that gaps swallowed included, of all that were owed."""
        return _share(self.missing, self.owed)

    @property
    def gap_pct(self) -> float | None:
        """Of the time driven."""
        return _share(self.gap_s, self.driving_s)

    @property
    def reissued_pct(self) -> float | None:
        return _share(self.reissued, self.rows)

    @property
    def mean_delay_s(self) -> float | None:
        return self.delay_ms / self.realtime / 1000 if self.realtime else None

    @property
    def delay_bound_s(self) -> int | None:
        """In so many seconds 95 % of the real-time reports were there; None: later than all bounds, or
        there are none."""
        reached, wanted = 0, 0.95 * self.realtime
        for number, bound_s in zip(self.delays, DELAY_BINS_S, strict=False):
            reached += number
            if self.realtime and reached >= wanted:
                return bound_s
        return None


def added(total: Rates | None, row: Any) -> Rates:
    """``row``: anything with the same names, as the sums of a model's day."""
    before = total or Rates()
    values = {
        one.name: getattr(before, one.name) + getattr(row, one.name)
        for one in fields(Rates)
        if one.name != "delays"
    }
    return Rates(**values, delays=sums_of(before.delays, row.delays))


def sums_of(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """Element by element; a list that was never filled counts as zeros."""
    left, right = [*one, *([0] * BINS)][:BINS], [*other, *([0] * BINS)][:BINS]
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole > 0 else None

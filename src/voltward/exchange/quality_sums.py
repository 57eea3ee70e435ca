"""What a vehicle's day adds to the sums of its model: pure, so that a day told anew moves them exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from voltward.exchange.quality_rates import BINS, sums_of
from voltward.uplink.quality.catalogue import BY_CODE, PER_DAY

_ADDED: Final = ("rows", "reissued", "realtime", "driving_s", "gap_s", "delay_ms")


class Key(NamedTuple):
    """A model's day of one maker."""

    maker: int
    model: str
    day: date


@dataclass(frozen=True)
class VehicleDay:
    """A vehicle's day over all days on which parts of it were received."""

    values: Mapping[str, int]
    delays: tuple[int, ...]
    errors: Mapping[str, int]

    @classmethod
    def of(cls, parts: Iterable[Any], pass_share_pct: float) -> VehicleDay:
        """``parts``: rows of ``QualityDay``. Reports that a gap swallowed and that came later, reissued,
        are not missing; what the others owed is what the vehicle's reports owe on average."""
        total, delays, errors = defaultdict[str, int](int), (0,) * BINS, defaultdict[str, int](int)
        for part in parts:
            for name in (*_ADDED, "expected", "missing", "lost"):
                total[name] += getattr(part, name)
            delays = sums_of(delays, part.delays)
            for code, found in part.errors.items():
                errors[code] += found[0]
        rows = total["rows"]
        never_came = max(0, total["lost"] - total["reissued"])
        swallowed = round(never_came * total["expected"] / rows) if rows else 0
        values = {name: total[name] for name in _ADDED}
        values["owed"] = total["expected"] + swallowed
        values["missing"] = total["missing"] + swallowed
        values["vehicles"] = int(rows > 0)
        values["failed"] = int(
            any(_fails(code, n, rows, pass_share_pct) for code, n in errors.items())
        )
        return cls(values, delays, errors)


def _fails(code: str, count: int, rows: int, pass_share_pct: float) -> bool:
    known = BY_CODE.get(code)
    if known is None or not known.fails or not count:
        return False
    return code in PER_DAY or not rows or 100 * count / rows > pass_share_pct


@dataclass
class Sums:
    """Differences that the days of a batch make: ``days`` by name of the sum, ``errors`` by code as
    occurrences and vehicles."""

    days: dict[Key, dict[str, int]] = field(default_factory=dict)
    delays: dict[Key, tuple[int, ...]] = field(default_factory=dict)
    errors: dict[tuple[Key, str], list[int]] = field(default_factory=dict)

    def moved(self, key: Key, before: VehicleDay, after: VehicleDay) -> None:
        """A vehicle's day was ``before`` and is ``after``."""
        day = self.days.setdefault(key, defaultdict(int))
        for name, value in after.values.items():
            day[name] += value - before.values[name]
        less = tuple(-number for number in before.delays)
        delays = sums_of(after.delays, less)
        self.delays[key] = sums_of(self.delays.get(key, ()), delays)
        for code in before.errors.keys() | after.errors.keys():
            old, new = before.errors.get(code, 0), after.errors.get(code, 0)
            if old != new:
                pair = self.errors.setdefault((key, code), [0, 0])
                pair[0] += new - old
                pair[1] += (new > 0) - (old > 0)

"""Detectors over stored rows by two books of limits at once: what each would have told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from voltward.findings.catalogue import DETECTORS
from voltward.findings.detector import Detector
from voltward.findings.engine import Engine
from voltward.findings.finding import CLEARED, REOPENED, Finding
from voltward.findings.incoming import Incoming
from voltward.findings.limits import BookFile, Group, LimitBook, defaults_of

NOW, TRIED = "now", "tried"  # the limits in force, and the draft's
BEIJING: Final = timedelta(hours=8)
LISTED_VEHICLES: Final = 500


@dataclass
class Told:
    """What one book told. ``episodes``: by vehicle, rule and begin, its highest level."""

    episodes: dict[tuple[int, str, int], int] = field(default_factory=dict)

    def take(self, findings: Iterable[Finding]) -> None:
        for one in findings:
            if one.kind not in (CLEARED, REOPENED) and not one.profile:
                before = self.episodes.get(one.episode, -1)
                self.episodes[one.episode] = max(before, one.level)


@dataclass
class Result:
    """The outcome of a trial so far, for both books."""

    told: dict[str, Told] = field(default_factory=lambda: {NOW: Told(), TRIED: Told()})
    rows: int = 0
    failed: set[str] = field(default_factory=set)

    def as_json(self) -> dict[str, Any]:
        """``rules``: by code, ``days``: by day in Beijing, ``vehicles``: number, now, tried.

        Of a rule and book: ``episodes``, ``vehicles``, and ``levels`` by the highest level reached.
        """
        rules: dict[str, dict[str, Any]] = {}
        days: dict[str, dict[str, int]] = {}
        vehicles: dict[int, dict[str, int]] = {}
        for side, told in self.told.items():
            for (vehicle, rule, begin), level in told.episodes.items():
                of_rule = rules.setdefault(rule, {NOW: _none(), TRIED: _none()})[side]
                of_rule["episodes"] += 1
                of_rule["vehicles"].add(vehicle)
                of_rule["levels"][str(level)] = of_rule["levels"].get(str(level), 0) + 1
                days.setdefault(_day(begin), {NOW: 0, TRIED: 0})[side] += 1
                vehicles.setdefault(vehicle, {NOW: 0, TRIED: 0})[side] += 1
        for sides in rules.values():
            for one in sides.values():
                one["vehicles"] = len(one["vehicles"])
        differing = sorted(
            vehicles.items(), key=lambda pair: (-abs(pair[1][TRIED] - pair[1][NOW]), pair[0])
        )
        return {
            "rules": dict(sorted(rules.items())),
            "days": dict(sorted(days.items())),
            "vehicles": [[one, n[NOW], n[TRIED]] for one, n in differing[:LISTED_VEHICLES]],
            "vehicle_counts": {
                side: sum(1 for n in vehicles.values() if n[side]) for side in (NOW, TRIED)
            },
            "failed": sorted(self.failed),
        }


def _none() -> dict[str, Any]:
    return {"episodes": 0, "vehicles": set(), "levels": {}}


def _day(unix_s: int) -> str:
    return (datetime.fromtimestamp(unix_s, UTC) + BEIJING).date().isoformat()


def differing(now: Sequence[Group], tried: Sequence[Group]) -> tuple[Detector, ...]:
    """The detectors of which any group has another limit: all others would tell the same twice."""
    pairs = [
        (_values(detector, one), _values(detector, other), detector)
        for detector in DETECTORS
        for one, other in zip(now, tried, strict=True)
    ]
    names = {
        detector.name
        for one, other, detector in pairs
        if not np.array_equal(one, other, equal_nan=True)
    }
    return tuple(one for one in DETECTORS if one.name in names)


def _values(detector: Detector, group: Group) -> Any:
    held = {**defaults_of(detector, group.chemistry), **group.revisions[-1].values}
    return np.array([held[detector.limit_key(k)] for k in range(len(detector.limits))])


def tried(
    rows: Iterable[Incoming],
    groups: Mapping[str, Sequence[Group]],
    members: Sequence[tuple[int, int]],
) -> Iterator[tuple[int, Result]]:
    """Judge ``rows`` by both books; yields the vehicle of each piece when it was judged.

    ``groups``: by side, the same vehicles in the same groups; ``members``: vehicle and group.
    """
    detectors = differing(groups[NOW], groups[TRIED])
    vehicles = np.array([one & 0xFFFF_FFFF_FFFF_FFFF for one, _ in members], np.uint64)
    numbers = np.array([group for _, group in members], np.uint32)
    order = np.argsort(vehicles)
    engines = {
        side: Engine(
            detectors,
            LimitBook(detectors, BookFile(0, tuple(groups[side])), vehicles[order], numbers[order]),
        )
        for side in (NOW, TRIED)
    }
    result = Result()
    for incoming in rows:
        for side, engine in engines.items():
            result.told[side].take(engine.take(incoming))
            result.failed |= set(engine.counts.failed)
        result.rows += len(incoming)
        yield int(incoming.vehicles[0]), result

"""Measures by fault level and number of hazards, GB/T 45688-2025 tables D.1 and D.2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DAY_S: Final = 86_400
# As printed. What clocks run by are dated rows of the office, which may be stricter.
FAULT_DAYS: Final = {1: 7, 2: 1, 3: 0}  # table D.1 rows 1 to 3; 0: stop and repair at once
HAZARD_DAYS: Final = {1: 7, 2: 1}  # table D.2 rows 1 and 2
LEVEL_3_SHARE_PCT: Final = 5.0  # table D.1 row 4
HAZARD_SHARE_PCT: Final = 10.0  # table D.2 row 3
FEWEST_IN_USE: Final = 20  # not in the text: below it one vehicle would be 5 %


@dataclass(frozen=True, slots=True)
class HazardMeasure:
    """Of one hazard event. ``number``: events in the 24 h that end with it, itself included.

    ``row``: of table D.2; ``days``: the owner's term from ``at_s`` on, which replaces a longer one.
    """

    at_s: int
    number: int
    row: int
    days: int


def fault_days(level: int) -> int:
    """Days in which a fault of level 1 to 3 is to be repaired; 4 (thermal event) is as 3.

    Raises:
        ValueError: there is no such level.
    """
    if level not in (1, 2, 3, 4):
        raise ValueError(f"fault level {level}: expected 1 to 4")
    return FAULT_DAYS[min(level, 3)]


def hazard_measures(events_s: Sequence[int], *, window_s: int = DAY_S) -> list[HazardMeasure]:
    """The measure of each new hazard event of one vehicle, over all 12 items, by time.

    Windows are half-open: two events exactly 24 h apart lie in two windows.
    """
    times = sorted(events_s)
    found, first = [], 0
    for i, at in enumerate(times):
        while times[first] <= at - window_s:
            first += 1
        number = i - first + 1
        row = min(number, 2)
        found.append(HazardMeasure(at, number, row, HAZARD_DAYS[row]))
    return found


def model_needs_review(
    vehicles: int, in_use: int, *, share_pct: float, fewest_in_use: int = FEWEST_IN_USE
) -> bool:
    """Whether so many vehicles of a model call for a quality check of the batch.

    ``vehicles``: with a level 3 fault (``LEVEL_3_SHARE_PCT``), or with a hazard
    (``HAZARD_SHARE_PCT``), within the period, each once. 以上 includes the number itself.
    """
    return in_use >= fewest_in_use and vehicles * 100 >= share_pct * in_use

"""Where the vehicles of a group stand to one another, as points of a small drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voltward.monitoring.models import WatchCaseVehicle

SIDE: Final = 320  # of the drawing, px
MARGIN: Final = 24
BAR_AT: Final = 12
_STEPS_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Point:
    x: str  # px, as drawings read them in any language
    y: str
    member: WatchCaseVehicle


@dataclass(frozen=True)
class Sketch:
    """``bar_m``: what the scale bar stands for, which ends at ``bar_end`` px."""

    points: tuple[Point, ...]
    bar_m: int
    bar_end: str
    side: int = SIDE
    bar_begin: int = BAR_AT
    foot: int = SIDE - 10


def sketch_of(members: Sequence[WatchCaseVehicle]) -> Sketch | None:
    """Of those that are still there, north up; None: nobody is."""
    there = [one for one in members if one.left_at is None]
    if not there:
        return None
    reach_m = max(max(abs(one.east_m), abs(one.north_m)) for one in there) or 10.0
    scale = (SIDE / 2 - MARGIN) / reach_m
    points = tuple(
        Point(f"{SIDE / 2 + one.east_m * scale:.1f}", f"{SIDE / 2 - one.north_m * scale:.1f}", one)
        for one in there
    )
    bar_m = max((step for step in _STEPS_M if step <= reach_m), default=_STEPS_M[0])
    return Sketch(points, bar_m, f"{BAR_AT + bar_m * scale:.1f}")

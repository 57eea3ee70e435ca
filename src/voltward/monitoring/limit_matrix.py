"""Risk matrices of GB/T 45688 C.1, C.2, C.4 and C.5: columns of threshold, duration and times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from voltward.monitoring.limit_keys import KnownLimit, known_limits

# hazard: whether beyond means below, and what of the battery's safe-use boundary stands beside it
HAZARDS: Final = {
    "c1": (False, "highest_temperature_c"),
    "c2": (False, "highest_cell_voltage_v"),
    "c4": (False, "highest_temperature_c"),
    "c5": (True, "lowest_cell_voltage_v"),
}
_HAZARD = re.compile(r"(?:^|[._])(c[1245])$")


@dataclass(frozen=True)
class Column:
    """``threshold`` None: unused. ``duration_s``, ``times``: how long and how often it is allowed."""

    number: int
    threshold: float | None
    duration_s: float | None
    times: float | None


@dataclass(frozen=True)
class Matrix:
    """``cells``: by part (v, t, c) and column number. ``falls``: beyond is below the threshold."""

    stem: str
    hazard: str
    falls: bool
    boundary: str
    cells: Mapping[tuple[str, int], KnownLimit]

    @property
    def rule(self) -> str:
        return f"hazard.{self.hazard}"

    @property
    def numbers(self) -> list[int]:
        return sorted({number for _, number in self.cells})

    @property
    def unit(self) -> str:
        return self.cells["v", self.numbers[0]].limit.unit

    def columns(self, values: Mapping[str, Mapping[str, Any]], chemistry: str = "") -> list[Column]:
        """What a draft sets, with the default where it sets nothing."""

        def held(part: str, number: int) -> float | None:
            known = self.cells[part, number]
            entry = values.get(known.key)
            return known.default(chemistry) if entry is None else entry["value"]

        return [
            Column(number, held("v", number), held("t", number), held("c", number))
            for number in self.numbers
        ]


@dataclass(frozen=True)
class Advice:
    """``code``: a key of ``limit_words.ADVICE``; columns by number."""

    code: str
    column: int
    other: int = 0


def matrices() -> list[Matrix]:
    """Every risk matrix that the detectors declare, by hazard."""
    cells: dict[str, dict[tuple[str, int], KnownLimit]] = {}
    for known in known_limits().values():
        if known.cell is not None:
            stem, part, number = known.cell
            cells.setdefault(stem, {})[part, number] = known
    found = []
    for stem, of_stem in cells.items():
        match = _HAZARD.search(stem)
        if match:
            falls, boundary = HAZARDS[match[1]]
            found.append(Matrix(stem, match[1], falls, boundary, of_stem))
    return sorted(found, key=lambda one: one.hazard)


def advice(matrix: Matrix, columns: list[Column], boundary: float | None) -> Iterator[Advice]:
    """What an editor should see: none of it is forbidden, the enterprise fills the matrix (4.1).

    ``boundary``: of the battery's safe-use boundary, in the matrix's unit.
    """
    used = [one for one in columns if one.threshold is not None]
    for one in used:
        if one.duration_s is None or one.times is None:
            yield Advice("incomplete", one.number)
        elif one.duration_s > 0 and one.times < 1:
            # the count rule wins as soon as it happens once
            yield Advice("times_win", one.number)
        if boundary is not None and _beyond(matrix, one.threshold, boundary):
            yield Advice("past_boundary", one.number)
    # from the laxest threshold to the sharpest, which is the farthest out
    ordered = sorted(used, key=lambda one: one.threshold or 0.0, reverse=matrix.falls)
    for lax, sharp in pairwise(ordered):
        if lax.threshold == sharp.threshold:
            yield Advice("same_threshold", sharp.number, lax.number)
            continue
        if (sharp.duration_s or 0) >= (lax.duration_s or 0):
            yield Advice("time_not_shorter", sharp.number, lax.number)
        if (sharp.times or 0) >= (lax.times or 0):
            yield Advice("times_not_fewer", sharp.number, lax.number)


def _beyond(matrix: Matrix, threshold: float | None, boundary: float) -> bool:
    if threshold is None:
        return False
    return threshold < boundary if matrix.falls else threshold > boundary

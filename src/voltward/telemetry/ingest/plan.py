"""An insert as it is written down before it is tried: which records, under which token.

A plan names its content by journal positions alone, and the journal never changes below a
commit, so the same plan is the same rows in the same order whenever and wherever it is retried.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from voltward.journal.position import Position


@dataclass(frozen=True, slots=True)
class Range:
    """Records of one stream from ``start`` up to, not including, ``stop``."""

    stream: str
    start: Position
    stop: Position

    def __str__(self) -> str:
        return f"{self.start}..{self.stop}"


@dataclass(frozen=True, slots=True)
class Plan:
    """``tries`` counts beginnings, so that a process that dies of a plan can know it.

    ``excluded``: frames of the plan that are in quarantine, counted over all its ranges.
    ``narrowed``: the store refused it as a whole; it goes in by pieces (see placing.py).
    """

    generation: int  # of the store's content; a rebuild starts the next one
    ranges: tuple[Range, ...]
    tries: int = 0
    excluded: tuple[int, ...] = ()
    narrowed: bool = False

    @property
    def token(self) -> str:
        """What the store recognises the whole insert by."""
        text = " ".join(map(str, self.ranges))
        if self.excluded:
            text += " without " + ",".join(map(str, self.excluded))
        return f"{self.generation}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"

    def tried_again(self) -> "Plan":
        return replace(self, tries=self.tries + 1)

    def by_pieces(self) -> "Plan":
        return replace(self, narrowed=True)

    def without(self, frames: set[int]) -> "Plan":
        return replace(self, excluded=tuple(sorted({*self.excluded, *frames})))


def plan_to_json(plan: Plan) -> dict[str, Any]:
    return {
        "generation": plan.generation,
        "token": plan.token,  # for the reader of the file; never read back
        "ranges": [[part.stream, str(part.start), str(part.stop)] for part in plan.ranges],
        "tries": plan.tries,
        "excluded": plan.excluded,
        "narrowed": plan.narrowed,
    }


def plan_from_json(body: dict[str, Any]) -> Plan:
    return Plan(
        body["generation"],
        tuple(
            Range(stream, Position.parse(start), Position.parse(stop))
            for stream, start, stop in body["ranges"]
        ),
        body["tries"],
        tuple(body["excluded"]),
        body["narrowed"],
    )

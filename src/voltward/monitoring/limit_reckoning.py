"""From revisions of the sets that hold for a vehicle to one row of limits after another: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from voltward.findings.limits import BUILTIN, Revision


@dataclass(frozen=True)
class Dated:
    """An approved revision of one set. ``begins``: unix s; the highest number that began holds."""

    name: str
    number: int
    begins: int
    values: Mapping[str, float]


def numbers(values: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The values of a revision as detectors read them: NaN leaves a column unused."""
    return {key: nan if one["value"] is None else one["value"] for key, one in values.items()}


def timeline(chain: Sequence[Sequence[Dated]]) -> tuple[Revision, ...]:
    """``chain``: the revisions of each set, from the widest scope to the narrowest, which wins by key.

    The first one begins at 0. What changes nothing is left out.
    """
    instants = sorted({0, *(one.begins for revisions in chain for one in revisions)})
    found: list[Revision] = []
    for at in instants:
        held = [one for revisions in chain if (one := holding(revisions, at)) is not None]
        values: dict[str, float] = {}
        for one in held:
            values.update(one.values)
        name = "+".join(one.name for one in held) or BUILTIN
        if not found or found[-1].name != name:
            found.append(Revision(name, at, values))
    return tuple(found)


def holding(revisions: Iterable[Dated], at: int) -> Dated | None:
    """The revision of one set that holds at an instant; None: none has begun."""
    begun = [one for one in revisions if one.begins <= at]
    return max(begun, key=lambda one: one.number, default=None)

"""Streams of one vehicle that hypothesis makes: rhythms, holes, repeats, phases, missing values."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.findings.hazards.streams import START

MISSING = float("nan")
# seconds to the next row: repeats, both rhythms, the edges of 60 s and 300 s, hours, and days
STEPS = st.sampled_from(
    [0, 1, 10, 10, 30, 30, 30, 59, 60, 60, 61, 120, 300, 301, 3600, 40_000, 86_400]
)
CHARGING = st.sampled_from([1, 1, 1, 2, 3, 3, 4, 254, 255, 0])
STATES = st.sampled_from([1, 1, 1, 1, 2, 3, 255])


@st.composite
def streams(draw: st.DrawFn, readings: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """Columns by name, ``time_s`` in order; readings are kept for some rows, so that they last."""
    size = draw(st.integers(0, 40))
    steps = draw(st.lists(STEPS, min_size=size, max_size=size))
    found: dict[str, Any] = {"time_s": START + np.cumsum(np.array(steps, np.int64))}
    for name, one in readings.items():
        values: list[Any] = []
        while len(values) < size:
            values += [draw(one)] * draw(st.sampled_from([1, 1, 2, 6]))
        found[name] = np.array(values[:size], np.float64)
    return found


# a few cuts anywhere, or one before every row
CUTS = st.one_of(st.lists(st.integers(0, 40), max_size=6), st.just(list(range(41))))


def cuts_within(cuts: list[int], size: int) -> list[int]:
    return [one for one in cuts if one <= size]

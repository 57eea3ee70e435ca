"""Rows of made vehicles for detectors, fed whole or cut, and what each row was judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limits, Rows

Array = NDArray[Any]
START = 1_750_000_000
TYPES: dict[str, Any] = {
    "vehicle_state": np.uint8,
    "charging": np.uint8,
    "highest_cell_at": np.int32,
    "lowest_cell_at": np.int32,
    "pack_of_highest": np.int32,
    "pack_of_lowest": np.int32,
}


def rows_of(time_s: Array, slot: Array | None = None, **values: Any) -> Rows:
    """Rows in the order given; ``slot`` 0 where none is told."""
    time = np.asarray(time_s, np.int64)
    return Rows(
        np.zeros(time.size, np.int64) if slot is None else np.asarray(slot, np.int64),
        time,
        time.astype(np.float64),
        {name: np.asarray(one, TYPES.get(name, np.float32)) for name, one in values.items()},
    )


def limits_of(detector: Detector, changed: Mapping[str, float], size: int) -> Limits:
    """The defaults but for ``changed``, by name; facts are unknown unless changed."""
    told = {one.name: one.default for one in detector.limits}
    told |= dict.fromkeys(detector.facts, np.nan)
    assert set(changed) <= set(told)
    return Limits(np.array([list({**told, **changed}.values())]), np.zeros(size, np.int32))


def parts(rows: Rows, cuts: Sequence[int]) -> list[Rows]:
    """The rows cut before each of ``cuts``."""
    edges = [0, *sorted(cuts), len(rows)]
    return [
        Rows(
            rows.slot[a:b],
            rows.time_s[a:b],
            rows.received_s[a:b],
            {name: one[a:b] for name, one in rows.values.items()},
        )
        for a, b in pairwise(edges)
    ]


def said(
    detector: Detector,
    rows: Rows,
    *,
    cuts: Sequence[int] = (),
    changed: Mapping[str, float] | None = None,
) -> dict[str, dict[str, Array]]:
    """Level, value, limit and what stands beside, by rule and profile, over all rows."""
    assert detector.memory is not None
    memory = np.zeros(int(rows.slot.max(initial=0)) + 1, detector.memory)
    if detector.fresh is not None:
        memory[:] = detector.fresh
    told = [
        detector.judge(part, memory, limits_of(detector, changed or {}, len(part)))
        for part in parts(rows, cuts)
    ]
    return {
        f"{one[0].rule}{one[0].profile and ':' + one[0].profile}": _joined(one)
        for one in zip(*told, strict=True)
    }


def _joined(judged: Sequence[Judged]) -> dict[str, Array]:
    return {
        "level": np.concatenate([one.level for one in judged]),
        "value": np.concatenate([one.value for one in judged]),
        "limit": np.concatenate([one.limit for one in judged]),
        **{name: np.concatenate([one.beside[name] for one in judged]) for name in judged[0].beside},
    }


def assert_same(found: dict[str, dict[str, Array]], expected: dict[str, dict[str, Array]]) -> None:
    """Every number of every rule; NaN equals NaN."""
    assert found.keys() == expected.keys()
    for rule, arrays in expected.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[rule][name], array, err_msg=f"{rule} {name}")

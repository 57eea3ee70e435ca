"""A value against the limits of levels 1, 2 and 3: what most detectors do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Judged, Limits
from voltward.findings.kernel import kernel

Array = NDArray[Any]


def stepped(
    rule: str,
    value: Array,
    limits: Limits,
    *,
    first: int = 0,
    rises: bool = True,
    applies: Array | None = None,
    beside: Mapping[str, Array] | None = None,
) -> Judged:
    """Level 1, 2, 3 where ``value`` reaches limit ``first``, ``first + 1``, ``first + 2``.

    ``rises``: larger is worse. A limit of NaN is switched off. ``applies`` bool ``(n,)``: rows of which
    the rule speaks at all; elsewhere, and where ``value`` is NaN, there is no data.
    """
    level = np.empty(value.size, np.int8)
    limit = np.full(value.size, -1, np.int8)
    chosen = np.ones(value.size, np.bool_) if applies is None else applies
    _stepped(value, chosen, limits.table, limits.of_row, first, rises, level, limit)
    return Judged(rule, level, value.astype(np.float32), limit, rises, beside or {})


@kernel()
def _stepped(value, applies, table, of_row, first, rises, level, limit):  # type: ignore[no-untyped-def]
    for i in range(value.size):
        now = value[i]
        if not applies[i] or now != now:
            level[i] = -1
            continue
        level[i] = 0
        for k in range(3):
            bound = table[of_row[i], first + k]
            if (now >= bound) if rises else (now <= bound):
                level[i], limit[i] = k + 1, first + k

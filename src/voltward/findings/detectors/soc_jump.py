"""SOC that jumps between two rows close together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.kernel import kernel

LIMITS = (
    Limit("jump_pct", 5.0, "%", "工程默认值（待企业确认）", "M", 1, 100),
    Limit("within_s", 30.0, "s", "工程默认值（待企业确认）", "M", 1, 3600),
)
MEMORY = np.dtype([("soc_pct", "f4"), ("time_s", "i8")])


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``. An LFP pack that finds its full charge is left out."""
    level, value = np.zeros(len(rows), np.int8), np.full(len(rows), np.nan, np.float32)
    before = np.full(len(rows), np.nan, np.float32)
    _scan(
        rows.slot, rows.time_s, rows["soc_pct"], rows["charging"], memory,
        limits.table, limits.of_row, level, value, before,
    )  # fmt: skip
    limit = np.where(level > 0, 0, -1).astype(np.int8)
    return (Judged("soc.jump", level, value, limit, beside={"soc_before_pct": before}),)


@kernel()
def _scan(slot, time_s, soc, charging, memory, table, of_row, level, value, before):  # type: ignore[no-untyped-def]
    for i in range(slot.size):
        if soc[i] != soc[i]:
            level[i] = -1
            continue
        m = memory[slot[i]]
        row = table[of_row[i]]
        apart = time_s[i] - m.time_s
        jump = abs(soc[i] - m.soc_pct)
        charge_end = row[2] == 1 and (charging[i] == 1 or charging[i] == 4) and soc[i] >= 95
        if jump >= row[0] and 0 < apart <= row[1] and not charge_end:
            level[i], value[i], before[i] = 1, jump, m.soc_pct
        m.soc_pct, m.time_s = soc[i], time_s[i]


DETECTOR = Detector(
    name="soc",
    rules=(
        Rule(
            "soc.jump",
            "SOC 跳变",
            "SOC jump",
            "own",
            "平台规则（工程默认值）",
            "jump_pct",
            "%",
            is_event=True,
        ),
    ),
    reads=("soc_pct", "charging"),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
    fresh=(np.nan, 0),
    facts=("facts.is_lfp",),
)

"""Cell voltages: the spread of a pack, and the cell that stands furthest from its median."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.levels import stepped

_OWN = "工程默认值（待企业确认）"
LIMITS = (
    Limit("spread_1_mv", 150.0, "mV", _OWN, "M", 0, 15_000),
    Limit("spread_2_mv", 300.0, "mV", _OWN, "M", 0, 15_000),
    Limit("spread_3_mv", 500.0, "mV", _OWN, "M", 0, 15_000),
    Limit("deviation_1_mv", 100.0, "mV", _OWN, "M", 0, 15_000),
    Limit("deviation_2_mv", 200.0, "mV", _OWN, "M", 0, 15_000),
    Limit("deviation_3_mv", 400.0, "mV", _OWN, "M", 0, 15_000),
)
LEAST_CELLS = 3  # with fewer the median is one of the cells judged


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``; needs no memory. The median, as one bad cell does not move it.

    The correction at the end of a charge of LFP packs is left out of the spread: cells there
    part by hundreds of millivolts and come together again.
    """
    del memory
    high, low, median = rows["highest_cell_mv"], rows["lowest_cell_mv"], rows["median_cell_mv"]
    chemistry = limits.table[limits.of_row, len(LIMITS)]
    charge_end = (chemistry == 1) & np.isin(rows["charging"], (1, 4)) & (rows["soc_pct"] >= 95)
    above, below = high - median, median - low
    deviation = np.maximum(above, below)
    worst = np.where(above > below, rows["highest_cell_at"], rows["lowest_cell_at"])
    beside = {"highest_cell_mv": high, "lowest_cell_mv": low}
    places = {
        "highest_cell": rows["highest_cell_at"] + 1,
        "lowest_cell": rows["lowest_cell_at"] + 1,
    }
    enough = rows["cell_count"] >= LEAST_CELLS
    return (
        stepped(
            "cell.spread", high - low, limits,
            first=0, applies=~charge_end, beside={**beside, **places},
        ),
        stepped(
            "cell.deviation", deviation, limits, first=3, applies=~charge_end & enough,
            beside={**beside, "median_cell_mv": median, "cell": worst + 1},
        ),
    )  # fmt: skip


DETECTOR = Detector(
    name="cells",
    rules=(
        Rule("cell.spread", "单体电压极差过大", "Cell voltage spread", "own", "平台规则（工程默认值）",
             "spread_mv", "mV"),
        Rule("cell.deviation", "单体电压偏离中位数", "Cell away from the pack's median", "own",
             "平台规则", "deviation_mv", "mV"),
    ),
    reads=("highest_cell_mv", "lowest_cell_mv", "median_cell_mv", "cell_count", "soc_pct", "charging"),
    judge=judge,
    limits=LIMITS,
    facts=("facts.is_lfp",),
)  # fmt: skip

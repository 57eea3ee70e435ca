"""Fault codes of the maker's own, which the frame lists beside the standard's flags.

What a code means, and at which level it is judged, stands in the maker's dictionary in the office; here
only that there are some, which they are, and that they have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import NO_DATA, Detector, Judged, Limits, Rows, Rule
from voltward.findings.kernel import kernel

MEMORY: Final = np.dtype([("codes", "u8")])
RULE: Final = "fault.codes"


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``. Level 1 as long as there is a code; ``changed`` 1: they are not those of before."""
    del limits
    size = len(rows)
    level, changes = np.full(size, NO_DATA, np.int8), np.zeros(size, np.int32)
    _scan(rows.slot, rows["fault_codes"], rows["has_flags"], memory, level, changes)
    beside = {f"code_{k}": rows[f"fault_code_{k}"] for k in (1, 2, 3)}
    count = rows["fault_code_count"].astype(np.float32)
    none = np.full(size, -1, np.int8)
    return (Judged(RULE, level, count, none, beside={**beside, "changed": changes}),)


@kernel()
def _scan(slot, codes, has_flags, memory, level, changes):  # type: ignore[no-untyped-def]
    for i in range(slot.size):
        if not has_flags[i]:
            continue
        m = memory[slot[i]]
        level[i] = 1 if codes[i] else 0
        changes[i] = 1 if codes[i] and m.codes and codes[i] != m.codes else 0
        m.codes = codes[i]


DETECTOR = Detector(
    name="fault_code",
    rules=(
        Rule(RULE, "企业自定义故障码", "Fault codes of the maker", "fault",
             "GB/T 32960.3 报警数据，故障代码列表", "codes", "", clear_after_s=30.0),
    ),
    reads=("fault_codes", "fault_code_count", "fault_code_1", "fault_code_2", "fault_code_3",
           "has_flags"),
    judge=judge,
    memory=MEMORY,
    fresh=(0,),
)  # fmt: skip

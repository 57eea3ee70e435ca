"""The canary's pulse: opens and clears with a flag that only the canary sets, so that silence is a fault.

Judged as a mark of data quality (level 0): it proves the engine, it warns of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from voltward.base.canary import CANARY_FLAG, CANARY_RULE
from voltward.findings.detector import (
    NO_DATA,
    NORMAL,
    QUALITY_MARK,
    Array,
    Detector,
    Judged,
    Limits,
    Rows,
    Rule,
)

_NONE_SENT: Final = np.uint32(0xFFFF_FFFF)  # all bits set: the frame had no flags


def judge(rows: Rows, memory: Array, limits: Limits) -> Sequence[Judged]:
    """Open while the canary's flag is there and no other one is."""
    del memory, limits
    flags = rows["alarm_flags"].astype(np.uint32)
    flagged = flags == np.uint32(CANARY_FLAG)
    level = np.where(flagged, QUALITY_MARK, NORMAL).astype(np.int8)
    level[flags == _NONE_SENT] = NO_DATA
    none = np.full(len(rows), -1, np.int8)
    return [Judged(CANARY_RULE, level, flagged.astype(np.float32), none)]


DETECTOR = Detector(
    name="canary",
    rules=(
        Rule(
            code=CANARY_RULE,
            title_zh="金丝雀脉冲",
            title_en="Canary pulse",
            kind="quality",
            source="平台自检（全链路金丝雀）",
            value_name="flag",
            clear_after_s=0.0,
        ),
    ),
    reads=("alarm_flags",),
    judge=judge,
)

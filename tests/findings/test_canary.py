"""The canary's detector: its own flag opens, anything else does not."""

from __future__ import annotations

import numpy as np

from voltward.base.canary import CANARY_FLAG
from voltward.findings.detector import NO_DATA, NORMAL, QUALITY_MARK, Limits, Rows
from voltward.findings.detectors.canary import DETECTOR


def test_only_the_canarys_flag_alone_opens_and_a_frame_without_flags_says_nothing() -> None:
    flags = np.array([CANARY_FLAG, 0, CANARY_FLAG | 1, 1 << 11, 0xFFFF_FFFF], np.uint32)
    count = flags.size
    rows = Rows(
        slot=np.zeros(count, np.int64),
        time_s=np.arange(count, dtype=np.int64),
        received_s=np.arange(count, dtype=np.float64),
        values={"alarm_flags": flags},
    )
    none = Limits(np.zeros((1, 0)), np.zeros(count, np.int32))
    (judged,) = DETECTOR.judge(rows, None, none)
    assert judged.level.tolist() == [QUALITY_MARK, NORMAL, NORMAL, NORMAL, NO_DATA]
    assert DETECTOR.rules[0].clear_after_s == 0

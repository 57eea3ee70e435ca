"""The 12 items of table 1: each general alarm flag alone gives the item the standard says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.findings.hazards.examples import EXAMPLES

from voltward.findings.detector import Limits, Rows
from voltward.findings.detectors import faults


def items_of(flags: int) -> list[int]:
    """Items of one frame, in the order of tables 1, B.2 and B.4."""
    rows = Rows(
        np.zeros(1, np.int64),
        np.full(1, 1_700_000_000, np.int64),
        np.full(1, 1.7e9),
        {
            "alarm_flags": np.array([flags], np.uint32),
            "has_flags": np.ones(1, np.bool_),
            "alarm_level": np.ones(1, np.uint8),
        },
    )
    table = np.array([[one.default for one in faults.LIMITS]])
    judged = faults.judge(rows, np.zeros(0), Limits(table, np.zeros(1, np.int32)))
    level = {one.rule: int(one.level[0]) for one in judged}
    return [int(level[f"fault.{bit}"] > 0) for bit in faults.ITEMS_45688]


@pytest.mark.parametrize("case", EXAMPLES["fault_bits"], ids=lambda case: case["field"])
def test_one_flag_is_one_item(case: dict[str, Any]) -> None:
    assert items_of(1 << case["bit"]) == case["items"]


def test_flags_without_an_item_give_none() -> None:
    others = sum(1 << bit for bit in range(32) if bit not in faults.ITEMS_45688)
    assert items_of(others) == [0] * 12

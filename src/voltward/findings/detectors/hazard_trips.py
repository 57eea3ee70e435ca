"""Hazards C.6, C.7 and C.8: share of a trip above a temperature, GB/T 45688-2025 appendix C.

A running segment is judged at the row that ends it, as ``hazards.trips.trips`` does. Which
temperatures hold must be chosen per model (Q8): until the limit ``chosen`` is 1, nothing is judged
in force, and every profile of ``facts/hazard_profiles.json`` that has a number is watched.

C.8 reads the DC/DC temperature of the fuel-cell item of GB/T 32960.3-2025, the only place where a
standard frame has one. GB/T 45688 carries it in an extension (table A.7) whose type number is open
(Q13): until the custom body of a model is configured, other vehicles give no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.hazards import items
from voltward.findings.hazards.profiles import watched
from voltward.findings.hazards.samples import LONGEST_STEP_S
from voltward.findings.hazards.trips import HOLE_S, SHARE_PCT, SHORTEST_S
from voltward.findings.kernel import kernel

WATCHED: Final = 2  # profiles with numbers; beside them stand the limits in force
_THRESHOLD, _SHARE, _HOLE, _SHORTEST, _STEP, _CHOSEN = range(6)
MEMORY: Final = np.dtype(
    [
        ("row_s", "u4"),  # the newest row with both states
        ("point_s", "u4"),  # the newest temperature of the segment, 0 none
        ("measured_s", "f8"),  # L_i
        ("over_s", "f8", (1 + WATCHED,)),  # t_i by profile
        ("hot", "u1", (1 + WATCHED,)),  # whether the newest point is
        ("highest_c", "f4"),
        ("is_running", "?"),
    ]
)


def _limits(code: str, threshold_c: float, confidence: str) -> tuple[Limit, ...]:
    source = f"GB/T 45688-2025 附录 C {code}（推荐值）"
    default = "工程默认值（GB/T 45688-2025 未规定）"
    return (
        Limit("threshold_c", threshold_c, "℃", source, confidence, -40, 250),
        Limit("share_pct", SHARE_PCT, "%", source, "A", 0, 100),
        Limit("hole_s", HOLE_S, "s", default, "M", 60, 3600),
        Limit("shortest_s", SHORTEST_S, "s", default, "M", 1, 86_400),
        Limit("step_s", LONGEST_STEP_S, "s", default, "M", 1, 3600),
        Limit("chosen", 0.0, "", "按车型选定限值方案后为 1；未选定时只观察（Q8）", "M", 0, 1),
    )


def judge(
    rows: Rows, memory: NDArray[Any], limits: Limits, *, rule: str, reading: str
) -> Sequence[Judged]:
    """See ``Detector``. The value is the share of the segment in percent.

    Beside it: seconds above the threshold, seconds measured, the threshold, and the highest
    temperature. Of several motors the hottest of each row stands for all of them.
    """
    size, others = len(rows), watched(rule)
    thresholds = np.array(list(others.values()), np.float64)
    level = np.full((1 + WATCHED, size), -1, np.int8)
    share, over = (np.full((1 + WATCHED, size), np.nan, np.float32) for _ in range(2))
    measured, highest, own = (np.full(size, np.nan, np.float32) for _ in range(3))
    _scan(
        rows.slot, rows.time_s, rows["vehicle_state"], rows["charging"], rows[reading], memory,
        limits.table, limits.of_row, thresholds, level, share, over, measured, highest, own,
    )  # fmt: skip
    found = []
    for k, name in enumerate(("", *others)):
        threshold = own if not name else np.full(size, others[name], np.float32)
        beside = {
            "over_s": over[k],
            "measured_s": measured,
            "threshold_c": threshold,
            "highest_c": highest,
        }
        limit = np.full(size, _SHARE, np.int8)
        found.append(Judged(rule, level[k], share[k], limit, beside=beside, profile=name))
    return found


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, vehicle_state, charging, temp, memory, table, of_row, thresholds,
    level, share, over, measured, highest, own,
):  # fmt: skip
    for i in range(slot.size):
        m = memory[slot[i]]
        state, charge = vehicle_state[i], charging[i]
        if not (1 <= state <= 3 and 1 <= charge <= 4) or time_s[i] <= m.row_s:
            continue
        bounds = table[of_row[i]]
        running = state == 1 and charge != 1
        cut = m.is_running and (not running or time_s[i] - m.row_s > bounds[2])
        is_point = temp[i] == temp[i]
        if m.is_running and m.point_s and (cut or is_point):
            stood = min(np.float64(time_s[i] - m.point_s), bounds[4])
            m.measured_s += stood
            for k in range(3):
                if m.hot[k]:
                    m.over_s[k] += stood
        if cut and m.measured_s > 0 and m.measured_s >= bounds[3]:
            measured[i], highest[i], own[i] = m.measured_s, m.highest_c, bounds[0]
            for k in range(3):
                if (k == 0) == (bounds[5] == 1):
                    over[k, i] = m.over_s[k]
                    share[k, i] = 100.0 * m.over_s[k] / m.measured_s
                    level[k, i] = m.over_s[k] * 100.0 > bounds[1] * m.measured_s
        if cut or not m.is_running:
            m.point_s, m.measured_s, m.highest_c = 0, 0, -np.inf
            for k in range(3):
                m.over_s[k] = 0
        m.is_running, m.row_s = running, time_s[i]
        if running and is_point:
            m.point_s = time_s[i]
            m.highest_c = max(m.highest_c, temp[i])
            m.hot[0] = temp[i] > bounds[0]
            m.hot[1] = temp[i] > thresholds[0]
            m.hot[2] = temp[i] > thresholds[1]


def _detector(rule: Rule, code: str, reading: str, threshold_c: float, sure: str) -> Detector:
    return Detector(
        name=rule.code,
        rules=(rule,),
        reads=("vehicle_state", "charging", reading),
        judge=partial(judge, rule=rule.code, reading=reading),
        limits=_limits(code, threshold_c, sure),
        memory=MEMORY,
    )


# 80 and 120 look exchanged in the one copy of the text there is (Q8): unconfirmed.
DETECTORS: Final = (
    _detector(items.C6, "C.6", "highest_motor_c", 80.0, "C"),
    _detector(items.C7, "C.7", "highest_controller_c", 120.0, "C"),
    _detector(items.C8, "C.8", "dcdc_temp_c", 90.0, "A"),
)

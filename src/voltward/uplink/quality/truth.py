"""Truth of a row by itself: ranges, states that contradict each other, extremes, sums, alarms."""

from __future__ import annotations

from typing import Any, Final

from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.uplink.quality.catalogue import NUMBER, PLACE, SIGN
from voltward.uplink.quality.completeness import PARKED_CHARGING
from voltward.uplink.quality.memory import mark
from voltward.uplink.quality.rows import ITEMS, Reports
from voltward.uplink.quality.timeliness import REPEATED

Array = NDArray[Any]

OFF: Final = 2  # vehicle state, GB/T 32960.3 table 9
NO_VALUE: Final = 0xFE  # from here on a level is none
_ALARM: Final = 1 << ITEMS.index("alarm")
_RANGE, _CELLS, _PROBES = NUMBER["range.vehicle"], NUMBER["range.cells"], NUMBER["range.probes"]
_MOVING_OFF, _MOVING = NUMBER["state.moving_off"], NUMBER["charge.moving"]
_CURRENT, _SUM = NUMBER["charge.current"], NUMBER["sum.cells"]
_EXTREME_CELLS, _EXTREME_PROBES = NUMBER["extreme.cells"], NUMBER["extreme.probes"]
_NO_FLAG, _NO_LEVEL = NUMBER["alarm.no_flag"], NUMBER["alarm.no_level"]
_CELL_HIGHEST, _CELL_LOWEST = PLACE["cell_highest_mv"], PLACE["cell_lowest_mv"]
_PROBE_HIGHEST, _PROBE_LOWEST = PLACE["probe_highest_c"], PLACE["probe_lowest_c"]
_CURRENT_A, _GAP_PCT = PLACE["charge_current_a"], PLACE["sum_gap_pct"]
_EXTREME_MV, _EXTREME_C = PLACE["extreme_mv"], PLACE["extreme_c"]


def scan(
    reports: Reports, standing: Array, at: Array, second: Array, days: Array, table: Array,
    of_row: Array,
) -> None:  # fmt: skip
    """Count into ``days[at]``; see ``timeliness.scan``."""
    of = reports.values
    _states(
        standing, at, second, of["out_of_range"], of["vehicle_state"], of["charging"],
        of["speed_kmh"], of["total_current_a"], days, table, of_row,
    )  # fmt: skip
    _lists(
        standing, at, second, of["is_whole"], of["highest_cell_mv"], of["lowest_cell_mv"],
        of["zero_cells"], of["cell_sum_mv"], of["total_voltage_v"], of["reported_highest_cell_mv"],
        of["reported_lowest_cell_mv"], days, table, of_row,
    )  # fmt: skip
    _temperatures(
        standing, at, second, of["highest_probe_c"], of["lowest_probe_c"], of["highest_temp_c"],
        of["lowest_temp_c"], days, table, of_row,
    )  # fmt: skip
    _alarms(
        standing, at, second, of["items"], of["alarm_level"], of["alarm_flags"],
        of["fault_code_count"], days,
    )  # fmt: skip


@kernel()
def _states(  # type: ignore[no-untyped-def]
    standing, at, second, out_of_range, state, charging, speed, current, days, table, of_row
):  # fmt: skip
    for i in range(at.size):
        if standing[i] == REPEATED:
            continue
        d, limit = days[at[i]], table[of_row[i]]
        if out_of_range[i]:
            mark(d, _RANGE, second[i])
        if state[i] == OFF and speed[i] > 0:
            mark(d, _MOVING_OFF, second[i])
        if charging[i] == PARKED_CHARGING:
            if speed[i] > 0:
                mark(d, _MOVING, second[i])
            # charging is negative in the captures; a model that does it the other way says so
            sign = -1.0 if limit[SIGN] < 0 else 1.0
            if current[i] * sign > limit[_CURRENT_A]:
                mark(d, _CURRENT, second[i])


@kernel()
def _lists(  # type: ignore[no-untyped-def]
    standing, at, second, is_whole, highest, lowest, zeros, sum_mv, total_v, told_highest,
    told_lowest, days, table, of_row,
):  # fmt: skip
    for i in range(at.size):
        if standing[i] == REPEATED:
            continue
        d, limit = days[at[i]], table[of_row[i]]
        if highest[i] > limit[_CELL_HIGHEST] or lowest[i] < limit[_CELL_LOWEST] or zeros[i] > 0:
            mark(d, _CELLS, second[i])
        if (
            total_v[i] > 0
            and abs(sum_mv[i] / 1000 - total_v[i]) / total_v[i] * 100 > limit[_GAP_PCT]
        ):
            mark(d, _SUM, second[i])
        if not is_whole[i]:
            continue
        # a cell of exactly 0 mV is left out of the list's extremes, a frame may take it in
        is_zero = zeros[i] > 0 and told_lowest[i] == 0
        low_differs = abs(told_lowest[i] - lowest[i]) > limit[_EXTREME_MV] and not is_zero
        if low_differs or abs(told_highest[i] - highest[i]) > limit[_EXTREME_MV]:
            mark(d, _EXTREME_CELLS, second[i])


@kernel()
def _temperatures(  # type: ignore[no-untyped-def]
    standing, at, second, highest, lowest, told_highest, told_lowest, days, table, of_row
):  # fmt: skip
    for i in range(at.size):
        if standing[i] == REPEATED:
            continue
        d, limit = days[at[i]], table[of_row[i]]
        if highest[i] > limit[_PROBE_HIGHEST] or lowest[i] <= limit[_PROBE_LOWEST]:
            mark(d, _PROBES, second[i])
        high_differs = abs(told_highest[i] - highest[i]) > limit[_EXTREME_C]
        if high_differs or abs(told_lowest[i] - lowest[i]) > limit[_EXTREME_C]:
            mark(d, _EXTREME_PROBES, second[i])


@kernel()
def _alarms(standing, at, second, items, level, flags, codes, days):  # type: ignore[no-untyped-def]
    for i in range(at.size):
        if standing[i] == REPEATED or not items[i] & _ALARM or level[i] >= NO_VALUE:
            continue
        told = flags[i] != 0 or codes[i] > 0
        if level[i] > 0 and not told:
            mark(days[at[i]], _NO_FLAG, second[i])
        if level[i] == 0 and flags[i] != 0:
            mark(days[at[i]], _NO_LEVEL, second[i])

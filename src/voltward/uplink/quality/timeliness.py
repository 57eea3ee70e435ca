"""Timeliness: how late reports come, gaps while driving, order, repetitions and clocks.

What it finds decides how the other kernels take a row: ``standing`` i1, by row.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.uplink.quality.catalogue import NUMBER, PLACE
from voltward.uplink.quality.memory import DELAY_BINS_S, RING, mark
from voltward.uplink.quality.rows import NO_TIME, REALTIME, REISSUE, Reports

Array = NDArray[Any]

# IN_ORDER: newer than all before. OLDER: late or reissued. CONTINUED: more cells of the moment before.
# REPEATED: came before, is not counted again. ASIDE: a time that cannot be right.
IN_ORDER, OLDER, CONTINUED, REPEATED, ASIDE = 0, 1, 2, 3, 4
STARTED: Final = 1  # vehicle state, GB/T 32960.3 table 9
DAY_S: Final = 86_400

_LATE, _GAP, _ORDER = NUMBER["time.late"], NUMBER["time.gap"], NUMBER["time.order"]
_DUPLICATE, _CONFLICT = NUMBER["time.duplicate"], NUMBER["time.conflict"]
_INVALID, _FUTURE = NUMBER["time.invalid"], NUMBER["time.future"]
_CLOCK, _STALE = NUMBER["time.clock"], NUMBER["time.stale"]
_LATE_S, _GAP_S, _LONGEST_S = PLACE["late_s"], PLACE["gap_s"], PLACE["gap_longest_s"]
_AHEAD_S, _FUTURE_S, _STALE_D = PLACE["ahead_s"], PLACE["future_s"], PLACE["stale_d"]
_BINS_MS: Final = np.array(DELAY_BINS_S, np.int64) * 1000


def scan(
    reports: Reports, slot: Array, at: Array, second: Array, vehicles: Array, days: Array,
    table: Array, of_row: Array,
) -> Array:  # fmt: skip
    """Count into ``days[at]``; returns the standing of each row.

    ``slot``, ``at``: the records of the row in ``vehicles`` and ``days``; ``second``: of its day.
    """
    standing = np.empty(len(reports), np.int8)
    _scan(
        slot, at, second, reports.time_s, reports.received_ms, reports.unit_hashes,
        reports.values["command"], reports.values["is_continued"], reports.values["vehicle_state"],
        reports.values["speed_kmh"], vehicles, days, table, of_row, standing,
    )  # fmt: skip
    return standing


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, at, second, time_s, received_ms, unit_hash, command, is_continued, state, speed, vehicles,
    days, table, of_row, standing,
):  # fmt: skip
    for i in range(slot.size):
        m, d, limit = vehicles[slot[i]], days[at[i]], table[of_row[i]]
        stood = _clock(d, second[i], time_s[i], received_ms[i], limit)
        if stood != ASIDE:
            stood = _order(m, d, second[i], time_s[i], unit_hash[i], command[i], is_continued[i])
        standing[i] = stood
        d.is_fresh = 1
        if stood == REPEATED:
            continue
        d.rows += 1
        if command[i] == REISSUE:
            d.reissued += 1
        if d.begin_s == 0 or second[i] + 1 < d.begin_s:
            d.begin_s = second[i] + 1
        if second[i] + 1 > d.end_s:
            d.end_s = second[i] + 1
        if stood == ASIDE:
            continue
        _delay(d, second[i], time_s[i], received_ms[i], command[i], limit)
        if stood == IN_ORDER:
            moves = state[i] == STARTED and speed[i] > 0
            _driven(m, d, second[i], time_s[i], moves, limit)


@kernel()
def _clock(d, second, time_s, received_ms, limit):  # type: ignore[no-untyped-def]
    """ASIDE where no clock can be right."""
    if time_s == NO_TIME:
        mark(d, _INVALID, second)
        return ASIDE
    ahead_s = time_s - received_ms / 1000
    if ahead_s > limit[_FUTURE_S]:
        mark(d, _FUTURE, second)
        return ASIDE
    if ahead_s > limit[_AHEAD_S]:
        mark(d, _CLOCK, second)
    return IN_ORDER


@kernel()
def _order(m, d, second, time_s, unit_hash, command, is_continued):  # type: ignore[no-untyped-def]
    if time_s <= m.newest_s:
        for k in range(RING):
            if m.ring_s[k] == time_s and m.ring_hash[k] == unit_hash:
                mark(d, _DUPLICATE, second)
                return REPEATED
    m.ring_s[m.ring_at], m.ring_hash[m.ring_at] = time_s, unit_hash
    m.ring_at = (m.ring_at + 1) % RING
    if time_s > m.newest_s:
        return IN_ORDER
    if is_continued:
        return CONTINUED
    if time_s == m.newest_s:
        mark(d, _CONFLICT, second)
    elif command == REALTIME:
        mark(d, _ORDER, second)
    return OLDER


@kernel()
def _delay(d, second, time_s, received_ms, command, limit):  # type: ignore[no-untyped-def]
    delay_ms = max(received_ms - time_s * 1000, 0)
    if command == REISSUE:
        if delay_ms > limit[_STALE_D] * DAY_S * 1000:
            mark(d, _STALE, second)
        return
    d.realtime += 1
    d.delay_ms += delay_ms
    bin_number = 0
    while bin_number < _BINS_MS.size and delay_ms >= _BINS_MS[bin_number]:
        bin_number += 1
    d.delays[bin_number] += 1
    if delay_ms > limit[_LATE_S] * 1000:
        mark(d, _LATE, second)


@kernel()
def _driven(m, d, second, time_s, moves, limit):  # type: ignore[no-untyped-def]
    """Time driven and not told of, between rows that both move."""
    apart_s = time_s - m.newest_s
    if moves and m.is_moving and apart_s <= limit[_LONGEST_S]:
        d.driving_s += apart_s
        if apart_s > limit[_GAP_S]:
            mark(d, _GAP, second)
            d.gap_s += apart_s
            d.lost += np.int64(np.ceil(apart_s / limit[_GAP_S])) - 1
    m.is_moving = moves
    m.newest_s = time_s

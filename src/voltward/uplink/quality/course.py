"""Truth over time, of rows in order: odometer, track, SOC, values that stand still, places."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.distance import metres_between
from voltward.findings.kernel import kernel
from voltward.uplink.quality.catalogue import LFP, NUMBER, PLACE
from voltward.uplink.quality.memory import mark
from voltward.uplink.quality.rows import Reports
from voltward.uplink.quality.timeliness import IN_ORDER

Array = NDArray[Any]

ALLOWED_KM: Final = 1.0  # what rounding and clocks add to the way that speed explains
CLOSE_S: Final = 60  # rows further apart say nothing of the way or the speed between them
SURE_S: Final = 5  # closer ones make a speed out of a bad fix
HOLE_S: Final = 600  # what stood still before a silence did not through it
FULL_PCT: Final = 95  # an LFP pack that finds its full charge here jumps rightly
NO_FIX, SOUTH_OR_WEST, NO_STATUS = 1, 6, 0xFF  # position status, GB/T 32960.3 table 15
_CHARGING_STATES: Final = (1, 4)
_BACK, _JUMP, _SOC = NUMBER["odometer.back"], NUMBER["odometer.jump"], NUMBER["soc.jump"]
_ELECTRIC, _OUTSIDE = NUMBER["frozen.electric"], NUMBER["position.outside"]
_LOST, _SPEED, _STILL = (
    NUMBER["position.no_fix"],
    NUMBER["position.speed"],
    NUMBER["position.frozen"],
)
_BACK_KM, _TOP_KMH = PLACE["odometer_back_km"], PLACE["odometer_top_kmh"]
_JUMP_PCT, _WITHIN_S = PLACE["soc_jump_pct"], PLACE["soc_within_s"]
_FROZEN_S, _FROZEN_KMH, _STILL_S = PLACE["frozen_s"], PLACE["frozen_kmh"], PLACE["place_still_s"]
_WEST, _EAST = PLACE["place_west_deg"], PLACE["place_east_deg"]
_SOUTH, _NORTH = PLACE["place_south_deg"], PLACE["place_north_deg"]
_GAP_KMH = PLACE["place_speed_kmh"]


def scan(
    reports: Reports, standing: Array, slot: Array, at: Array, second: Array, vehicles: Array,
    days: Array, table: Array, of_row: Array,
) -> None:  # fmt: skip
    """Count into ``days[at]``; see ``timeliness.scan``."""
    of = reports.values
    where = np.flatnonzero(standing == IN_ORDER)
    shared = (where, slot, at, second, reports.time_s)
    rest = (vehicles, days, table, of_row)
    _values(
        *shared, of["odometer_km"], of["soc_pct"], of["charging"], of["total_voltage_v"],
        of["total_current_a"], of["speed_kmh"], *rest,
    )  # fmt: skip
    _places(
        *shared, of["position_status"], of["latitude_deg"], of["longitude_deg"], of["speed_kmh"],
        of["odometer_km"], *rest,
    )  # fmt: skip


@kernel()
def _values(  # type: ignore[no-untyped-def]
    where, slot, at, second, time_s, odometer, soc, charging, total_v, current, speed, vehicles,
    days, table, of_row,
):  # fmt: skip
    for i in where:
        m, d, limit = vehicles[slot[i]], days[at[i]], table[of_row[i]]
        if odometer[i] == odometer[i]:
            _odometer(m, d, second[i], time_s[i], odometer[i], limit)
        if soc[i] == soc[i]:
            is_full = limit[LFP] == 1 and soc[i] >= FULL_PCT and charging[i] in _CHARGING_STATES
            apart_s = time_s[i] - m.soc_s
            jumps = m.soc_s > 0 and abs(soc[i] - m.soc_pct) >= limit[_JUMP_PCT]
            if jumps and apart_s <= limit[_WITHIN_S] and not is_full:
                mark(d, _SOC, second[i])
            m.soc_pct, m.soc_s = soc[i], time_s[i]
        if total_v[i] == total_v[i] and current[i] == current[i]:
            _electric(m, d, second[i], time_s[i], total_v[i], current[i], speed[i], limit)


@kernel()
def _odometer(m, d, second, time_s, odometer, limit):  # type: ignore[no-untyped-def]
    if m.odometer_s > 0:
        moved_km = odometer - m.odometer_km
        hours = (time_s - m.odometer_s) / 3600
        if moved_km <= -limit[_BACK_KM]:
            mark(d, _BACK, second)
        elif moved_km > limit[_TOP_KMH] * hours + ALLOWED_KM:
            mark(d, _JUMP, second)
    m.odometer_km, m.odometer_s = odometer, time_s


@kernel()
def _electric(m, d, second, time_s, total_v, current, speed, limit):  # type: ignore[no-untyped-def]
    same = total_v == m.total_v and current == m.current_a
    if not same or m.electric_s == 0 or time_s - m.electric_s > HOLE_S:
        m.same_since_s = time_s
    if speed >= limit[_FROZEN_KMH] and time_s - m.same_since_s >= limit[_FROZEN_S]:
        mark(d, _ELECTRIC, second)
    m.total_v, m.current_a, m.electric_s = total_v, current, time_s


@kernel()
def _places(  # type: ignore[no-untyped-def]
    where, slot, at, second, time_s, status, latitude, longitude, speed, odometer, vehicles, days,
    table, of_row,
):  # fmt: skip
    for i in where:
        if status[i] == NO_STATUS:
            continue
        m, d, limit = vehicles[slot[i]], days[at[i]], table[of_row[i]]
        is_known = latitude[i] == latitude[i] and longitude[i] == longitude[i]
        is_same = latitude[i] == m.latitude and longitude[i] == m.longitude
        if status[i] & NO_FIX or not is_known:
            # without a fix the last valid place is sent (7.2.3.5); with one there is a place
            if not (status[i] & NO_FIX) or not is_known or (m.place_s > 0 and not is_same):
                mark(d, _LOST, second[i])
            m.track_s = 0
            continue
        inside = limit[_WEST] <= longitude[i] <= limit[_EAST]
        inside = inside and limit[_SOUTH] <= latitude[i] <= limit[_NORTH]
        if not inside or status[i] & SOUTH_OR_WEST:
            mark(d, _OUTSIDE, second[i])
        _moved(m, d, second[i], time_s[i], latitude[i], longitude[i], speed[i], is_same, limit)
        _track(m, d, time_s[i], latitude[i], longitude[i], speed[i], odometer[i], limit)


@kernel()
def _moved(m, d, second, time_s, latitude, longitude, speed, is_same, limit):  # type: ignore[no-untyped-def]
    """The speed over ground against the one that is told, and a place that stands still."""
    apart_s = time_s - m.place_s
    if not is_same or m.place_s == 0 or apart_s > HOLE_S or not (speed >= limit[_FROZEN_KMH]):
        m.still_since_s = time_s
    elif time_s - m.still_since_s >= limit[_STILL_S]:
        mark(d, _STILL, second)
    if m.place_s > 0 and SURE_S <= apart_s <= CLOSE_S:
        metres = metres_between(m.latitude, m.longitude, latitude, longitude)
        over_ground_kmh = metres / apart_s * 3.6
        if abs(over_ground_kmh - (speed + m.place_kmh) / 2) > limit[_GAP_KMH]:
            mark(d, _SPEED, second)
    m.latitude, m.longitude, m.place_s, m.place_kmh = latitude, longitude, time_s, speed


@kernel()
def _track(m, d, time_s, latitude, longitude, speed, odometer, limit):  # type: ignore[no-untyped-def]
    """The way three times over, where all three are known: odometer, places, speed over time."""
    if not (odometer == odometer and speed == speed):
        m.track_s = 0
        return
    apart_s = time_s - m.track_s
    moved_km = odometer - m.track_km
    explained = -limit[_BACK_KM] < moved_km <= limit[_TOP_KMH] * apart_s / 3600 + ALLOWED_KM
    if m.track_s > 0 and apart_s <= CLOSE_S and speed + m.track_kmh > 0 and explained:
        d.track_m += moved_km * 1000
        d.path_m += metres_between(m.track_latitude, m.track_longitude, latitude, longitude)
        d.wheel_m += (speed + m.track_kmh) / 2 / 3.6 * apart_s
    m.track_km, m.track_kmh, m.track_s = odometer, speed, time_s
    m.track_latitude, m.track_longitude = latitude, longitude

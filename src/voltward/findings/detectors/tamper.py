"""Signs that a terminal was tampered with or moved to another vehicle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.detector import Detector, Judged, Limit, Limits, Rows, Rule
from voltward.findings.distance import metres_between
from voltward.findings.kernel import kernel

_OWN = "平台规则（待企业确认）"
LIMITS: Final = (
    Limit("odometer_back_km", 2.0, "km", _OWN, "M", 0.1, 1e6),
    Limit("odometer_ahead_km", 500.0, "km", _OWN, "M", 10, 1e6),
    Limit("place_kmh", 400.0, "km/h", _OWN, "M", 100, 1e5),
)
BACK, AHEAD, PLACE = range(3)
CLOSE_S: Final = 3600  # in so short a time nobody drives ``odometer_ahead_km``
LEAST_M: Final = 5000.0  # below it a bad fix explains the distance
MEMORY: Final = np.dtype(
    [
        ("odometer_km", "f4"), ("odometer_s", "i8"), ("latitude", "f8"), ("longitude", "f8"),
        ("place_s", "i8"), ("edition", "u2"),
    ]
)  # fmt: skip


def judge(rows: Rows, memory: NDArray[Any], limits: Limits) -> Sequence[Judged]:
    """See ``Detector``: an odometer that runs back or leaps, a place nobody can have driven to, and a
    2016 frame from a vehicle that spoke 2025 before. Each at the row where it happens."""
    size = len(rows)
    level, value = np.zeros((3, size), np.int8), np.full((3, size), np.nan, np.float32)
    limit = np.full((3, size), -1, np.int8)
    _scan(
        rows.slot, rows.time_s, rows["odometer_km"], rows["latitude_deg"], rows["longitude_deg"],
        rows["position_status"], rows["edition"], memory, limits.table, limits.of_row,
        level, value, limit,
    )  # fmt: skip
    return tuple(
        Judged(rule, level[k], value[k], limit[k])
        for k, rule in enumerate(("terminal.odometer", "terminal.place", "terminal.downgrade"))
    )


@kernel()
def _scan(  # type: ignore[no-untyped-def]
    slot, time_s, odometer, latitude, longitude, status, edition, memory, table, of_row,
    level, value, limit,
):  # fmt: skip
    for i in range(slot.size):
        m, row, t = memory[slot[i]], table[of_row[i]], time_s[i]
        if odometer[i] > 0:  # an odometer of 0 is one that was not read
            moved = odometer[i] - m.odometer_km
            if -moved >= row[BACK]:
                level[0, i], value[0, i], limit[0, i] = 1, moved, BACK
            elif moved >= row[AHEAD] and t - m.odometer_s <= CLOSE_S:
                level[0, i], value[0, i], limit[0, i] = 1, moved, AHEAD
            m.odometer_km, m.odometer_s = odometer[i], t
        has_place = status[i] != 255 and not status[i] & 1
        if has_place and latitude[i] == latitude[i] and (latitude[i] != 0 or longitude[i] != 0):
            if m.place_s > 0 and t > m.place_s:
                metres = metres_between(m.latitude, m.longitude, latitude[i], longitude[i])
                kmh = metres / (t - m.place_s) * 3.6
                if metres >= LEAST_M and kmh >= row[PLACE]:
                    level[1, i], value[1, i], limit[1, i] = 1, kmh, PLACE
            m.latitude, m.longitude, m.place_s = latitude[i], longitude[i], t
        if edition[i] == 2016 and m.edition == 2025:
            level[2, i], value[2, i] = 2, edition[i]
        m.edition = edition[i]


DETECTOR = Detector(
    name="terminal",
    rules=(
        Rule("terminal.odometer", "里程异常（回退或跳变）", "Odometer runs back or leaps", "own",
             "平台规则", "moved_km", "km", is_event=True),
        Rule("terminal.place", "位置突变", "Place nobody can have driven to", "own", "平台规则",
             "kmh", "km/h", is_event=True),
        Rule("terminal.downgrade", "协议版本降级", "Frame of an older edition than before", "own",
             "平台规则", "edition", "", is_event=True),
    ),
    reads=("odometer_km", "latitude_deg", "longitude_deg", "position_status", "edition"),
    judge=judge,
    limits=LIMITS,
    memory=MEMORY,
    fresh=(np.nan, 0, 0.0, 0.0, 0, 0),
)  # fmt: skip

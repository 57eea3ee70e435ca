"""What the engine remembers: a record per vehicle, and a record per vehicle, day and day of receipt."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.uplink.quality.catalogue import CODES

Array = NDArray[Any]

RING: Final = 8  # reports among which one that comes twice is found
DELAY_BINS_S: Final = (1, 3, 10, 30, 60, 600, 3600)  # upper bounds; the last bin is open
UNKNOWN, LOGGED_IN, LOGGED_OUT = 0, 1, 2
NEVER: Final = -(1 << 62)

# ``newest_s``: collection time of the newest row in order; ``_s``: of the row that the value beside it
# is of, 0 none.
VEHICLE: Final = np.dtype(
    [
        ("newest_s", "i8"), ("ring_s", "i8", (RING,)), ("ring_hash", "u8", (RING,)),
        ("ring_at", "u1"), ("is_moving", "u1"), ("session", "u1"), ("sequence", "u2"),
        ("odometer_km", "f4"), ("odometer_s", "i8"), ("soc_pct", "f4"), ("soc_s", "i8"),
        ("total_v", "f4"), ("current_a", "f4"), ("electric_s", "i8"), ("same_since_s", "i8"),
        ("latitude", "f8"), ("longitude", "f8"), ("place_s", "i8"), ("still_since_s", "i8"),
        ("place_kmh", "f4"), ("track_km", "f4"), ("track_kmh", "f4"), ("track_s", "i8"),
        ("track_latitude", "f8"), ("track_longitude", "f8"), ("cells", "i4"), ("probes", "i4"),
    ]
)  # fmt: skip

# ``day``, ``received``: days since 1970 in Beijing, of collection and of receipt. ``rows``: without
# repeated ones. ``expected``, ``missing``: items owed by the drive type. ``lost``: reports owed in gaps
# while driving. ``counts``, ``first_s``, ``last_s``: by class; moments as second of the day + 1, 0 none.
# ``track_m``, ``path_m``, ``wheel_m``: odometer, distance between places, speed over time, where all
# three are known. ``is_fresh``: not on the stream yet as it is now.
DAY: Final = np.dtype(
    [
        ("vehicle", "u8"), ("day", "i4"), ("received", "i4"), ("rows", "u4"), ("reissued", "u4"),
        ("realtime", "u4"), ("expected", "u4"), ("missing", "u4"), ("lost", "u4"),
        ("driving_s", "u4"), ("gap_s", "u4"), ("delay_ms", "u8"),
        ("delays", "u4", (len(DELAY_BINS_S) + 1,)), ("begin_s", "u4"), ("end_s", "u4"),
        ("track_m", "f8"), ("path_m", "f8"), ("wheel_m", "f8"), ("is_fresh", "u1"),
        ("counts", "u4", (len(CODES),)), ("first_s", "u4", (len(CODES),)),
        ("last_s", "u4", (len(CODES),)),
    ]
)  # fmt: skip


def vehicles(size: int) -> Array:
    """Records of vehicles never seen."""
    found = np.zeros(size, VEHICLE)
    found["newest_s"] = NEVER
    found["odometer_km"] = np.nan
    return found


@kernel()
def mark(day, number, second):  # type: ignore[no-untyped-def]
    """One more error of class ``number`` at a second of the day."""
    day.counts[number] += 1
    if day.first_s[number] == 0 or second + 1 < day.first_s[number]:
        day.first_s[number] = second + 1
    if second + 1 > day.last_s[number]:
        day.last_s[number] = second + 1

"""What a row of a batch tells about one rule, with the numbers it was judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import h3
import numpy as np
from numpy.typing import NDArray

from voltward.findings import episodes
from voltward.findings.detector import Detector, Judged, Rows, Rule
from voltward.findings.finding import CLEARED, EVENT, LATE_S, OPENED, WORSE, Finding, LimitUsed
from voltward.findings.incoming import Incoming
from voltward.findings.limits import LimitBook

Array = NDArray[Any]

CELL_RESOLUTION: Final = 7  # about 1.2 km from the middle to a corner
_KINDS: Final = {
    episodes.OPENED: OPENED,
    episodes.WORSE: WORSE,
    episodes.CLEARED: CLEARED,
    episodes.HAPPENED: EVENT,
}
_STATE: Final = ("vehicle_state", "charging", "speed_kmh", "soc_pct", "odometer_km")


@dataclass(frozen=True, slots=True)
class Telling:
    """A batch as it is judged: its rows, the revision that holds for each, the book they stand in."""

    incoming: Incoming
    rows: Rows
    revision: Array
    book: LimitBook

    def finding(
        self, detector: Detector, rule: Rule, judged: Judged, i: int, kind: int, opened_at: int, level: int
    ) -> Finding:  # fmt: skip
        """What row ``i`` tells; ``kind`` as ``episodes`` names it."""
        incoming, rows = self.incoming, self.rows
        at, received_ms = int(rows.time_s[i]), int(incoming.received_ms[i])
        beside = {name: values[i] for name, values in judged.beside.items()}
        return Finding(
            _KINDS[kind],
            judged.rule,
            int(incoming.vehicles[i]),
            opened_at,
            at,
            received_ms,
            level=level,
            reported_level=_reported(int(rows["alarm_level"][i])),
            late=received_ms / 1000 - at > LATE_S,
            command=int(rows["command"][i]),
            edition=int(rows["edition"][i]),
            stream=incoming.streams[incoming.stream_code[i]],
            position=int(incoming.positions[i]),
            unit_hash=int(incoming.unit_hashes[i]),
            state=_numbers_of({name: rows[name][i] for name in _STATE}),
            values=_numbers_of({rule.value_name: judged.value[i], **beside}),
            limit=self._limit(detector, judged, i),
            cell=_cell(rows, i),
            profile=judged.profile,
        )

    def _limit(self, detector: Detector, judged: Judged, i: int) -> LimitUsed | None:
        k, row = int(judged.limit[i]), int(self.revision[i])
        if k < 0:
            return None
        limits = self.book.limits(detector, self.revision)
        return LimitUsed(
            detector.limit_key(k),
            float(limits.table[row, k]),
            detector.limits[k].unit,
            self.book.revision(row),
        )


def _reported(level: int) -> int:
    """4 and less as sent; the codes of abnormal and invalid are no level."""
    return level if level <= 4 else 255


# Integers by which the frame says that it has no value.
_NO_VALUE: Final = frozenset({0xFF, 0xFE})


def _numbers_of(found: Mapping[str, Any]) -> dict[str, float]:
    """Plain numbers; what is missing is left out. float32 is printed as short as it was meant."""
    numbers = {}
    for name, value in found.items():
        if isinstance(value, np.floating):
            if np.isfinite(value):
                numbers[name] = float(str(value))
        elif isinstance(value, np.unsignedinteger):
            if int(value) not in _NO_VALUE:
                numbers[name] = int(value)
        else:
            numbers[name] = int(value)
    return numbers


def _cell(rows: Rows, i: int) -> str:
    """The hexagon of the row's place, "" where it has none. Bit 0 of the status: no fix, the last
    place is sent; 2 and 4: south, west (GB/T 32960.3 table 15)."""
    status = int(rows["position_status"][i])
    latitude, longitude = float(rows["latitude_deg"][i]), float(rows["longitude_deg"][i])
    if status == 0xFF or not (np.isfinite(latitude) and np.isfinite(longitude)):
        return ""
    if latitude == 0 and longitude == 0:
        return ""
    south, west = bool(status & 2), bool(status & 4)
    found = h3.latlng_to_cell(
        -abs(latitude) if south else latitude, -abs(longitude) if west else longitude,
        CELL_RESOLUTION,
    )  # fmt: skip
    return str(found)

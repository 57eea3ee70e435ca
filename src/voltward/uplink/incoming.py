"""Which frames of the journal a link is owed, and what their heads say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.canary import CANARY_VIN
from voltward.base.vehicle_id import vehicle_id
from voltward.columns.batch import Bytes
from voltward.frames.editions import COMMAND
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT
from voltward.journal.reader import Records
from voltward.telemetry.ingest.batch import FRAME
from voltward.telemetry.ingest.streams import stream_number
from voltward.telemetry.ingest.vehicles import VehicleIds
from voltward.uplink.due import DUE, Rows
from voltward.uplink.links import VEHICLE, Link
from voltward.uplink.reports import REPORTS_NUMBER, REPORTS_STREAM

LOGIN, REALTIME, REISSUE, LOGOUT = 0x01, 0x02, 0x03, 0x04  # GB/T 32960.3 table 3
FORWARDED: Final = np.array([LOGIN, REALTIME, REISSUE, LOGOUT], np.uint8)
REISSUE_WINDOW_S: Final = 7 * 86_400  # GB/T 32960.3-2016 clause 5.5
_STREAM = re.compile(r"gateway-(0|[1-9]\d{0,3}|[12]\d{4})")
_EPOCH_S: Final = 946_684_800 - 8 * 3600  # 2000-01-01 in Beijing
_DAYS_BEFORE: Final = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
_DAYS_IN: Final = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def is_followed(stream: str) -> bool:
    """Streams of gateways, whose numbers say their names."""
    return _STREAM.fullmatch(stream) is not None


def stream_name(number: int) -> str:
    """The stream that ``stream_number`` gave its number."""
    return REPORTS_STREAM if number == REPORTS_NUMBER else f"gateway-{number}"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Which vehicle goes over which links; rows of ``VEHICLE`` by rising vehicle number."""

    rows: NDArray[Any]
    usages: tuple[str, ...] = ("",)

    @staticmethod
    def empty() -> Table:
        return Table(np.zeros(0, VEHICLE))

    def masks_and_usages(self, vehicles: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Of each vehicle; 0 for those that are not on file."""
        if not len(self.rows):
            return np.zeros(len(vehicles), np.uint64), np.zeros(len(vehicles), np.uint8)
        places = np.searchsorted(self.rows["vehicle"], vehicles)
        places = np.minimum(places, len(self.rows) - 1)
        known = self.rows["vehicle"][places] == vehicles
        found = self.rows[places]
        return np.where(known, found["links"], 0), np.where(known, found["usage"], 0)

    def usage(self, number: int) -> str:
        return self.usages[number] if number < len(self.usages) else ""


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """Frames ``(n,)`` of one stretch of a stream, in its order.

    ``rows``: as they would become due; ``collected_s`` i8: 0 where there is no time;
    ``starts``, ``stops`` i8 in ``buffer``; ``usage`` u1 counts in ``Table.usages``.
    """

    rows: Rows
    received_s: NDArray[Any]
    collected_s: NDArray[Any]
    usage: NDArray[Any]
    buffer: Bytes
    starts: NDArray[Any]
    stops: NDArray[Any]

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, keep: NDArray[np.bool_]) -> Owed:
        """Those for which ``keep`` (n,) is true."""
        return Owed(
            self.rows[keep],
            self.received_s[keep],
            self.collected_s[keep],
            self.usage[keep],
            self.buffer,
            self.starts[keep],
            self.stops[keep],
        )


class Selection:
    """Picks a link's frames; remembers the vehicle numbers it has met."""

    def __init__(self, vehicle_key: bytes) -> None:
        self._ids = VehicleIds(vehicle_key)
        self._canary = np.uint64(vehicle_id(CANARY_VIN, vehicle_key))

    def owed(self, records: Records, stream: str, link: Link, table: Table) -> Owed:
        """Admitted commands 01 to 04 of vehicles that are on the link; never the canary's."""
        buffer, offsets = records.buffer, records.offsets
        chosen = np.flatnonzero(
            (records.kinds == FRAME) & (np.diff(offsets) >= HEADER + MOMENT + 1)
        )
        starts = offsets[chosen]
        wanted = np.isin(buffer[starts + 2], FORWARDED) & (buffer[starts + 3] == COMMAND)
        chosen, starts = chosen[wanted], starts[wanted]
        vehicles = self._ids.of(buffer, np.ascontiguousarray(starts))
        masks, usage = table.masks_and_usages(vehicles)
        on_link = (masks >> np.uint64(link.number)) & np.uint64(1) == 1
        on_link = (on_link | link.all_vehicles) & (vehicles != self._canary)
        chosen, starts = chosen[on_link], starts[on_link]
        received_s = records.received_ns[chosen] // 1_000_000_000
        collected_s = collected(buffer, starts)
        rows = np.zeros(len(chosen), DUE)
        rows["position"], rows["vehicle"] = records.positions[chosen], vehicles[on_link]
        rows["stream"], rows["command"] = stream_number(stream), buffer[starts + 2]
        rows["moment_s"] = moments(rows["command"], collected_s, received_s)
        return Owed(
            rows,
            received_s,
            collected_s,
            usage[on_link],
            buffer,
            starts,
            offsets[chosen + 1],
        )


def reissued(rows: Rows) -> Rows:
    """The same rows, real-time reports as reissues; logins and logouts stay what they are."""
    out = rows.copy()
    out["command"][rows["command"] == REALTIME] = REISSUE
    return out


def moments(
    commands: NDArray[Any], collected_s: NDArray[Any], received_s: NDArray[Any]
) -> NDArray[Any]:
    """When each frame was collected, as far as that can be believed ``(n,)``, unix seconds.

    What a vehicle sent as it happened, under a clock that is days wrong, was collected when it came:
    a bad clock takes no frame off the link. A reissue is believed wherever its time exists.
    """
    age_s = received_s - collected_s
    is_now = (age_s >= -REISSUE_WINDOW_S) & (age_s <= REISSUE_WINDOW_S)
    believed = (collected_s > 0) & (is_now | (commands == REISSUE))
    return np.where(believed, np.minimum(collected_s, received_s), received_s)


def collected(buffer: NDArray[np.uint8], starts: NDArray[Any]) -> NDArray[np.int64]:
    """Unix seconds of collection of each frame ``(n,)``; 0: no such time."""
    return seconds_of(buffer[starts[:, None] + np.arange(HEADER, HEADER + MOMENT)])


def seconds_of(times: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Unix seconds of six time bytes each ``(n, 6)``, GMT+8; 0: no such time."""
    year, month, day, hour, minute, second = times.astype(np.int64).T
    is_month = (month >= 1) & (month <= 12)
    place = np.where(is_month, month - 1, 0)
    is_leap = year % 4 == 0  # true of 2000 to 2099
    longest = _DAYS_IN[place] - ((place == 1) & ~is_leap)
    exists = is_month & (year <= 99) & (day >= 1) & (day <= longest)
    exists &= (hour <= 23) & (minute <= 59) & (second <= 59)
    days = 365 * year + (year + 3) // 4 + _DAYS_BEFORE[place] + day - 1
    days += is_leap & (place >= 2)
    seconds: NDArray[np.int64] = _EPOCH_S + 86_400 * days + 3600 * hour + 60 * minute + second
    return np.where(exists, seconds, 0)

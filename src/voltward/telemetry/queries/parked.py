"""Where and how each vehicle was last heard of, and since when those that stand have stood."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import LATEST, PIECES, ROWS

MISSING: Final = 255  # of codes of one octet
STARTED, OFF = 1, 2  # vehicle state, GB/T 32960.3 table of 0x01
PARKED_CHARGING = 1
CHARGING: Final = (PARKED_CHARGING, 2)
REISSUE: Final = 3  # command of data that were kept back: they say nothing about now
ASKED_AT_ONCE: Final = 20_000
# from the newest on: who was found to move is not asked about again
_STEPS_D: Final = (1, 7, 31)


@dataclass(frozen=True)
class LastSeen:
    """One entry per vehicle that ever sent, by vehicle id, all ``(n,)``.

    ``heard_s``: unix seconds of its newest sign of life: when a frame came in, and of reissued data
    when they were collected. ``collected_s``: of its newest frame, whose other values these are.
    ``state``, ``charging``, ``datum``: codes, 255 missing; ``position_status``: bits, 0 missing.
    Numbers are NaN where missing; degrees are as sent, unsigned.
    """

    vehicle_id: NDArray[np.uint64]
    heard_s: NDArray[np.int64]
    collected_s: NDArray[np.int64]
    state: NDArray[np.uint8]
    charging: NDArray[np.uint8]
    soc_pct: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    position_status: NDArray[np.uint8]
    datum: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.vehicle_id)


def nothing_seen() -> LastSeen:
    """As of a store that has nothing."""
    whole, code, number = np.zeros(0, np.int64), np.zeros(0, np.uint8), np.zeros(0)
    return LastSeen(
        np.zeros(0, np.uint64), whole, whole, code, code, number, number, number, code, code
    )


def last_seen(client: Client) -> LastSeen:
    """All vehicles of the store."""
    names = ("soc_pct", "latitude_deg", "longitude_deg")
    codes = ("vehicle_state", "charging", "datum", "position_status")
    wanted = ("toInt64(toUnixTimestamp(collected_at))", *names, *codes)
    # one tuple of all: argMax of each would pass over what the newest frame lacks
    parts = ", ".join(f"newest.{i + 2} AS {name}_now" for i, name in enumerate((*names, *codes)))
    received = "intDiv(toUnixTimestamp64Milli(received_at), 1000)"
    table = asked(
        client,
        f"SELECT vehicle_id, heard, newest.1 AS collected, {parts} FROM ("
        f"{select(('received_at', *names))} vehicle_id,"
        f" toInt64(max(if(command = {{reissue:UInt8}}, least(toUnixTimestamp(collected_at), {received}),"
        f" {received}))) AS heard, argMax(tuple({', '.join(wanted)}), version) AS newest"
        f" FROM {LATEST} GROUP BY vehicle_id) ORDER BY vehicle_id",
        {"reissue": REISSUE},
    )
    soc, latitude, longitude = (
        np.asarray(table[f"{name}_now"].to_numpy(), np.float64) for name in names
    )
    return LastSeen(
        np.asarray(table["vehicle_id"].to_numpy(), np.uint64),
        np.asarray(table["heard"].to_numpy(), np.int64),
        np.asarray(table["collected"].to_numpy(), np.int64),
        _code(table, "vehicle_state_now"),
        _code(table, "charging_now"),
        soc,
        latitude,
        longitude,
        _code(table, "position_status_now", 0),
        _code(table, "datum_now"),
    )


def _code(table: pa.Table, name: str, missing: int = MISSING) -> NDArray[np.uint8]:
    return np.asarray(table[name].fill_null(missing).to_numpy(), np.uint8)


@dataclass(frozen=True)
class Stood:
    """``at_s``: unix seconds of the newest frame that was not standing still (``was_active``), or of
    the oldest frame there is in the days that were looked at."""

    at_s: int
    was_active: bool


def standing_since(
    client: Client,
    vehicle_ids: Iterable[int],
    at: datetime,
    *,
    days: float,
    counts_charging: bool,
) -> dict[int, Stood]:
    """Since when vehicles have stood, as far as the ``days`` before ``at`` tell; the silent are left out.

    A vehicle that is started does not stand, unless it is being charged while parked;
    ``counts_charging``: nor does one that charges. The newest days are read first, so that vehicles
    in use, which have the most rows, are found by a few of them.

    Raises:
        BadInput: an instant without zone.
    """
    if at.tzinfo is None:
        raise BadInput(f"{at.isoformat()}: an instant needs a time zone")
    active = f"ifNull(vehicle_state, 0) = {STARTED} AND ifNull(charging, 0) != {PARKED_CHARGING}"
    if counts_charging:
        active = f"ifNull(vehicle_state, 0) = {STARTED} OR ifNull(charging, 0) IN {CHARGING}"
    left, found = {*vehicle_ids}, dict[int, Stood]()
    for newer, older in _spans(days):
        ordered = sorted(left)
        for first in range(0, len(ordered), ASKED_AT_ONCE):
            parameters = {
                "vehicles": ordered[first : first + ASKED_AT_ONCE],
                "start": at - timedelta(days=older),
                "stop": at - timedelta(days=newer),
            }
            found |= dict(_stood(client, active, parameters))
        left -= {vehicle for vehicle, stood in found.items() if stood.was_active}
    return found


def _spans(days: float) -> Iterator[tuple[float, float]]:
    newer = 0.0
    for step in _STEPS_D:
        if step < days:
            yield newer, step
            newer = step
    yield newer, days


def _stood(
    client: Client, active: str, parameters: dict[str, object]
) -> Iterator[tuple[int, Stood]]:
    parts = " UNION ALL ".join(
        f"SELECT vehicle_id, maxIf(collected_at, {active}) AS moved, min(collected_at) AS first"
        f" FROM {name} WHERE vehicle_id IN {{vehicles:Array(UInt64)}}"
        " AND collected_at >= {start:DateTime('UTC')} AND collected_at < {stop:DateTime('UTC')}"
        " GROUP BY vehicle_id"
        for name in (ROWS, PIECES)
    )
    query = (
        "SELECT vehicle_id, toInt64(toUnixTimestamp(max(moved))) AS moved,"
        f" toInt64(toUnixTimestamp(min(first))) AS first FROM ({parts}) GROUP BY vehicle_id"
    )
    table = asked(client, query, parameters)
    columns = (table[name].to_pylist() for name in ("vehicle_id", "moved", "first"))
    for vehicle, moved, first in zip(*columns, strict=True):
        yield vehicle, Stood(moved or first, bool(moved))

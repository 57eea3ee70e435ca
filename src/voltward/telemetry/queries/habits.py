"""On which days vehicles sent anything."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.tables import PIECES, ROWS

ASKED_AT_ONCE: Final = 20_000


def days_with_data(
    client: Client, vehicle_ids: Iterable[int], start: datetime, stop: datetime
) -> dict[int, NDArray[np.int64]]:
    """Beijing days with data from ``start`` up to ``stop``, as days since 1970, ascending.

    Vehicles that sent nothing are left out.

    Raises:
        BadInput: an instant without zone, or an empty span.
    """
    if start.tzinfo is None or stop.tzinfo is None or start >= stop:
        raise BadInput(f"span from {start.isoformat()} to {stop.isoformat()}")
    found: dict[int, NDArray[np.int64]] = {}
    parts = " UNION ALL ".join(
        f"SELECT DISTINCT vehicle_id, toUInt16(toDate(collected_at, 'Asia/Shanghai')) AS day"
        f" FROM {name} WHERE vehicle_id IN {{vehicles:Array(UInt64)}}"
        " AND collected_at >= {start:DateTime('UTC')} AND collected_at < {stop:DateTime('UTC')}"
        for name in (ROWS, PIECES)
    )
    query = f"SELECT DISTINCT vehicle_id, day FROM ({parts}) ORDER BY vehicle_id, day"
    ordered = sorted(vehicle_ids)
    for begun in range(0, len(ordered), ASKED_AT_ONCE):
        some = ordered[begun : begun + ASKED_AT_ONCE]
        table = asked(client, query, {"vehicles": some, "start": start, "stop": stop})
        vehicles = np.asarray(table["vehicle_id"].to_numpy(), np.uint64)
        days = np.asarray(table["day"].to_numpy(), np.int64)
        each, first = np.unique(vehicles, return_index=True)
        parted = np.split(days, first[1:])
        found |= dict(zip(each.tolist(), parted, strict=True)) if each.size else {}
    return found

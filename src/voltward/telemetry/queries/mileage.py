"""How far vehicles drove in a span, by their odometers."""

from collections.abc import Iterable
from datetime import datetime

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import PIECES, ROWS


def driven_km(
    client: Client, vehicle_ids: Iterable[int], start: datetime, stop: datetime
) -> dict[int, float]:
    """Newest minus oldest odometer from ``start`` up to ``stop``, km, by vehicle.

    Left out: who sent none, and one whose odometer stands lower at the end than at the start.

    Raises:
        BadInput: an instant without zone, or an empty span.
    """
    if start.tzinfo is None or stop.tzinfo is None or start >= stop:
        raise BadInput(f"span from {start.isoformat()} to {stop.isoformat()}")
    parts = " UNION ALL ".join(
        f"{select(('odometer_km',))} vehicle_id, collected_at AS at, odometer_km AS km FROM {name}"
        " WHERE vehicle_id IN {vehicles:Array(UInt64)} AND odometer_km IS NOT NULL"
        " AND collected_at >= {start:DateTime('UTC')} AND collected_at < {stop:DateTime('UTC')}"
        for name in (ROWS, PIECES)
    )
    table = asked(
        client,
        "SELECT vehicle_id, argMin(km, at) AS first, argMax(km, at) AS last"
        f" FROM ({parts}) GROUP BY vehicle_id",
        {"vehicles": [*vehicle_ids], "start": start, "stop": stop},
    )
    columns = (table[name].to_pylist() for name in ("vehicle_id", "first", "last"))
    return {
        vehicle: last - first
        for vehicle, first, last in zip(*columns, strict=True)
        if last >= first
    }

"""What each vehicle did last, as a few numbers per vehicle, for lists and counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.columns import select
from voltward.telemetry.schema.tables import LATEST

CODES_FROM = 254  # 0xFE abnormal, 0xFF invalid: no level


@dataclass(frozen=True)
class Presence:
    """One entry per vehicle that ever sent, all ``(n,)``.

    ``received_ms``: unix milliseconds of its newest receipt. ``charging``, ``driving``: what its
    newest frame says. ``alarm_level``: 0 where it reports none, or no valid one.
    """

    vehicle_id: NDArray[np.uint64]
    received_ms: NDArray[np.int64]
    charging: NDArray[np.bool_]
    driving: NDArray[np.bool_]
    alarm_level: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.vehicle_id)

    def only(self, chosen: NDArray[np.bool_]) -> "Presence":
        """The entries for which ``chosen`` ``(n,)`` holds."""
        return Presence(
            self.vehicle_id[chosen],
            self.received_ms[chosen],
            self.charging[chosen],
            self.driving[chosen],
            self.alarm_level[chosen],
        )


def presence(client: Client) -> Presence:
    """All vehicles of the store."""
    table = asked(
        client,
        f"{select(('received_at',))} vehicle_id, toUnixTimestamp64Milli(max(received_at)) AS received,"
        " toUInt8(ifNull(argMax(charging, version), 0) IN (1, 2)) AS charges,"
        " toUInt8(ifNull(argMax(vehicle_state, version), 0) = 1"
        " AND ifNull(argMax(speed_kmh_counts, version), 0) > 0) AS drives,"
        f" argMax(if(ifNull(alarm_level, 0) < {CODES_FROM}, ifNull(alarm_level, 0), 0), version)"
        f" AS level FROM {LATEST} GROUP BY vehicle_id",
        {},
    )
    return Presence(
        np.asarray(table["vehicle_id"].to_numpy(), np.uint64),
        np.asarray(table["received"].to_numpy(), np.int64),
        np.asarray(table["charges"].to_numpy(), np.bool_),
        np.asarray(table["drives"].to_numpy(), np.bool_),
        np.asarray(table["level"].to_numpy(), np.uint8),
    )

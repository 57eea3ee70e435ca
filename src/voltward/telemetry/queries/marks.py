"""Whether the newest state of a vehicle has changed: far cheaper to ask than the state itself."""

from collections.abc import Iterable

from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.tables import LATEST


def latest_marks(client: Client, vehicle_ids: Iterable[int]) -> dict[int, int]:
    """A number per vehicle that differs when its newest state does; silent ones are left out."""
    table = asked(
        client,
        "SELECT vehicle_id, groupBitXor(cityHash64(piece, newest)) AS mark FROM ("
        f"SELECT vehicle_id, piece, max(version) AS newest FROM {LATEST}"
        " WHERE vehicle_id IN {vehicles:Array(UInt64)} GROUP BY vehicle_id, piece"
        ") GROUP BY vehicle_id",
        {"vehicles": [*vehicle_ids]},
    )
    return dict(
        zip(table["vehicle_id"].to_numpy().tolist(), table["mark"].to_numpy().tolist(), strict=True)
    )

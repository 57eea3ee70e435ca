"""Sending the demo's recorded fire once more."""

from __future__ import annotations

from voltward.base.errors import NotFound
from voltward.fleet.models import Vehicle
from voltward.monitoring.ports import ports
from voltward.records.actions import action, record
from voltward.records.models import Person


@action("replay.start", needs="replay.start")
def fire_replay(actor: Person, *, vehicle: Vehicle) -> None:
    """Ask the demo to send its recorded fire once more, live.

    Raises:
        NotPermitted: the actor lacks ``replay.start``.
        NotFound: this is no demo, or another vehicle than the one that burns.
    """
    found = ports()
    if found.fire_again is None or vehicle.vin != found.fire_vin:
        raise NotFound(f"replay of {vehicle.vin}")
    record(actor, "replay.start", vehicle, before={}, after={"vin": vehicle.vin})
    found.fire_again()

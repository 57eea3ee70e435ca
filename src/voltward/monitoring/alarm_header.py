"""The open alarms of a vehicle, in the header of its page."""

from __future__ import annotations

from typing import Any, Final

from voltward.fleet.models import Vehicle
from voltward.monitoring.alarm_words import give_words
from voltward.monitoring.selectors.alarms import alarm_open_of
from voltward.records.models import Person

NAMED: Final = 2


def alarms_header(actor: Person, vehicle: Vehicle) -> dict[str, Any]:
    """Context of ``monitoring/alarms_header.html``."""
    found = list(alarm_open_of(actor, vehicle))
    give_words(actor, found[:NAMED])
    return {"vehicle": vehicle, "open_alarms": found[:NAMED], "more": max(0, len(found) - NAMED)}

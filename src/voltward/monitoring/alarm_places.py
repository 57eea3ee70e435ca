"""When exact places and telephone numbers are needed at once: while a grave alarm stands open."""

from __future__ import annotations

from voltward.monitoring.selectors.alarms import grave_alarm_stands
from voltward.records.models import Person
from voltward.records.protection.places import needed_while

NAME = "open_alarm"


@needed_while(NAME)
def open_alarm(actor: Person, vehicle_label: str) -> bool:
    """A level 3 alarm or thermal event on the vehicle is open."""
    return grave_alarm_stands(actor, vehicle_label)

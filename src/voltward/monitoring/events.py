"""What happens to alarms and matters to later rooms; told inside the transaction."""

from __future__ import annotations

from dataclasses import dataclass

from voltward.monitoring.models import Alarm


@dataclass(frozen=True)
class AlarmBecameIncident:
    """From now on the alarm is handled as an incident; ``text``: what the desk knows."""

    alarm: Alarm
    text: str


@dataclass(frozen=True)
class AlarmWentToWorkshop:
    """A work order is wished for the vehicle; ``text``: what is to be done."""

    alarm: Alarm
    text: str


@dataclass(frozen=True)
class AlarmClosed:
    """It has a verdict, of one person or, where it was grave, of two."""

    alarm: Alarm

"""What happens to alarms and matters to others: told inside the transaction (records/events.py)."""

from __future__ import annotations

from dataclasses import dataclass

from voltward.monitoring.models import Alarm


@dataclass(frozen=True)
class AlarmOpened:
    """A new alarm on the desk. ``alarm.is_late``: from late data, which pages nobody."""

    alarm: Alarm


@dataclass(frozen=True)
class AlarmAgain:
    """Its condition came again before anybody had come to a verdict."""

    alarm: Alarm


@dataclass(frozen=True)
class AlarmWorse:
    """``before``: the judged level it had; it may be the same with a worse value."""

    alarm: Alarm
    before: int


@dataclass(frozen=True)
class AlarmCleared:
    """The condition holds no longer; the alarm still waits for a verdict."""

    alarm: Alarm


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

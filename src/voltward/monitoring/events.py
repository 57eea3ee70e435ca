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

"""What people do with alarms: every step of the desk by its name."""

from voltward.monitoring.services.advice import advice_outcome
from voltward.monitoring.services.alarm_aside import (
    alarm_merge,
    alarm_snooze,
    alarm_to_incident,
    alarm_to_workshop,
)
from voltward.monitoring.services.alarm_clocks import alarm_clocks_start
from voltward.monitoring.services.alarm_closing import alarm_close
from voltward.monitoring.services.alarm_handling import (
    alarm_assign,
    alarm_called,
    alarm_claim,
    alarm_note,
    alarm_release,
)

__all__ = [
    "advice_outcome",
    "alarm_assign",
    "alarm_called",
    "alarm_claim",
    "alarm_clocks_start",
    "alarm_close",
    "alarm_merge",
    "alarm_note",
    "alarm_release",
    "alarm_snooze",
    "alarm_to_incident",
    "alarm_to_workshop",
]

"""The tables of monitoring/, one file per subject."""

from voltward.monitoring.models.alarms import Alarm, AlarmStep, Episode, WaitingFinding
from voltward.monitoring.models.hand_overs import HandOver
from voltward.monitoring.models.phones import PhoneEntry, PhoneTreeVersion
from voltward.monitoring.models.presence_checks import PresenceCheck
from voltward.monitoring.models.roster import Shift, ShiftPattern, ShiftPerson, ShiftSwap

__all__ = [
    "Alarm",
    "AlarmStep",
    "Episode",
    "HandOver",
    "PhoneEntry",
    "PhoneTreeVersion",
    "PresenceCheck",
    "Shift",
    "ShiftPattern",
    "ShiftPerson",
    "ShiftSwap",
    "WaitingFinding",
]

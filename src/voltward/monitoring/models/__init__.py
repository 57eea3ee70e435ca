"""The tables of monitoring/, one file per subject."""

from voltward.monitoring.models.alarms import Alarm, AlarmStep, Episode, WaitingFinding
from voltward.monitoring.models.fault_codes import FaultCode
from voltward.monitoring.models.limit_trials import LimitTrial
from voltward.monitoring.models.limits import LimitGeneration, LimitRevision, LimitSet

__all__ = [
    "Alarm",
    "AlarmStep",
    "Episode",
    "FaultCode",
    "LimitGeneration",
    "LimitRevision",
    "LimitSet",
    "LimitTrial",
    "WaitingFinding",
]

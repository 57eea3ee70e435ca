"""The tables of monitoring/, one file per subject."""

from voltward.monitoring.models.alarms import Alarm, AlarmStep, Episode, WaitingFinding
from voltward.monitoring.models.watch import (
    ContactAttempt,
    VehicleHabit,
    WatchCase,
    WatchCaseVehicle,
    WatchStep,
)
from voltward.monitoring.models.watch_limits import WatchLimit

__all__ = [
    "Alarm",
    "AlarmStep",
    "ContactAttempt",
    "Episode",
    "VehicleHabit",
    "WaitingFinding",
    "WatchCase",
    "WatchCaseVehicle",
    "WatchLimit",
    "WatchStep",
]

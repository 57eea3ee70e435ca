"""The tables of monitoring/, one file per subject."""

from voltward.monitoring.models.advice import (
    OwnerAdvice,
    OwnerNotice,
    OwnerNoticeTry,
    OwnerOptOut,
)
from voltward.monitoring.models.alarms import Alarm, AlarmStep, Episode, WaitingFinding
from voltward.monitoring.models.desk import DeskRule, DispositionRule, StepWaiting
from voltward.monitoring.models.fault_codes import FaultCode
from voltward.monitoring.models.hand_overs import HandOver
from voltward.monitoring.models.limit_trials import LimitTrial
from voltward.monitoring.models.limits import LimitGeneration, LimitRevision, LimitSet
from voltward.monitoring.models.phones import PhoneEntry, PhoneTreeVersion
from voltward.monitoring.models.presence_checks import PresenceCheck
from voltward.monitoring.models.roster import Shift, ShiftPattern, ShiftPerson, ShiftSwap
from voltward.monitoring.models.watch import (
    ContactAttempt,
    WatchCase,
    WatchCaseVehicle,
    WatchStep,
)
from voltward.monitoring.models.watch_habits import VehicleHabit
from voltward.monitoring.models.watch_limits import WatchLimit
from voltward.monitoring.models.webhooks import Webhook, WebhookDelivery, WebhookTry

__all__ = [
    "Alarm",
    "AlarmStep",
    "ContactAttempt",
    "DeskRule",
    "DispositionRule",
    "Episode",
    "FaultCode",
    "HandOver",
    "LimitGeneration",
    "LimitRevision",
    "LimitSet",
    "LimitTrial",
    "OwnerAdvice",
    "OwnerNotice",
    "OwnerNoticeTry",
    "OwnerOptOut",
    "PhoneEntry",
    "PhoneTreeVersion",
    "PresenceCheck",
    "Shift",
    "ShiftPattern",
    "ShiftPerson",
    "ShiftSwap",
    "StepWaiting",
    "VehicleHabit",
    "WaitingFinding",
    "WatchCase",
    "WatchCaseVehicle",
    "WatchLimit",
    "WatchStep",
    "Webhook",
    "WebhookDelivery",
    "WebhookTry",
]

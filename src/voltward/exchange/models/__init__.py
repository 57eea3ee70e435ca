"""The records of exchange/."""

from voltward.exchange.models.accidents import AccidentPackage, AccidentVersion
from voltward.exchange.models.downlink import DownlinkCommand, DownlinkStream
from voltward.exchange.models.manual_reports import ManualReport
from voltward.exchange.models.platform_covers import PlatformCover
from voltward.exchange.models.platform_watch import PlatformSample, PlatformWarning
from voltward.exchange.models.platforms import (
    PlatformChoice,
    PlatformLeftOut,
    PlatformRevision,
    PublicPlatform,
)
from voltward.exchange.models.quality import (
    QualityDay,
    QualityLimit,
    QualityModelDay,
    QualityModelError,
    QualityWaiting,
)
from voltward.exchange.models.quality_cases import QualityCase, QualityStep
from voltward.exchange.models.registrations import StaticRegistration
from voltward.exchange.models.reports import FeedbackReceived, ReportDue, ReportLook
from voltward.exchange.models.requests import UplinkRequest
from voltward.exchange.models.security import SecurityEvent, SecurityStream
from voltward.exchange.models.terminal_keys import (
    KeyGeneration,
    SealAgreement,
    TerminalDataKey,
    TerminalKey,
)

__all__ = [
    "AccidentPackage",
    "AccidentVersion",
    "DownlinkCommand",
    "DownlinkStream",
    "FeedbackReceived",
    "KeyGeneration",
    "ManualReport",
    "PlatformChoice",
    "PlatformCover",
    "PlatformLeftOut",
    "PlatformRevision",
    "PlatformSample",
    "PlatformWarning",
    "PublicPlatform",
    "QualityCase",
    "QualityDay",
    "QualityLimit",
    "QualityModelDay",
    "QualityModelError",
    "QualityStep",
    "QualityWaiting",
    "ReportDue",
    "ReportLook",
    "SealAgreement",
    "SecurityEvent",
    "SecurityStream",
    "StaticRegistration",
    "TerminalDataKey",
    "TerminalKey",
    "UplinkRequest",
]

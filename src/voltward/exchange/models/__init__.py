"""The records of exchange/."""

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

__all__ = [
    "PlatformChoice",
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
]

"""The records of exchange/."""

from voltward.exchange.models.platform_watch import PlatformSample, PlatformWarning
from voltward.exchange.models.platforms import (
    PlatformChoice,
    PlatformLeftOut,
    PlatformRevision,
    PublicPlatform,
)

__all__ = [
    "PlatformChoice",
    "PlatformLeftOut",
    "PlatformRevision",
    "PlatformSample",
    "PlatformWarning",
    "PublicPlatform",
]

"""The records of exchange/."""

from voltward.exchange.models.quality import (
    QualityDay,
    QualityLimit,
    QualityModelDay,
    QualityModelError,
    QualityWaiting,
)
from voltward.exchange.models.quality_cases import QualityCase, QualityStep

__all__ = [
    "QualityCase",
    "QualityDay",
    "QualityLimit",
    "QualityModelDay",
    "QualityModelError",
    "QualityStep",
    "QualityWaiting",
]

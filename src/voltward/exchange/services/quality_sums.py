"""Writes the sums by model: what days moved is added to what stands there."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from voltward.exchange.models import QualityModelDay, QualityModelError
from voltward.exchange.quality_rates import sums_of
from voltward.exchange.quality_sums import Key, Sums

_SUMS: Final = (
    "vehicles", "failed", "rows", "reissued", "realtime", "owed", "missing", "driving_s", "gap_s",
    "delay_ms",
)  # fmt: skip


def sums_written(sums: Sums) -> None:
    """For use inside an action that holds the lock of data quality: nobody else writes them."""
    days = {_key(row): row for row in QualityModelDay.objects.filter(_of(sums))}
    for key, moved in sums.days.items():
        row = days.setdefault(
            key, QualityModelDay(maker_id=key.maker, model_name=key.model, day=key.day)
        )
        for name in _SUMS:
            setattr(row, name, getattr(row, name) + moved.get(name, 0))
        row.delays = list(sums_of(row.delays, sums.delays[key]))
    QualityModelDay.objects.bulk_create(
        days.values(), update_conflicts=True, unique_fields=["maker", "day", "model_name"],
        update_fields=[*_SUMS, "delays"],
    )  # fmt: skip
    rows = QualityModelError.objects.filter(_of(sums))
    errors = {(_key(row), row.code): row for row in rows}
    for (key, code), (count, vehicles) in sums.errors.items():
        error = errors.setdefault(
            (key, code),
            QualityModelError(maker_id=key.maker, model_name=key.model, day=key.day, code=code),
        )
        error.count, error.vehicles = error.count + count, error.vehicles + vehicles
    QualityModelError.objects.bulk_create(
        errors.values(), update_conflicts=True,
        unique_fields=["maker", "day", "model_name", "code"], update_fields=["count", "vehicles"],
    )  # fmt: skip


def _of(sums: Sums) -> Q:
    """The rows of every key, and perhaps a few more."""
    return Q(
        maker__in={key.maker for key in sums.days},
        day__in={key.day for key in sums.days},
        model_name__in={key.model for key in sums.days},
    )


def _key(row: QualityModelDay | QualityModelError) -> Key:
    return Key(row.maker_id, row.model_name, row.day)

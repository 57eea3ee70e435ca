"""Every read of data quality by people. Each one asks who is reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from voltward.exchange.models import QualityDay, QualityModelDay, QualityModelError
from voltward.exchange.quality_rates import Rates, added
from voltward.fleet.models import Vehicle
from voltward.records import days
from voltward.records.models import Person

EXAMPLES: Final = 50
_SUMMED: Final = (
    "vehicles", "failed", "rows", "reissued", "realtime", "owed", "missing", "driving_s", "gap_s",
    "delay_ms",
)  # fmt: skip


@dataclass(frozen=True)
class ModelRates:
    """A model over some days; ``worst``: the code of the error on most vehicles, "" none."""

    model: str
    rates: Rates
    worst: str = ""


@dataclass(frozen=True)
class ErrorTotal:
    """An error over some days: how often, on how many vehicle-days, on how many models."""

    code: str
    count: int
    vehicle_days: int
    models: int


def quality_day_visible(actor: Person) -> QuerySet[QualityDay]:
    """The days of the actor's maker's vehicles."""
    return QualityDay.objects.filter(maker=actor.maker).select_related("vehicle")


def days_of_vehicle(actor: Person, vehicle: Vehicle, since: date) -> QuerySet[QualityDay]:
    """A vehicle's days, the newest first."""
    rows = quality_day_visible(actor).filter(vehicle=vehicle, day__gte=since)
    return rows.order_by("-day", "-received_on")


def newest_taken(actor: Person) -> Any:
    """When the last day was brought in; None: never. Of the last week only, which an index bounds."""
    since = days.today() - timedelta(days=7)
    rows = QualityDay.objects.filter(maker=actor.maker, day__gte=since)
    return rows.aggregate(newest=Max("taken_at"))["newest"]


def in_use(actor: Person, on: date) -> int:
    """Vehicles on file by the end of a day and not scrapped by then."""
    rows = Vehicle.objects.filter(
        maker=actor.maker, registered_at__date__lte=on
    )  # the day of the office's zone, Beijing
    return rows.filter(Q(scrapped_on=None) | Q(scrapped_on__gt=on)).count()


def rates_by_day(actor: Person, first: date, last: date) -> dict[date, Rates]:
    """Every day that has data."""
    found: dict[date, Rates] = {}
    for row in _days(actor, first, last):
        found[row.day] = added(found.get(row.day), row)
    return dict(sorted(found.items()))


def rates_between(actor: Person, first: date, last: date) -> Rates:
    """All models over the days of a span."""
    total: Rates | None = None
    for row in _days(actor, first, last):
        total = added(total, row)
    return total or Rates()


def online_between(actor: Person, first: date, last: date) -> int:
    """Vehicles that sent on any of the days."""
    rows = QualityDay.objects.filter(maker=actor.maker, day__range=(first, last), rows__gt=0)
    found = rows.aggregate(number=Count("vehicle", distinct=True))["number"]
    return int(found or 0)


def rates_by_model(actor: Person, first: date, last: date) -> list[ModelRates]:
    """The models that sent, those with the largest share of failing vehicles first."""
    total: dict[str, Rates] = {}
    for row in _days(actor, first, last):
        total[row.model_name] = added(total.get(row.model_name), row)
    worst = _worst_errors(actor, first, last)
    found = [ModelRates(model, rates, worst.get(model, "")) for model, rates in total.items()]
    return sorted(found, key=lambda one: (-(one.rates.failed_pct or 0), one.model))


def _worst_errors(actor: Person, first: date, last: date) -> dict[str, str]:
    rows = QualityModelError.objects.filter(
        maker=actor.maker, day__range=(first, last), vehicles__gt=0
    )
    sums = rows.order_by().values_list("model_name", "code").annotate(number=Sum("vehicles"))
    found: dict[str, str] = {}
    for model, code, _number in sums.order_by("model_name", F("number").desc(), "code"):
        found.setdefault(model, code)
    return found


def error_totals(
    actor: Person, first: date, last: date, *, model: str | None = None
) -> dict[str, ErrorTotal]:
    """By code, of all models or of one."""
    rows = QualityModelError.objects.filter(
        maker=actor.maker, day__range=(first, last), count__gt=0
    )
    rows = rows if model is None else rows.filter(model_name=model)
    sums = rows.order_by().values_list("code").annotate(
        number=Sum("count"), vehicle_days=Sum("vehicles"), models=Count("model_name", distinct=True)
    )  # fmt: skip
    return {code: ErrorTotal(code, *rest) for code, *rest in sums}


def error_by_model(actor: Person, code: str, first: date, last: date) -> Sequence[dict[str, Any]]:
    """One error by model: how often, on how many vehicle-days; the most first."""
    rows = QualityModelError.objects.filter(
        maker=actor.maker, code=code, day__range=(first, last), count__gt=0
    )
    sums = rows.order_by().values("model_name").annotate(
        number=Sum("count"), vehicle_days=Sum("vehicles")
    )  # fmt: skip
    return [dict(row) for row in sums.order_by("-vehicle_days", "model_name")]


def error_by_day(actor: Person, code: str, first: date, last: date) -> dict[date, int]:
    """Vehicles with an error on each day that has any."""
    rows = QualityModelError.objects.filter(
        maker=actor.maker, code=code, day__range=(first, last), vehicles__gt=0
    )
    sums = rows.order_by().values_list("day").annotate(number=Sum("vehicles"))
    return dict(sums.order_by("day"))


def error_examples(
    actor: Person, code: str, first: date, last: date, *, model: str | None = None
) -> list[QualityDay]:
    """The newest days of vehicles that have the error, at most ``EXAMPLES``.

    The sums say on which days of which models to look, so that a rare error is found as fast.
    """
    where = QualityModelError.objects.filter(
        maker=actor.maker, code=code, day__range=(first, last), vehicles__gt=0
    )
    where = where if model is None else where.filter(model_name=model)
    found: list[QualityDay] = []
    for day, name in where.order_by("-day", "model_name").values_list("day", "model_name"):
        rows = quality_day_visible(actor).filter(day=day, model_name=name, errors__has_key=code)
        found += rows.order_by("-id")[: EXAMPLES - len(found)]
        if len(found) >= EXAMPLES:
            break
    return found


def _days(actor: Person, first: date, last: date) -> QuerySet[QualityModelDay]:
    return QualityModelDay.objects.filter(maker=actor.maker, day__range=(first, last))

"""Every read of the cases of data quality, and what measurement says of each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from voltward.base.errors import NotFound
from voltward.exchange import quality_states as states
from voltward.exchange.models import QualityCase, QualityModelDay, QualityModelError
from voltward.exchange.selectors.quality_limits import quality_limits
from voltward.records import days
from voltward.records.models import Maker, Person


@dataclass(frozen=True)
class Measured:
    """An error on a model over whole days: ``days`` that have data, vehicle-days with it and in all."""

    days: int
    vehicles: int
    hit: int
    first: date
    last: date

    @property
    def share_pct(self) -> float | None:
        return 100 * self.hit / self.vehicles if self.vehicles else None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "first": self.first.isoformat(), "last": self.last.isoformat()}


@dataclass(frozen=True)
class Verdict:
    """``before``, ``after``: the fix; None: there is none yet. ``is_gone``: measured long enough, and
    less than opens a case. ``days_needed``, ``share_pct``: the limits of that."""

    before: Measured
    after: Measured | None
    days_needed: int
    share_pct: float

    @property
    def is_gone(self) -> bool:
        after = self.after
        if after is None or after.days < self.days_needed or after.share_pct is None:
            return False
        return after.share_pct < self.share_pct


def quality_case_visible(actor: Person) -> QuerySet[QualityCase]:
    """The cases of the actor's maker."""
    rows = QualityCase.objects.filter(maker=actor.maker)
    return rows.select_related("owner", "opened_by", "fixed_by", "closed_by")


def quality_case_by_id(actor: Person, case_id: int) -> QualityCase:
    """
    Raises:
        NotFound: no such case, or another maker's; the two look the same.
    """
    case = quality_case_visible(actor).select_related("previous").filter(pk=case_id).first()
    if case is None:
        raise NotFound(f"quality case {case_id}")
    return case


def quality_case_locked(actor: Person, case_id: int) -> QualityCase:
    """One case, locked until the transaction ends; raises as ``quality_case_by_id``."""
    rows = QualityCase.objects.filter(maker=actor.maker).select_for_update(of=("self",))
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotFound(f"quality case {case_id}")
    return case


def quality_case_going(actor: Person, model: str, code: str) -> QualityCase | None:
    """The case that is under way of an error on a model, if there is one."""
    rows = QualityCase.objects.filter(maker=actor.maker, model_name=model, code=code)
    return rows.filter(state__in=states.GOING).first()


def quality_case_to_do(actor: Person, *, owner: Person | None = None) -> QuerySet[QualityCase]:
    """Cases under way, the longest waiting first; ``owner``: those of one person."""
    rows = quality_case_visible(actor).filter(state__in=states.GOING)
    return (rows.filter(owner=owner) if owner else rows).order_by("opened_at", "pk")


def measured(maker_id: int, model: str, code: str, first: date, last: date) -> Measured:
    """What the sums say of an error on a model from ``first`` to ``last``."""
    span = {"maker": maker_id, "model_name": model, "day__range": (first, last)}
    rows = QualityModelDay.objects.filter(**span, vehicles__gt=0)
    whole = rows.aggregate(number=Sum("vehicles"))["number"] or 0
    hit = QualityModelError.objects.filter(**span, code=code).aggregate(n=Sum("vehicles"))["n"] or 0
    return Measured(rows.count(), whole, hit, first, last)


def case_verdict(case: QualityCase, today: date | None = None) -> Verdict:
    """Before and after the fix, of whole days: today has not ended, the fix's own day is neither."""
    today = today or days.today()
    limits = quality_limits(case.maker_id, today)
    needed = int(limits["case_verify_days"].value)
    opened = case.fixed_on or today
    before = measured(
        case.maker_id, case.model_name, case.code, opened - timedelta(days=needed),
        opened - timedelta(days=1),
    )  # fmt: skip
    after = None
    if case.fixed_on is not None:
        first, last = case.fixed_on + timedelta(days=1), today - timedelta(days=1)
        after = measured(case.maker_id, case.model_name, case.code, first, max(first, last))
    return Verdict(before, after, needed, limits["case_share_pct"].value)


def errors_lasting(maker: Maker, today: date) -> list[tuple[str, str, list[Measured]]]:
    """Model, class and the days, of errors that open a case: on enough vehicles, day after day, up to
    yesterday."""
    limits = quality_limits(maker.pk, today)
    share, least = limits["case_share_pct"].value, limits["case_least_vehicles"].value
    span = [today - timedelta(days=n) for n in range(int(limits["case_days"].value), 0, -1)]
    totals = {
        (row.model_name, row.day): row.vehicles
        for row in QualityModelDay.objects.filter(maker=maker, day__in=span, vehicles__gt=0)
    }
    found: dict[tuple[str, str], list[Measured]] = {}
    rows = QualityModelError.objects.filter(maker=maker, day__in=span, vehicles__gte=least)
    for row in rows.order_by("model_name", "code", "day"):
        whole = totals.get((row.model_name, row.day), 0)
        if whole and 100 * row.vehicles / whole >= share:
            one = Measured(1, whole, row.vehicles, row.day, row.day)
            found.setdefault((row.model_name, row.code), []).append(one)
    return [(*key, days) for key, days in found.items() if len(days) == len(span)]

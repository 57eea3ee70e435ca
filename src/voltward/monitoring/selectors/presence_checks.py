"""Every read of presence checks: the record, what waits, the figures of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.fields import DurationField

from voltward.base.errors import NotFound
from voltward.monitoring.duty_times import month_span
from voltward.monitoring.models import PresenceCheck
from voltward.records.models import Person


@dataclass(frozen=True)
class CheckFigures:
    """One person's month. ``mean_answer``: of those answered at all; None: none was."""

    person: str
    asked: int
    in_time: int
    late: int
    missed: int
    mean_answer: timedelta | None

    @property
    def mean_answer_s(self) -> float | None:
        return None if self.mean_answer is None else self.mean_answer.total_seconds()

    @property
    def in_time_pct(self) -> float | None:
        decided = self.in_time + self.late + self.missed
        return None if decided == 0 else 100 * self.in_time / decided


def check_visible(actor: Person) -> QuerySet[PresenceCheck]:
    rows = PresenceCheck.objects.filter(maker=actor.maker_id)
    return rows.select_related("shift", "person", "rule").order_by("-asked_at", "-pk")


def check_by_id(actor: Person, check_id: int) -> PresenceCheck:
    """
    Raises:
        NotFound: no such check, or another maker's.
    """
    found = check_visible(actor).filter(pk=check_id).first()
    if found is None:
        raise NotFound(f"presence check {check_id}")
    return found


def checks_for(actor: Person) -> QuerySet[PresenceCheck]:
    """The actor's own that may still be answered, the most urgent first; also late ones of today's shift."""
    open_ones = check_visible(actor).filter(person=actor, answered_at=None)
    return open_ones.filter(state=PresenceCheck.WAITING).order_by("answer_by", "pk")


def checks_overdue(now: datetime) -> QuerySet[PresenceCheck]:
    """Of every maker: asked, not answered, time over."""
    return PresenceCheck.objects.filter(state=PresenceCheck.WAITING, answer_by__lte=now)


def check_figures(actor: Person, month: date) -> list[CheckFigures]:
    """By person, for the month in which they were asked."""
    begins, ends = month_span(month)
    rows = PresenceCheck.objects.filter(
        maker=actor.maker_id, asked_at__gte=begins, asked_at__lt=ends
    )
    took = ExpressionWrapper(F("answered_at") - F("asked_at"), output_field=DurationField())
    found = rows.values("person", "person__display_name").annotate(
        asked=Count("pk"),
        in_time=Count("pk", filter=Q(state=PresenceCheck.ANSWERED)),
        late=Count("pk", filter=Q(state=PresenceCheck.LATE)),
        missed=Count("pk", filter=Q(state=PresenceCheck.MISSED)),
        mean_answer=Avg(took),
    )
    return [
        CheckFigures(
            row["person__display_name"], row["asked"], row["in_time"], row["late"], row["missed"],
            row["mean_answer"],
        )
        for row in found.order_by("person__display_name", "person")
    ]  # fmt: skip

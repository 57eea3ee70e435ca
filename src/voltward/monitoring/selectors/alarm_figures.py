"""How much the desk bears and how often rules are right: alarms an operator-hour, verdicts of a rule."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.db.models.functions import TruncHour
from django.utils import timezone

from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep
from voltward.monitoring.selectors.desk_rules import desk_rule
from voltward.records.models import Person

Z_95: Final = 1.959963984540054  # two-sided 95 % of the normal distribution
# what a person does at the desk; other steps are the platform's, or a second person's
_AT_DESK: Final = (
    "claimed", "assigned", "released", "called", "noted", "snoozed", "workshop", "incident", "merged",
    "proposed", "closed", "advised",
)  # fmt: skip


@dataclass(frozen=True)
class DeskHour:
    """One hour: alarms that reached the desk, those disposed of by rules, and who worked on alarms."""

    begins_at: datetime
    alarms: int
    grave: int
    disposed: int
    operators: int
    limit: int

    @property
    def per_operator(self) -> float:
        """Alarms that people had to see, for each of them; with nobody at work, all of them for one."""
        return (self.alarms - self.disposed) / max(self.operators, 1)

    @property
    def is_over(self) -> bool:
        return self.per_operator > self.limit


def desk_hours(actor: Person, hours: int = 24, now: datetime | None = None) -> list[DeskHour]:
    """The last ``hours`` full hours and the present one, newest first; late data reach no desk."""
    now = now or timezone.now()
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
    limit = desk_rule(actor.maker_id, "operator_hour_limit").amount
    rows = Alarm.objects.filter(
        maker=actor.maker_id, shown_at__gte=first, shown_at__lte=now, is_late=False, level__gte=1
    )
    counted = (
        rows.annotate(hour=TruncHour("shown_at"))
        .order_by().values("hour")
        .annotate(
            number=Count("pk"), grave=Count("pk", filter=Q(level__gte=3)),
            by_rule=Count("pk", filter=~Q(disposed_by_rule="")),
        )
    )  # fmt: skip
    numbers = {row["hour"]: row for row in counted}
    people = _operators(actor, first, now)
    found = []
    for back in range(hours, -1, -1):
        hour = first + timedelta(hours=back)
        row = numbers.get(hour, {"number": 0, "grave": 0, "by_rule": 0})
        found.append(
            DeskHour(hour, row["number"], row["grave"], row["by_rule"], people[hour], limit)
        )
    return found


def _operators(actor: Person, first: datetime, now: datetime) -> defaultdict[datetime, int]:
    steps = AlarmStep.objects.filter(
        maker=actor.maker_id, at__gte=first, at__lte=now, person__isnull=False, kind__in=_AT_DESK
    )
    counted = (
        steps.annotate(hour=TruncHour("at")).order_by().values("hour")
        .annotate(people=Count("person", distinct=True))
    )  # fmt: skip
    found: defaultdict[datetime, int] = defaultdict(int)
    found.update({row["hour"]: row["people"] for row in counted})
    return found


@dataclass(frozen=True)
class RuleRecord:
    """Verdicts on closed alarms of a rule on a model ("" all): a sensor's fault is neither right nor wrong.

    ``lowest``, ``highest``: 95 % interval (Wilson) of the share of false ones among true and false.
    """

    rule: str
    model: str
    closed: int
    true: int
    false: int
    lowest: float
    highest: float

    @property
    def share(self) -> float | None:
        """Share of false alarms, 0 to 1; None: nobody has judged one true or false."""
        judged = self.true + self.false
        return self.false / judged if judged else None


def wilson(hits: int, number: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a share, 0 to 1; of nothing it is everything."""
    if number == 0:
        return 0.0, 1.0
    share, square = hits / number, z * z / number
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / number + square / (4 * number)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def rule_record(actor: Person, rule: str, model: str | None = None) -> RuleRecord:
    """The record of one rule, on one model or (None) on all of the actor's maker."""
    rows = Alarm.objects.filter(maker=actor.maker_id, rule=rule, state=states.CLOSED)
    if model is not None:
        rows = rows.filter(vehicle__model_name=model)
    found = rows.aggregate(
        closed=Count("pk"), true=Count("pk", filter=Q(verdict="true")),
        false=Count("pk", filter=Q(verdict="false")),
    )  # fmt: skip
    return _record(rule, model or "", found["closed"], found["true"], found["false"])


def rule_records(actor: Person, limit: int = 200) -> Sequence[RuleRecord]:
    """The records of all rules by model, those with the most false alarms first."""
    rows = Alarm.objects.filter(maker=actor.maker_id, state=states.CLOSED).order_by()
    groups = rows.values_list("rule", "vehicle__model_name").annotate(
        closed=Count("pk"), true=Count("pk", filter=Q(verdict="true")),
        false=Count("pk", filter=Q(verdict="false")),
    )  # fmt: skip
    ordered = groups.order_by("-false", "-closed", "rule", "vehicle__model_name")
    return [_record(*row) for row in ordered[:limit]]


def _record(rule: str, model: str, closed: int, true: int, false: int) -> RuleRecord:
    return RuleRecord(rule, model, closed, true, false, *wilson(false, true + false))

"""How often each rule told something, and how often people called it false."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone

from voltward.monitoring.models import Alarm, Episode, LimitSet
from voltward.monitoring.selectors.limits import vehicles_of
from voltward.records.models import Person

SPAN: Final = timedelta(days=30)
WATCHED: Final = ("hazard.c6", "hazard.c7", "hazard.c8")  # with profiles to choose from


@dataclass(frozen=True)
class RuleFigures:
    """Of the last ``SPAN``: episodes, vehicles with any, alarms closed, and closed as false."""

    episodes: int = 0
    vehicles: int = 0
    closed: int = 0
    false: int = 0


def rule_figures(actor: Person) -> dict[str, RuleFigures]:
    """By code of the rule; a rule that told nothing is left out. Watched profiles do not count."""
    since = timezone.now() - SPAN
    told = Episode.objects.filter(maker=actor.maker, profile="", opened_at__gte=since)
    counted = told.order_by().values("rule").annotate(
        episodes=Count("pk"), vehicles=Count("vehicle", distinct=True)
    )  # fmt: skip
    closed = Alarm.objects.filter(maker=actor.maker, closed_at__gte=since).exclude(verdict="")
    verdicts: dict[str, dict[str, int]] = {}
    rows = closed.order_by().values_list("rule", "verdict").annotate(number=Count("pk"))
    for rule, verdict, number in rows:
        verdicts.setdefault(rule, {})[verdict] = number
    found = {one["rule"]: (one["episodes"], one["vehicles"]) for one in counted}
    return {
        rule: RuleFigures(
            *found.get(rule, (0, 0)),
            sum(verdicts.get(rule, {}).values()),
            verdicts.get(rule, {}).get("false", 0),
        )
        for rule in {*found, *verdicts}
    }


def watched_figures(actor: Person, limit_set: LimitSet) -> dict[tuple[str, str], int]:
    """By profile and rule: how many vehicles of the set it flagged while it was only watched."""
    since = timezone.now() - SPAN
    rows = Episode.objects.filter(
        maker=actor.maker, opened_at__gte=since, rule__in=WATCHED,
        vehicle__in=vehicles_of(limit_set).values("pk"),
    ).exclude(profile="")  # fmt: skip
    counted = rows.order_by().values_list("profile", "rule").annotate(
        number=Count("vehicle", distinct=True)
    )  # fmt: skip
    return {(profile, rule): number for profile, rule, number in counted}

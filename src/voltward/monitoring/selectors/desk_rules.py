"""The numbers the desk goes by: which row holds for a maker, a level and a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.monitoring.models import DeskRule
from voltward.records.models import Person
from voltward.records.working_time import beijing_day

_OWN_FIRST = F("maker").asc(nulls_last=True)
_SPAN = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


def desk_rule_visible(actor: Person) -> QuerySet[DeskRule]:
    """Every row the actor's maker goes by or went by."""
    rows = DeskRule.objects.filter(Q(maker=None) | Q(maker=actor.maker_id))
    named = rows.select_related("proposed_by", "approved_by")
    return named.order_by("code", "from_level", _OWN_FIRST, "-effective_from", "-pk")


def desk_rule_by_id(actor: Person, rule_id: int) -> DeskRule:
    """
    Raises:
        NotFound: no such row, or another maker's.
    """
    rule = desk_rule_visible(actor).filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(f"desk rule {rule_id}")
    return rule


def desk_rule(maker_id: int | None, code: str, *, level: int = 0) -> DeskRule:
    """The row that holds today for an alarm of ``level``; a maker's own go before the platform's.

    Raises:
        NotFound: no row holds.
    """
    today = beijing_day(timezone.now())
    rows = DeskRule.objects.filter(
        Q(maker=None) | Q(maker=maker_id), Q(effective_to=None) | Q(effective_to__gt=today),
        code=code, from_level__lte=level, effective_from__lte=today,
    )  # fmt: skip
    rule = rows.order_by("-from_level", _OWN_FIRST, "-effective_from", "-pk").first()
    if rule is None:
        raise NotFound(f"desk rule {code} of level {level}")
    return rule


def desk_span(maker_id: int | None, code: str, *, level: int = 0) -> timedelta:
    """As ``desk_rule``, of a row that counts minutes or hours."""
    rule = desk_rule(maker_id, code, level=level)
    return rule.amount * _SPAN[rule.unit]


def desk_rules_in_force(actor: Person, on: date | None = None) -> list[DeskRule]:
    """One row of each code and level: the one that holds on a day (today)."""
    day = on or beijing_day(timezone.now())
    rows = desk_rule_visible(actor).filter(
        Q(effective_to=None) | Q(effective_to__gt=day), effective_from__lte=day
    )
    found: dict[tuple[str, int], DeskRule] = {}
    for row in rows:
        found.setdefault((row.code, row.from_level), row)
    return list(found.values())

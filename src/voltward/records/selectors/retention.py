"""Every read of retention classes and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from voltward.base.errors import NotFound
from voltward.records import days
from voltward.records.models import Person, RetentionClass, RetentionRule
from voltward.records.retention import Kept, longest


def rules_by_class(maker_id: int | None, on: date) -> dict[str, list[RetentionRule]]:
    """The rules in force for a maker on a day, by class; replaced ones are left out."""
    rows = RetentionRule.objects.filter(
        Q(maker=None) | Q(maker=maker_id), Q(effective_to=None) | Q(effective_to__gt=on),
        effective_from__lte=on,
    ).order_by("pk")  # fmt: skip
    rules = list(rows)
    replaced = {rule.replaces_id for rule in rules}
    by_class: defaultdict[str, list[RetentionRule]] = defaultdict(list)
    for rule in rules:
        if rule.pk not in replaced:
            by_class[rule.retention_class_id].append(rule)
    return dict(by_class)


def rules_in_force(maker_id: int | None, code: str, on: date) -> Sequence[RetentionRule]:
    return rules_by_class(maker_id, on).get(code, [])


def kept_until(
    code: str,
    started_on: date | None,
    product_life_years: int | None = None,
    *,
    maker_id: int | None,
    on: date | None = None,
) -> Kept | None:
    """Until when something of class ``code`` is kept, by the rules in force ``on`` (default: today).

    None: it has not begun to run out (``started_on`` is None), or no rule says when it may go.
    """
    if started_on is None:
        return None
    return longest(
        rules_in_force(maker_id, code, on or days.today()), started_on, product_life_years
    )


def class_all() -> QuerySet[RetentionClass]:
    """Classes are the same for every maker."""
    return RetentionClass.objects.all()


def class_by_code(code: str) -> RetentionClass:
    """
    Raises:
        NotFound: no such class.
    """
    found = RetentionClass.objects.filter(code=code).first()
    if found is None:
        raise NotFound(f"retention class {code}")
    return found


def rule_visible(actor: Person) -> QuerySet[RetentionRule]:
    """Common rules and the actor's maker's own, past ones too, newest first."""
    rules = RetentionRule.objects.filter(Q(maker=None) | Q(maker=actor.maker_id))
    rules = rules.select_related("retention_class", "approval__asked_by", "approval__decided_by")
    return rules.order_by("retention_class__order", "retention_class", "-effective_from", "-pk")

"""How long things are kept: the arithmetic, and the registry of kinds of records it is applied to."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from voltward.base.errors import Refused
from voltward.records.actions import Subject
from voltward.records.models.retention import RetentionRule

# when two rules end on one day, what loses less is done
_CAUTION: Final = {"delete": 0, "pseudonymise": 1, "review": 2}


class Held(Refused):
    """A legal hold stands on the record: nothing of it is deleted until the hold is lifted."""

    code = "held"


class StillKept(Refused):
    """The period of a retention rule is not over yet."""

    code = "still_kept"


@dataclass(frozen=True)
class Kept:
    """Until which day something is kept (that day is the first on which it may go), by which rule."""

    until: date
    rule: RetentionRule


def later(day: date, years: int, months: int) -> date:
    """``day`` so much later; a day that its month lacks becomes the first of the next one."""
    count = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = divmod(count, 12)
    if day.day <= calendar.monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return later(date(year, month + 1, 1), 0, 1)


def end_of(rule: RetentionRule, started_on: date, product_life_years: int | None = None) -> date:
    """The end by one rule; product life counts where the rule says so, its own default if unknown."""
    end = later(started_on, rule.keep_years, rule.keep_months)
    if not rule.keep_life:
        return end
    return max(end, later(started_on, product_life_years or rule.life_years, 0))


def longest(
    rules: Sequence[RetentionRule], started_on: date, product_life_years: int | None = None
) -> Kept | None:
    """The rule that keeps longest; None: no rule, so nothing may be deleted."""
    ends = [Kept(end_of(rule, started_on, product_life_years), rule) for rule in rules]
    return max(ends, key=lambda one: (one.until, _CAUTION[one.rule.then]), default=None)


@dataclass(frozen=True)
class Item:
    """Something kept. ``labels``: its own and those it hangs on; a hold on any of them holds it."""

    subject: Subject
    labels: tuple[str, ...]
    started_on: date
    product_life_years: int | None = None


@dataclass(frozen=True)
class KeptKind:
    """A kind of records with retention classes. All callables run in the transaction of one item.

    ``older(maker_id, code, day, after_pk, limit)``: items of the class whose period began on
    ``day`` or before, by primary key. ``pseudonymise``: None where there is no person in it; such
    items go to ``review``, which marks them for somebody to look at.
    """

    name: str
    older: Callable[[int, str, date, int, int], Sequence[Item]]
    delete: Callable[[Any, Item], None]
    review: Callable[[Any, Item], None]
    pseudonymise: Callable[[Any, Item], None] | None = None


KINDS: dict[str, KeptKind] = {}


def register(kind: KeptKind) -> KeptKind:
    KINDS[kind.name] = kind
    return kind

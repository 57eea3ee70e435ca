"""Every read of deadline rules and of the working calendar. A maker's own rows go before the platform's."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound, WrongState
from voltward.records.models import CalendarYear, DeadlineRule, Person, WorkDay
from voltward.records.working_time import WorkCalendar, beijing_day

_OWN_FIRST = F("maker").asc(nulls_last=True)
_NEWEST_FIRST = (F("effective_from").desc(nulls_last=True), "-revision")


def deadline_visible(actor: Person) -> QuerySet[DeadlineRule]:
    """Every revision the actor's maker goes by or went by, the present one of each rule first."""
    rules = DeadlineRule.objects.filter(Q(maker=None) | Q(maker=actor.maker_id))
    rules = rules.select_related("approved_by", "proposed_by")
    return rules.order_by("code", "severity", _OWN_FIRST, *_NEWEST_FIRST)


def deadline_by_id(actor: Person, rule_id: int) -> DeadlineRule:
    """
    Raises:
        NotFound: no such revision, or another maker's.
    """
    rule = deadline_visible(actor).filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(f"deadline {rule_id}")
    return rule


def deadlines_in_force(actor: Person, on: date | None = None) -> QuerySet[DeadlineRule]:
    """The one revision of each rule that holds on a day (today), also of rules that are off."""
    rows = _holding(actor.maker_id, on or beijing_day(timezone.now()))
    one_each = rows.order_by("code", "severity", _OWN_FIRST, *_NEWEST_FIRST)
    present = one_each.distinct("code", "severity").values("pk")
    return deadline_visible(actor).filter(pk__in=present).order_by("code", "severity")


def deadline_in_force(maker_id: int | None, *, code: str, severity: str, on: date) -> DeadlineRule:
    """
    Raises:
        NotFound: no such rule on that day.
        WrongState: the rule is switched off.
    """
    rows = _holding(maker_id, on).filter(code=code, severity=severity)
    rule = rows.order_by(_OWN_FIRST, *_NEWEST_FIRST).first()
    if rule is None:
        raise NotFound(f"deadline {code} {severity or 'usual'} on {on}")
    if not rule.is_on:
        raise WrongState(f"deadline {code} is switched off")
    return rule


def _holding(maker_id: int | None, on: date) -> QuerySet[DeadlineRule]:
    return DeadlineRule.objects.filter(
        Q(maker=None) | Q(maker=maker_id),
        Q(effective_from=None) | Q(effective_from__lte=on),
        Q(effective_to=None) | Q(effective_to__gt=on),
    )


def deadline_revisions(rule: DeadlineRule, actor: Person) -> QuerySet[DeadlineRule]:
    """All revisions of one rule, newest first."""
    same = deadline_visible(actor).filter(code=rule.code, severity=rule.severity)
    return same.order_by(_OWN_FIRST, *_NEWEST_FIRST)


def deadline_severities(actor: Person, code: str) -> list[DeadlineRule]:
    """The usual case and the severe ones of a rule that are switched on today."""
    return list(deadlines_in_force(actor).filter(code=code, is_on=True))


# ---- the working calendar


def work_calendar(maker_id: int | None) -> WorkCalendar:
    """The national calendar with the maker's own changes on top."""
    own = Q(maker=None) | Q(maker=maker_id)
    rows = WorkDay.objects.filter(own).order_by(F("maker").asc(nulls_first=True))
    days: dict[date, bool] = {}
    for on, kind in rows.values_list("on", "kind"):
        days.pop(on, None)
        if kind != "usual":
            days[on] = kind == "workday"
    years = CalendarYear.objects.filter(own).values_list("year", flat=True)
    return WorkCalendar(days, frozenset(years))


def workday_visible(actor: Person) -> QuerySet[WorkDay]:
    """Exceptions of the calendar, newest first; the maker's own stand beside the national ones."""
    rows = WorkDay.objects.filter(Q(maker=None) | Q(maker=actor.maker_id))
    return rows.select_related("approved_by").order_by("-on", _OWN_FIRST)


def calendar_years(actor: Person) -> QuerySet[CalendarYear]:
    """The years whose holidays are known, newest first."""
    rows = CalendarYear.objects.filter(Q(maker=None) | Q(maker=actor.maker_id))
    return rows.select_related("approved_by").order_by("-year")

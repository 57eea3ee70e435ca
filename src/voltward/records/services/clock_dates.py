"""Dates and points of clocks: reckoned at the start, anew when a rule, a calendar or a due instant moves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from voltward.records.actions import record
from voltward.records.clock_states import GOING, RUNNING
from voltward.records.models import Clock, ClockPoint, Person
from voltward.records.reckoning import BY_CALENDAR, due_of, points_of
from voltward.records.selectors.deadlines import work_calendar


def reckoned(clock: Clock) -> None:
    """Set ``due_at`` and ``calendar_confirmed`` from the rule and the event; nothing is saved."""
    calendar = work_calendar(clock.maker_id)
    due = due_of(clock.rule, clock.started_at, calendar, clock.occurrence)
    clock.due_at = due.at if due else None
    clock.calendar_confirmed = due.confirmed if due else True


def points_set(clock: Clock) -> None:
    """Replace the points that were not reached; those that were stay as they are."""
    clock.points.filter(reached_at=None).delete()
    if clock.due_at is None or clock.state != RUNNING:  # a late one was told of
        return
    points = points_of(clock.rule.warnings, clock.started_at, clock.due_at, timezone.now())
    ClockPoint.objects.bulk_create(
        (ClockPoint(clock=clock, name=name, at=at) for name, at in points), ignore_conflicts=True
    )


def shown(clock: Clock) -> dict[str, Any]:
    """What audit rows keep of a clock."""
    return {
        "code": clock.code, "state": clock.state, "due_at": _iso(clock.due_at),
        "rule": clock.rule_id, "owner": clock.owner_id, "unit": clock.unit_id,
        "subject": clock.subject,
    }  # fmt: skip


def recounted(actor: Person, name: str, maker_id: int | None) -> int:
    """Count running clocks of working days anew after the calendar changed; gives how many moved.

    A calendar says which days were worked, so it holds for clocks that run; one whose due instant
    was moved by hand stays. ``maker_id`` None: all makers. ``name``: of the action at work.
    """
    clocks = Clock.objects.filter(state__in=GOING, rule__unit__in=BY_CALENDAR, extensions=None)
    if maker_id is not None:
        clocks = clocks.filter(maker=maker_id)
    moved = 0
    for clock in clocks.select_related("rule").select_for_update(of=("self",)).order_by("pk"):
        before = (clock.due_at, clock.calendar_confirmed)
        old = shown(clock)
        reckoned(clock)
        if (clock.due_at, clock.calendar_confirmed) == before:
            continue
        if clock.due_at is not None and clock.due_at > timezone.now():
            clock.state = RUNNING
        clock.save(update_fields=["due_at", "calendar_confirmed", "state"])
        points_set(clock)
        record(actor, name, clock, before=old, after=shown(clock))
        moved += 1
    return moved


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None

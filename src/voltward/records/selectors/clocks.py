"""Every read of clocks and of tasks given by hand. Each one asks who is reading."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.records.clock_states import GOING
from voltward.records.models import AssignedTask, Clock, ClockPoint, Person
from voltward.records.selectors.own_units import own_units
from voltward.records.working_time import beijing_day, end_of

SOONEST = F("due_at").asc(nulls_first=True)


def clock_visible(actor: Person) -> QuerySet[Clock]:
    """The clocks of the actor's maker, the soonest first; those without a number (at once) lead."""
    clocks = Clock.objects.filter(maker=actor.maker_id).select_related("rule", "owner", "unit")
    return clocks.order_by(SOONEST, "pk")


def clock_going(actor: Person) -> QuerySet[Clock]:
    return clock_visible(actor).filter(state__in=GOING)


def clock_by_id(actor: Person, clock_id: int) -> Clock:
    """
    Raises:
        NotFound: no such clock, or another maker's; the two look the same.
    """
    clock = clock_visible(actor).filter(pk=clock_id).first()
    if clock is None:
        raise NotFound(f"clock {clock_id}")
    return clock


def clock_locked(actor: Person, clock_id: int) -> Clock:
    """One clock, locked until the transaction ends; raises as ``clock_by_id``.

    The platform itself, which has no maker, finds those of every maker.
    """
    mine = clock_visible(actor) if actor.maker_id else Clock.objects.select_related("rule")
    clocks = mine.order_by().select_for_update(of=("self",))
    clock = clocks.filter(pk=clock_id).first()
    if clock is None:
        raise NotFound(f"clock {clock_id}")
    return clock


def clocks_of(actor: Person, subject: str) -> QuerySet[Clock]:
    """The clocks of one record, by its audit label: those that run first, then those that ended."""
    return (
        clock_visible(actor)
        .filter(subject=subject)
        .order_by(F("ended_at").desc(nulls_first=True), SOONEST, "pk")
    )


def clock_mine(actor: Person) -> QuerySet[Clock]:
    """Clocks the actor has in hand, and those nobody has that are told to the actor's roles or units."""
    nobodys = Q(rule__told_roles__overlap=sorted(actor.roles)) | Q(unit__in=own_units(actor))
    return clock_going(actor).filter(Q(owner=actor) | Q(owner=None) & nobodys)


def clock_tally(actor: Person) -> dict[str, int]:
    """``late``, ``today`` (also at once) and ``all`` of what is the actor's."""
    now = timezone.now()
    tonight = end_of(beijing_day(now))
    late = Q(due_at__lte=now)
    today = Q(due_at=None) | Q(due_at__gt=now, due_at__lte=tonight)
    return (
        clock_mine(actor)
        .order_by()
        .aggregate(late=Count("pk", filter=late), today=Count("pk", filter=today), all=Count("pk"))
    )


def point_waiting(now: datetime) -> QuerySet[ClockPoint]:
    """Points of running clocks that were reached and not told, of every maker: for the sweeper alone."""
    return ClockPoint.objects.filter(reached_at=None, at__lte=now, clock__state__in=GOING).order_by(
        "at", "pk"
    )


def point_locked(point_id: int) -> ClockPoint | None:
    """The point with its clock, both locked; None: somebody else holds or has told it."""
    rows = ClockPoint.objects.select_related("clock__rule")
    rows = rows.select_for_update(of=("self", "clock"), skip_locked=True)
    return rows.filter(pk=point_id, reached_at=None, clock__state__in=GOING).first()


# ---- tasks given by hand


def task_visible(actor: Person) -> QuerySet[AssignedTask]:
    tasks = AssignedTask.objects.filter(maker=actor.maker_id)
    return tasks.select_related("owner", "assigned_by").order_by(
        F("due_at").asc(nulls_last=True), "pk"
    )


def task_open(actor: Person) -> QuerySet[AssignedTask]:
    return task_visible(actor).filter(done_at=None)


def task_by_id(actor: Person, task_id: int) -> AssignedTask:
    """
    Raises:
        NotFound: no such task, or another maker's.
    """
    task = task_visible(actor).filter(pk=task_id).first()
    if task is None:
        raise NotFound(f"task {task_id}")
    return task


def task_locked(actor: Person, task_id: int) -> AssignedTask:
    """One task, locked until the transaction ends; raises as ``task_by_id``."""
    tasks = task_visible(actor).order_by().select_for_update(of=("self",))
    task = tasks.filter(pk=task_id).first()
    if task is None:
        raise NotFound(f"task {task_id}")
    return task

"""What records/ puts on the workbench: clocks, tasks given by hand, wishes that wait for a second person."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.pages.room import REGISTRY, Task, TaskSource
from voltward.records.approvals import KINDS, approval_waiting
from voltward.records.models import AssignedTask, Clock, Person
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors.clocks import (
    clock_going,
    clock_mine,
    clock_tally,
    task_open,
)
from voltward.records.selectors.own_units import own_units, unit_colleagues


def clocks_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [_of_clock(actor, clock) for clock in clock_mine(actor)[:limit]]


def clocks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    clocks = clock_going(actor)
    if scope == "unit":
        units = own_units(actor)
        near = Q(unit__in=units) | Q(owner__in=unit_colleagues(units)) | Q(owner=actor)
        clocks = clocks.filter(near | Q(pk__in=clock_mine(actor).order_by().values("pk")))
    return [_of_clock(actor, clock) for clock in clocks[:limit]]


def clocks_count(actor: Person) -> int:
    return clock_tally(actor)["all"]


def _of_clock(actor: Person, clock: Clock) -> Task:
    free = clock.owner is None and "clock.write" in actor.grants
    return Task(
        title=f"{clock.rule.title} · {clock.rule.addressee}",
        subject=clock.subject_text,
        url=reverse("clock", args=[clock.pk]),
        due_at=clock.due_at,
        owner=clock.owner.display_name if clock.owner else str(clock.unit or ""),
        button=_("办理"),
        claim_url=reverse("clock-claim", args=[clock.pk]) if free else "",
        at_once=clock.due_at is None,
        started_at=clock.started_at,
    )


def tasks_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [_of_task(task) for task in task_open(actor).filter(owner=actor)[:limit]]


def tasks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    tasks = task_open(actor)
    if scope == "unit":
        near = {actor.pk, *unit_colleagues(own_units(actor))}
        tasks = tasks.filter(Q(owner__in=near) | Q(assigned_by=actor))
    return [_of_task(task) for task in tasks[:limit]]


def tasks_count(actor: Person) -> int:
    return task_open(actor).filter(owner=actor).count()


def _of_task(task: AssignedTask) -> Task:
    return Task(
        title=task.title,
        subject=task.subject_text,
        url=reverse("task", args=[task.pk]),
        due_at=task.due_at,
        owner=task.owner.display_name,
        button=_("办理"),
        started_at=task.assigned_at,
    )


def approvals_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [
        Task(
            title=KINDS[one.kind].title,
            subject=one.title,
            url=reverse("approval", args=[one.pk]),
            owner=actor.display_name,
            button=_("审批"),
        )
        for one in approval_waiting(actor).filter(kind__in=KINDS)[:limit]
    ]


def approvals_count(actor: Person) -> int:
    return approval_waiting(actor).count()


def workbench_count(actor: Person) -> int:
    """Everything of all rooms that is the actor's to do."""
    return sum(source.count(actor) for source in REGISTRY.tasks(actor))


def strip(actor: Person) -> dict[str, object]:
    """The clocks in the top bar of every page."""
    return {"tally": clock_tally(actor)}


SOURCES = (
    TaskSource("clocks", _("时钟"), "clock.read", 10, clocks_mine, clocks_count, clocks_wider),
    TaskSource("tasks", _("任务"), "clock.read", 20, tasks_mine, tasks_count, tasks_wider),
    TaskSource("approvals", _("审批"), OWN_ACCOUNT, 30, approvals_mine, approvals_count),
)

"""One list over all rooms: what is late, due today, this week and later, soonest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voltward.pages.room import Task, TaskSource, Text
from voltward.records.models import Person
from voltward.records.working_time import beijing_day, end_of

GROUPS: Final = ("late", "today", "week", "later")
SCOPES: Final = ("mine", "unit", "all")
MOST: Final = 1000  # lines of one source; nobody works off more in a sitting
_FAR = timedelta(days=36_500)


@dataclass(frozen=True)
class Line:
    """A task with the group it falls into and the source it comes from."""

    task: Task
    group: str
    source: Text


@dataclass(frozen=True)
class Bench:
    """``capped``: a source had more than MOST, so the numbers are at least what they say."""

    lines: tuple[Line, ...]
    capped: bool

    def of(self, group: str) -> list[Line]:
        return [line for line in self.lines if line.group == group]

    @property
    def unclaimed(self) -> list[Line]:
        return [line for line in self.lines if not line.task.owner]


def bench_of(actor: Person, sources: Sequence[TaskSource], scope: str, now: datetime) -> Bench:
    """All lines of ``sources`` in a scope, by deadline; what must be done at once leads its day."""
    lines: list[Line] = []
    capped = False
    for source in sources:
        wider = source.wider if scope != "mine" else None
        tasks = wider(actor, scope, MOST + 1) if wider else source.tasks(actor, MOST + 1)
        capped = capped or len(tasks) > MOST
        lines += [Line(task, group_of(task, now), source.title) for task in tasks[:MOST]]
    lines.sort(key=lambda line: _order(line.task, now))
    return Bench(tuple(lines), capped)


def group_of(task: Task, now: datetime) -> str:
    """Days and weeks are Beijing's; a week ends on Sunday."""
    if task.at_once:
        return "today"
    if task.due_at is None:
        return "later"
    if task.due_at <= now:
        return "late"
    today = beijing_day(now)
    if task.due_at <= end_of(today):
        return "today"
    sunday = today + timedelta(days=6 - today.weekday())
    return "week" if task.due_at <= end_of(sunday) else "later"


def _order(task: Task, now: datetime) -> datetime:
    return now if task.at_once else task.due_at or now + _FAR

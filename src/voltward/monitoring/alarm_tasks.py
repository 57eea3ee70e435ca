"""What alarms put on the workbench, and how the search box finds one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.monitoring import states
from voltward.monitoring.models import Alarm
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarm_records import alarm_visible, alarm_waiting
from voltward.monitoring.services.alarm_steps import alarm_path
from voltward.pages.room import Hit, Task, TaskSource
from voltward.records.actions import label
from voltward.records.models import Person
from voltward.records.selectors.clocks import clock_going

_LONGEST_NUMBER = 18


def alarm_tasks(actor: Person, limit: int) -> Sequence[Task]:
    """Own alarms, and grave ones that nobody has; closings that wait are among the approvals."""
    alarms = list(alarm_waiting(actor)[:limit])
    due = _due(actor, alarms)
    return [_task(alarm, due.get(label(alarm))) for alarm in alarms]


def alarm_tasks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    """Every open alarm of the maker that somebody has or must take, whatever the scope: one desk."""
    del scope
    rows = alarm_visible(actor).filter(state__in=(states.NEW, states.CLAIMED), level__gte=1)
    alarms = list(rows.order_by("-level", "-opened_at", "-pk")[:limit])
    due = _due(actor, alarms)
    return [_task(alarm, due.get(label(alarm))) for alarm in alarms]


def alarm_tasks_count(actor: Person) -> int:
    """As ``alarm_tasks``."""
    return alarm_waiting(actor).order_by().count()


def find_alarms(actor: Person, text: str, limit: int) -> Sequence[Hit]:
    """An alarm by its number, with or without ``#``."""
    word = text.strip().removeprefix("#")
    if not (word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER):
        return []
    found = alarm_visible(actor).filter(pk=int(word))[:limit]
    return [_hit(alarm) for alarm in found]


def _hit(alarm: Alarm) -> Hit:
    detail = f"{rule_title(alarm.rule)} · {alarm.vehicle.vin}"
    return Hit(f"#{alarm.pk}", detail, alarm_path(alarm))


def _due(actor: Person, alarms: Sequence[Alarm]) -> dict[str, datetime]:
    """The soonest of each alarm's running clocks."""
    labels = [label(alarm) for alarm in alarms]
    found: dict[str, datetime] = {}
    for clock in clock_going(actor).filter(subject__in=labels):
        if clock.due_at is not None:
            found.setdefault(clock.subject, clock.due_at)
    return found


def _task(alarm: Alarm, due_at: datetime | None) -> Task:
    level = alarm.get_level_display()
    return Task(
        title=_("%(level)s告警：%(rule)s") % {"level": level, "rule": rule_title(alarm.rule)},
        subject=f"#{alarm.pk} · {alarm.vehicle.vin}",
        url=alarm_path(alarm),
        due_at=due_at,
        owner=alarm.owner.display_name if alarm.owner and alarm.state != states.NEW else "",
        button=_("处置"),
        at_once=due_at is None and alarm.level >= 3 and alarm.state == states.NEW,
        started_at=min(alarm.received_at, timezone.now()),
    )


SOURCE = TaskSource(
    "alarms",
    gettext_lazy("告警"),
    "alarm.handle",
    5,
    alarm_tasks,
    alarm_tasks_count,
    alarm_tasks_wider,
)

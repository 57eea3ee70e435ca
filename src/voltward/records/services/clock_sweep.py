"""The sweeper: tells of warnings and lateness exactly once, row by row, whoever else sweeps or dies."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from voltward.records import clock_states
from voltward.records.actions import action, record
from voltward.records.clock_events import ClockWarning
from voltward.records.events import tell
from voltward.records.models import ClockNews, ClockPoint, Person
from voltward.records.selectors import installation
from voltward.records.selectors.clocks import point_locked, point_waiting

BATCH: Final = 200
_log = structlog.get_logger("voltward.clocks")


def clock_sweep(now: datetime | None = None) -> int:
    """Tell of every point reached by ``now``; gives how many this very call told of.

    Each point is marked, kept as news and told in one transaction of its own. One that a listener
    refuses stays for the next round and holds up no other.

    Raises:
        Exception: the first failure, once every other point was tried.
    """
    now = now or timezone.now()
    actor, seen, told = installation(), set[int](), 0
    failures: list[Exception] = []
    while points := list(
        point_waiting(now).exclude(pk__in=seen).values_list("pk", flat=True)[:BATCH]
    ):
        seen.update(points)
        for point_id in points:
            try:
                told += point_reach(actor, point_id, now)
            except Exception as error:  # the others must be told of all the same
                _log.error("clock point failed", point=point_id, error=str(error))
                failures.append(error)
    if failures:
        raise failures[0]
    return told


def point_reach(actor: Person, point_id: int, now: datetime) -> bool:
    """Tell of one point; False: another process holds it, told it, or the clock has ended."""
    with transaction.atomic():
        point = point_locked(point_id)
        if point is None:
            return False
        _point_tell(actor, point=point, now=now)
    return True


@action("clock.sweep", needs="clock.sweep")
def _point_tell(actor: Person, *, point: ClockPoint, now: datetime) -> None:
    clock = point.clock
    before = {"state": clock.state}
    point.reached_at = now
    point.save(update_fields=["reached_at"])
    if point.name == "late" and clock.state == clock_states.RUNNING:
        clock.state = clock_states.after(clock.state, "pass")
        clock.save(update_fields=["state"])
    news = ClockNews.objects.create(
        point=point, clock=clock, roles=clock.rule.told_roles, owner_id=clock.owner_id, told_at=now
    )
    record(
        actor,
        "clock.sweep",
        clock,
        before=before,
        after={"state": clock.state, "point": point.name},
    )
    tell(actor, _warning(point, news))


def _warning(point: ClockPoint, news: ClockNews) -> ClockWarning:
    clock = point.clock
    return ClockWarning(
        news_id=news.pk, clock_id=clock.pk, maker_id=clock.maker_id, point=point.name,
        code=clock.code, title=clock.rule.title_zh, subject=clock.subject,
        subject_text=clock.subject_text, due_at=clock.due_at or point.at, reached_at=news.told_at,
        roles=tuple(news.roles), owner_id=clock.owner_id, unit_id=clock.unit_id,
    )  # fmt: skip

"""Starts the clock of each gap in the roster before it happens; the office does it by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from voltward.base.errors import NotFound, WrongState
from voltward.monitoring.selectors.duty_rules import GAP
from voltward.monitoring.selectors.roster import Gap, gaps_ahead
from voltward.monitoring.services.roster import gap_subject, shift_text
from voltward.records.models import Clock, Maker, Person
from voltward.records.selectors import installation
from voltward.records.services.clocks import clock_start
from voltward.records.working_time import beijing_day


def roster_gaps_watch(now: datetime | None = None) -> int:
    """Start a clock for every gap that has none running; gives how many."""
    now, actor, started = now or timezone.now(), installation(), 0
    for maker in Maker.objects.order_by("pk"):
        for gap in gaps_ahead(maker, now):
            started += _started(actor, maker, gap, now)
    return started


def _started(actor: Person, maker: Maker, gap: Gap, now: datetime) -> int:
    subject = gap_subject(gap)
    earlier = Clock.objects.filter(maker=maker, subject=subject, code=GAP)
    if any(one.is_going for one in earlier):
        return 0
    on = beijing_day(gap.begins_at)
    try:
        clock_start(
            actor, code=GAP, subject=subject, event_key=str(len(earlier)), started_at=now,
            subject_text=shift_text(gap.shift) if gap.shift else f"{on} 无班次",
            event=f"缺 {gap.missing} 人", maker=maker,
            url=f"/duty/shifts/{gap.shift.pk}/" if gap.shift else f"/duty/?month={on:%Y-%m}",
        )  # fmt: skip
    except (NotFound, WrongState):
        return 0  # the maker switched the rule off
    return 1

"""What the rounds of all queues share: the cases they follow, and the platform's lines in their logs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase, WatchStep
from voltward.records.models import Maker


def cases_followed(maker: Maker, queue: str) -> list[WatchCase]:
    """Cases without a verdict, and those with one whose condition still lasts; oldest first."""
    rows = WatchCase.objects.filter(maker=maker, queue=queue)
    rows = rows.filter(Q(state__in=watch_states.GOING) | Q(ended_at=None))
    return list(rows.order_by("pk"))


def steps_written(maker: Maker, cases: Iterable[WatchCase], kind: str, text: str = "") -> None:
    """The platform's line in the log of each."""
    WatchStep.objects.bulk_create(
        WatchStep(maker=maker, case=case, kind=kind, text=text[:1000]) for case in cases
    )

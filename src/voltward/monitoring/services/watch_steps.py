"""What the rounds of all queues share: the cases they follow, those they open, the lines in their logs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q

from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase, WatchStep
from voltward.monitoring.models.watch import MODEL_SHARE
from voltward.monitoring.services.watch_reviews import review_asked
from voltward.monitoring.watch_events import WatchCasesOpened
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Maker, Person

BATCH: Final = 500


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


@action("watch.open", needs="watch.sweep")
def cases_open(actor: Person, *, maker: Maker, queue: str, cases: list[WatchCase]) -> None:
    """New cases of one queue; of models, the people who review batches are told."""
    WatchCase.objects.bulk_create(cases)
    steps_written(maker, cases, "opened")
    for case in cases:
        if case.queue == MODEL_SHARE:
            review_asked(actor, maker, case)
    after = {"queue": queue, "cases": [case.pk for case in cases]}
    record(actor, "watch.open", maker, before={}, after=after, maker_id=maker.pk)
    tell(actor, WatchCasesOpened(maker.pk, queue, tuple(cases)))


@action("watch.turn", needs="watch.sweep")
def cases_turn(
    actor: Person, *, maker: Maker, queue: str, cases: list[WatchCase], ended_at: datetime | None
) -> None:
    """The condition of these ended, or came again."""
    WatchCase.objects.filter(pk__in=[case.pk for case in cases]).update(ended_at=ended_at)
    kind = "ended" if ended_at else "again"
    steps_written(maker, cases, kind)
    after = {"queue": queue, kind: [case.pk for case in cases]}
    record(actor, "watch.turn", maker, before={}, after=after, maker_id=maker.pk)


def batches(cases: list[WatchCase]) -> Iterable[list[WatchCase]]:
    """As many at once as one transaction writes."""
    return (cases[first : first + BATCH] for first in range(0, len(cases), BATCH))

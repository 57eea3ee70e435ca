"""What a hand-over says of the watch queues: how many wait, which are due today, which nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from voltward.monitoring import watch_states
from voltward.monitoring.duty_ports import OpenItem, hand_over_items
from voltward.monitoring.models import WatchCase
from voltward.monitoring.models.watch import QUEUES
from voltward.monitoring.selectors.watch import case_visible
from voltward.records import days
from voltward.records.models import Person
from voltward.records.working_time import end_of

READ: Final = "watch.read"
LISTED: Final = 50


@hand_over_items("watch")
def watch_handed(actor: Person) -> Iterator[OpenItem]:
    """Of the actor's maker; nothing for who may not read the queues."""
    if READ not in actor.grants:
        return
    yield from _counts(actor)
    yield from _due(actor)
    yield from _unclaimed(actor)


def _counts(actor: Person) -> Iterator[OpenItem]:
    rows = case_visible(actor).filter(state__in=watch_states.GOING).order_by()
    counted = rows.values("queue").annotate(
        all=Count("pk"), free=Count("pk", filter=Q(state=watch_states.OPEN))
    )
    found = {row["queue"]: row for row in counted}
    for queue, title in QUEUES:
        if queue in found:
            text = _("%(queue)s：待结论 %(all)d，其中待认领 %(free)d") % {
                **found[queue],
                "queue": title,
            }
            path = reverse(f"watch-{queue.replace('_', '-')}") + "?going=yes"
            yield OpenItem("watch_queue", text, path)


def _due(actor: Person) -> Iterator[OpenItem]:
    """Those whose agreed day has come, turned to in hand or not yet; the longest due first."""
    rows = case_visible(actor).filter(
        state__in=(watch_states.RECHECKING, watch_states.IN_HAND), recheck_on__lte=days.today()
    )
    for case in rows.order_by("recheck_on", "pk")[:LISTED]:
        yield _item("watch", case)


def _unclaimed(actor: Person) -> Iterator[OpenItem]:
    """The newest; how many there are is said by queue."""
    rows = case_visible(actor).filter(state=watch_states.OPEN)
    for case in rows.order_by("-opened_at", "-pk")[:LISTED]:
        yield _item("watch_open", case)


def _item(kind: str, case: WatchCase) -> OpenItem:
    text = f"{case} · {case.get_state_display()}"
    due_at = end_of(case.recheck_on) if case.recheck_on else None
    return OpenItem(kind, text, reverse("watch-case", args=[case.pk]), due_at=due_at)

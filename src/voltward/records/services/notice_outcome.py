"""What an outcome means for a delivery, for the other ways to the same person, and for the channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from voltward.records.models import Attempt, Channel, Delivery, Notice
from voltward.records.models.notice_ways import INBOX
from voltward.records.senders.protocol import Outcome

MOST_TRIES = 10
FIRST_WAIT_S, LONGEST_WAIT_S = 5, 1800
DOWN = timedelta(seconds=30)


def wait_after(tries: int) -> timedelta:
    """How long until the next try after the ``tries``-th: doubling from 5 s, at most half an hour."""
    return timedelta(seconds=min(FIRST_WAIT_S * 2 ** (tries - 1), LONGEST_WAIT_S))


def sent(row: Delivery, at: datetime) -> None:
    """It left; the person's other ways of this step are not needed any more."""
    row.state, row.due_at, row.sent_at = "sent", None, at
    row.save(update_fields=["state", "due_at", "sent_at"])
    if row.kind != INBOX:
        others = _ways(row).filter(state__in=("waiting", "again", "standby"))
        others.update(state="unneeded", due_at=None)


def failed(row: Delivery, outcome: Outcome, at: datetime) -> None:
    """The next way is due at once; this one is tried again later where that may help."""
    if outcome.again and row.attempts < MOST_TRIES:
        row.state, row.due_at = "again", at + wait_after(max(row.attempts, 1))
    else:
        row.state, row.due_at = "failed", None
    row.save(update_fields=["state", "due_at"])
    _next_way(row, at)
    if row.state == "failed":
        _step_given_up(row, at)


def passed_on(row: Delivery, until: datetime, at: datetime) -> None:
    """The channel is down: no try, the next way is due at once; this one waits until ``until``."""
    if _next_way(row, at):  # told once, not at every look at a channel that stays down
        Attempt.objects.create(
            delivery=row, begun_at=at, ended_at=at, outcome="again", answer="channel is down"
        )
    row.state, row.due_at = "again", until
    row.save(update_fields=["state", "due_at"])


def channel_noted(channel_id: int, outcome: Outcome, answer: str, at: datetime) -> None:
    """The last result, and whether the channel is taken for down for a while."""
    word = "sent" if outcome.sent else "again" if outcome.again else "refused"
    Channel.objects.filter(pk=channel_id).update(
        last_tried_at=at, last_outcome=word, last_answer=answer,
        down_until=at + DOWN if outcome.is_down else None,
    )  # fmt: skip


def _next_way(row: Delivery, at: datetime) -> bool:
    following = _ways(row).filter(state="standby").order_by("rank").first()
    if following is None:
        return False
    following.state, following.due_at = "waiting", at
    following.save(update_fields=["state", "due_at"])
    return True


def _step_given_up(row: Delivery, at: datetime) -> None:
    """When no way of a step leads to anybody any more, the next step does not wait for its time."""
    hopeful = Delivery.objects.filter(notice=row.notice_id, step=row.step)
    if hopeful.exclude(kind=INBOX).exclude(state__in=("failed", "unneeded")).exists():
        return
    waiting = Notice.objects.filter(pk=row.notice_id, step=row.step, step_due_at__gt=at)
    # whoever acknowledges or escalates holds the notice and waits for deliveries: never wait for them
    for notice in waiting.select_for_update(skip_locked=True):
        notice.step_due_at = at
        notice.save(update_fields=["step_due_at"])


def _ways(row: Delivery) -> QuerySet[Delivery]:
    same = Delivery.objects.filter(notice=row.notice_id, person=row.person_id, step=row.step)
    return same.exclude(kind=INBOX).exclude(pk=row.pk)

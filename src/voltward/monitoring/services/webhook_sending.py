"""Sends webhooks what is due: claim, send outside any transaction, note; with back-off, for a day.

Each POST is signed: ``X-Voltward-Signature`` is HMAC-SHA256 of ``X-Voltward-Timestamp``, a line feed and
the body under the address's key, hexadecimal. ``Idempotency-Key`` is the same for every try.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from voltward.base.errors import BadSetting, Refused
from voltward.monitoring.models import Webhook, WebhookDelivery, WebhookTry
from voltward.records.notice_ports import now, ports
from voltward.records.senders.http import post_json
from voltward.records.senders.protocol import LONGEST_ANSWER, Outcome
from voltward.records.senders.telephone import signature
from voltward.records.services.notice_sending import LEASE

BATCH: Final = 64
AT_ONCE: Final = 8
FIRST_WAIT_S, LONGEST_WAIT_S = 5, 3600
DOWN: Final = timedelta(seconds=30)
_log = structlog.get_logger("voltward.webhooks")


@dataclass(frozen=True)
class Post:
    """One try. ``outcome``: known before anything is sent."""

    delivery_id: int
    webhook_id: int
    try_id: int
    url: str
    body: bytes
    headers: dict[str, str]
    outcome: Outcome | None = None


def webhooks_deliver() -> int:
    """Try what is due; gives how many rows were looked at."""
    posts = _claimed()
    for post, outcome in _carried(posts):
        _noted(post, outcome)
    return len(posts)


def wait_after(tries: int) -> timedelta:
    """How long until the next try after the ``tries``-th: doubling from 5 s, at most an hour."""
    return timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(tries - 1, 20), LONGEST_WAIT_S))


def _claimed() -> list[Post]:
    at = now()
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(state__in=WebhookDelivery.ACTIVE, due_at__lte=at)
        named = due.select_related("webhook")
        locked = named.select_for_update(skip_locked=True, of=("self",))
        rows = list(locked.order_by("due_at", "pk")[:BATCH])
        return [post for row in rows if (post := _post(row, at)) is not None]


def _post(row: WebhookDelivery, at: datetime) -> Post | None:
    """None: it waits, because its address was down a moment ago."""
    hook = row.webhook
    if hook.down_until is not None and hook.down_until > at and at < row.until_at:
        row.state, row.due_at = "again", hook.down_until
        row.save(update_fields=["state", "due_at"])
        return None
    row.tries.filter(outcome="begun").update(outcome="lost", ended_at=at)
    row.state, row.due_at, row.attempts = "sending", at + LEASE, row.attempts + 1
    row.save(update_fields=["state", "due_at", "attempts"])
    begun = WebhookTry.objects.create(delivery=row, begun_at=at)
    body = json.dumps(
        {"id": str(row.key), "kind": row.kind, "data": row.body}, ensure_ascii=False
    ).encode()
    try:
        if hook.sealed is None:
            raise BadSetting(f"webhook {hook.pk} has no key")
        key = ports().secrets.unseal(f"webhook:{hook.pk}", bytes(hook.sealed))
    except BadSetting:
        outcome = Outcome(False, "the key cannot be opened")
        return Post(row.pk, hook.pk, begun.pk, hook.url, body, {}, outcome)
    seconds = str(int(at.timestamp()))
    headers = {
        "X-Voltward-Timestamp": seconds,
        "X-Voltward-Signature": signature(seconds, body, key),
        "X-Voltward-Event": row.kind,
        "Idempotency-Key": str(row.key),
    }
    return Post(row.pk, hook.pk, begun.pk, hook.url, body, headers)


def _carried(posts: Iterable[Post]) -> Iterator[tuple[Post, Outcome]]:
    """Each post with its outcome as they come; threads without a database."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = {pool.submit(_sent, post): post for post in posts}
        for done in as_completed(sent):
            yield sent[done], done.result()


def _sent(post: Post) -> Outcome:
    if post.outcome is not None:
        return post.outcome
    try:
        reply = post_json(post.url, post.body, post.headers)
    except Refused as refusal:
        return Outcome(False, refusal.code)
    except OSError as error:
        # not the error's own text: it may name an address with a key in it
        return Outcome(False, type(error).__name__, again=True, is_down=True)
    except Exception as error:
        _log.error("a webhook failed", error=type(error).__name__)
        return Outcome(False, type(error).__name__, again=True)
    # whoever answers at all may be mended within the day: only 410 (gone) says no for good
    return Outcome(
        200 <= reply.status < 300, str(reply.status)[:LONGEST_ANSWER], again=reply.status != 410
    )


def _noted(post: Post, outcome: Outcome) -> None:
    at = now()
    word = "sent" if outcome.sent else "again" if outcome.again else "refused"
    with transaction.atomic():
        Webhook.objects.filter(pk=post.webhook_id).update(
            last_tried_at=at, last_outcome=word, last_answer=outcome.answer,
            down_until=at + DOWN if outcome.is_down else None,
        )  # fmt: skip
        ended = WebhookTry.objects.filter(pk=post.try_id)
        ended.update(outcome=word, ended_at=at, answer=outcome.answer)
        rows = WebhookDelivery.objects.select_for_update().filter(pk=post.delivery_id)
        row = rows.filter(state="sending").first()
        if row is None:  # closed meanwhile, or another process tries it
            return
        following = at + wait_after(row.attempts)
        row.due_at = None
        if outcome.sent:
            row.state, row.sent_at = "sent", at
        elif outcome.again and following <= row.until_at:
            row.state, row.due_at = "again", following
        else:
            row.state = "failed"
        row.save(update_fields=["state", "due_at", "sent_at"])

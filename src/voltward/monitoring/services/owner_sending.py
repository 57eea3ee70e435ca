"""Sends owners what is due: the number is opened for the message, on record, and kept nowhere.

Claim, send outside any transaction, note; as ``records.services.notice_sending``, whose threads it uses.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from voltward.base.errors import BadSetting
from voltward.fleet.models import OwnerIdentity
from voltward.monitoring.models import OwnerNotice, OwnerNoticeTry
from voltward.records.models import Channel
from voltward.records.notice_ports import now, ports
from voltward.records.protection.ciphers import Unreadable
from voltward.records.protection.normal import dialled
from voltward.records.selectors import installation
from voltward.records.senders.protocol import Message, Outcome
from voltward.records.services.notice_outcome import MOST_TRIES, channel_noted, wait_after
from voltward.records.services.notice_sending import (
    LEASE,
    TRY_LIMIT_S,
    Errand,
    carried,
    without_secrets,
)
from voltward.records.services.protection import protected_used
from voltward.records.services.sealing import channel_secrets

BATCH: Final = 32


def owner_notices_deliver() -> int:
    """Try what is due, the gravest first; gives how many were looked at."""
    errands = _claimed()
    for errand, outcome in carried(errands, TRY_LIMIT_S):
        _noted(errand, outcome)
    return len(errands)


def _claimed() -> list[Errand]:
    at = now()
    with transaction.atomic():
        due = OwnerNotice.objects.filter(state__in=OwnerNotice.ACTIVE, due_at__lte=at)
        locked = due.select_for_update(skip_locked=True, of=("self",))
        return [_errand(row, at) for row in locked.order_by("-level", "due_at", "pk")[:BATCH]]


def _errand(row: OwnerNotice, at: datetime) -> Errand:
    # an earlier try that never ended: the process was killed, or the answer came too late
    row.tries.filter(outcome="begun").update(outcome="lost", ended_at=at)
    row.state, row.due_at, row.attempts = "sending", at + LEASE, row.attempts + 1
    row.save(update_fields=["state", "due_at", "attempts"])
    channels = Channel.objects.filter(maker=row.maker_id, kind=row.way, closed_at=None)
    channel = channels.order_by("position", "pk").first()
    begun = OwnerNoticeTry.objects.create(
        notice=row, channel=channel.name if channel else "", begun_at=at
    )
    tries = {row.pk: begun.pk}
    if channel is None:
        return _hopeless(row, tries, "no channel of this kind")
    try:
        number, secrets = _number(row), channel_secrets(channel)
    except (BadSetting, Unreadable):
        return _hopeless(row, tries, "the number or a secret cannot be opened")
    if not number:
        return _hopeless(row, tries, "no number on file")
    message = Message(
        title=row.title, body=row.body, link=ports().origin, language=row.language,
        severity=min(row.level, 3), address=number, key=str(row.key), at=at,
    )  # fmt: skip
    return Errand(row.way, channel.pk, tries, message, channel.settings, secrets)


def _hopeless(row: OwnerNotice, tries: dict[int, int], answer: str) -> Errand:
    return Errand(row.way, None, tries, None, {}, {}, Outcome(False, answer))


def _number(row: OwnerNotice) -> str:
    """The number of whoever holds the vehicle now; "": none on file.

    Raises:
        Unreadable: it does not open.
    """
    held = OwnerIdentity.objects.filter(period__vehicle=row.vehicle_id, period__until=None)
    identity = held.filter(erased_at=None).first()
    if identity is None or not identity.phone:
        return ""
    purpose = f"owner notice {row.pk}, {row.way}"
    return dialled(protected_used(installation(), record=identity, field="phone", purpose=purpose))


def _noted(errand: Errand, outcome: Outcome) -> None:
    at, answer = now(), without_secrets(outcome.answer, errand.secrets)
    word = "sent" if outcome.sent else "again" if outcome.again else "refused"
    with transaction.atomic():
        if errand.channel_id is not None:
            channel_noted(errand.channel_id, outcome, answer, at)
        for row in OwnerNotice.objects.select_for_update().filter(pk__in=errand.tries):
            ended = OwnerNoticeTry.objects.filter(pk=errand.tries[row.pk])
            ended.update(outcome=word, ended_at=at, answer=answer)
            if row.state != "sending":
                continue
            row.answer, row.due_at = answer, None
            if outcome.sent:
                row.state, row.sent_at = "sent", at
            elif outcome.again and row.attempts < MOST_TRIES:
                row.state, row.due_at = "again", at + wait_after(row.attempts)
            else:
                row.state = "failed"
            row.save(update_fields=["state", "due_at", "sent_at", "answer"])

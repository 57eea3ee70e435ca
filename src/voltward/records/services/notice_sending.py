"""Sends what is due: claim, send outside any transaction, note. Killed anywhere, it sends again, never not.

A claim is a row that says "sending" until ``LEASE``; whoever finds it older tries once more. Between a
provider's answer and its noting lies the one moment after which a message may arrive twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread

import structlog
from django.db import transaction

from voltward.base.errors import BadSetting, Refused
from voltward.records.models import Attempt, Delivery, QuietHours
from voltward.records.notice_kinds import is_security
from voltward.records.notice_ports import now, ports
from voltward.records.notice_words import one_line
from voltward.records.protection.ciphers import Unreadable
from voltward.records.protection.normal import dialled
from voltward.records.quiet import quiet_until
from voltward.records.selectors import installation
from voltward.records.selectors.notices import Wording
from voltward.records.selectors.recipients import contact_on_file, language_of
from voltward.records.senders import SENDERS
from voltward.records.senders.protocol import LONGEST_ANSWER, Message, Outcome
from voltward.records.services.notice_outcome import channel_noted, failed, passed_on, sent
from voltward.records.services.protection import protected_used
from voltward.records.services.sealing import channel_secrets

TRY_LIMIT_S = 10.0
LEASE = timedelta(seconds=30)
BATCH = 32
ROUND_S = 5.0
_log = structlog.get_logger("voltward.notices")


@dataclass(frozen=True)
class Errand:
    """One thing to send. ``tries``: delivery to attempt; more than one where a group's message serves them.

    ``outcome``: known before anything is sent, e.g. that the person has no address.
    """

    kind: str
    channel_id: int | None
    tries: dict[int, int]
    message: Message | None
    settings: dict[str, str]
    secrets: dict[str, str]
    outcome: Outcome | None = None


def notices_deliver(*, limit_s: float = TRY_LIMIT_S, batch: int = BATCH) -> int:
    """Try everything that is due, the most severe first; gives how many rows were looked at."""
    looked, ends = 0, time.monotonic() + ROUND_S
    while True:
        count, errands = claimed(batch)
        for errand, outcome in carried(errands, limit_s):
            noted(errand, outcome)
        looked += count
        if count < batch or time.monotonic() > ends:
            return looked


# ---- claiming


def claimed(batch: int) -> tuple[int, list[Errand]]:
    """How many rows were due, and what of them is to be sent now."""
    at = now()
    with transaction.atomic():
        due = Delivery.objects.filter(state__in=Delivery.ACTIVE, due_at__lte=at)
        named = due.select_related(
            "notice", "channel", "person__maker", "person__notice_setting", "person__quiet_hours",
            "person__contact",
        )  # fmt: skip
        locked = named.select_for_update(skip_locked=True, of=("self",))
        rows = list(locked.order_by("-notice__severity", "due_at", "pk")[:batch])
        groups: dict[tuple[int, int | None], list[Delivery]] = {}
        for row in rows:
            if not _put_off(row, at):
                group = SENDERS[row.kind].is_group
                groups.setdefault((row.notice_id, row.channel_id if group else -row.pk), []).append(
                    row
                )
        wordings: dict[int | None, Wording] = {}
        errands = [_errand(group, at, wordings) for group in groups.values()]
    return len(rows), errands


def _put_off(row: Delivery, at: datetime) -> bool:
    """Whether the row needs no try now: closed or broken way, quiet hours, or the group has it already."""
    if row.channel is None:
        return False
    if row.channel.closed_at is not None:
        failed(row, Outcome(False, "channel closed"), at)
    elif until := _quiet(row, at):
        row.due_at = until
        row.save(update_fields=["due_at"])
    elif _group_has_it(row):
        Attempt.objects.create(delivery=row, begun_at=at, ended_at=at, outcome="shared")
        sent(row, at)
    elif row.channel.down_until is not None and row.channel.down_until > at:
        passed_on(row, row.channel.down_until, at)
    else:
        return False
    return True


def _quiet(row: Delivery, at: datetime) -> datetime | None:
    if is_security(row.notice.kind):
        return None
    try:
        hours = row.person.quiet_hours
    except QuietHours.DoesNotExist:
        return None
    return quiet_until(
        at, hours.starts, hours.ends, severity=row.notice.severity, passes_from=hours.passes_from
    )


def _group_has_it(row: Delivery) -> bool:
    if not SENDERS[row.kind].is_group:
        return False
    same = Delivery.objects.filter(notice=row.notice_id, channel=row.channel_id, step=row.step)
    return same.filter(state="sent").exists()


def _errand(rows: list[Delivery], at: datetime, wordings: dict[int | None, Wording]) -> Errand:
    """Note the tries before anything leaves the house, then gather what sending needs."""
    tries = {}
    for row in rows:
        # an earlier try that never ended: the process was killed, or the answer came too late
        row.tries.filter(outcome="begun").update(outcome="lost", ended_at=at)
        row.state, row.due_at, row.attempts = "sending", at + LEASE, row.attempts + 1
        row.save(update_fields=["state", "due_at", "attempts"])
        tries[row.pk] = Attempt.objects.create(delivery=row, begun_at=at).pk
    first = rows[0]
    settings = first.channel.settings if first.channel else {}
    try:
        message = _message(first, at, wordings)
        secrets = channel_secrets(first.channel) if first.channel else {}
    except (BadSetting, Unreadable):
        refused = Outcome(False, "a secret or address cannot be opened")
        return Errand(first.kind, first.channel_id, tries, None, {}, {}, refused)
    without = SENDERS[first.kind].address and not message.address
    outcome = Outcome(False, "the person has no address for this channel") if without else None
    return Errand(first.kind, first.channel_id, tries, message, settings, secrets, outcome)


def _message(row: Delivery, at: datetime, wordings: dict[int | None, Wording]) -> Message:
    maker_id = row.notice.maker_id
    wording = wordings.setdefault(maker_id, Wording(maker_id))
    sender, language = SENDERS[row.kind], language_of(row.person)
    if sender.is_group and row.channel is not None:
        language = row.channel.settings.get("language", "zh-hans")
    words = wording.words(row.notice, language, outside=row.channel is not None)
    return Message(
        title=words.title,
        body=words.body,
        link=f"{ports().origin}/inbox/{row.notice_id}/",
        language=language,
        severity=row.notice.severity,
        address=_address(row, sender.address) if sender.address else "",
        key=str(row.key),
        at=at,
    )


def _address(row: Delivery, name: str) -> str:
    """The person's own, its use on record in the transaction that also notes the try; "": none on file.

    Raises:
        Unreadable: it does not open, or the person was erased.
    """
    contact = contact_on_file(row.person)
    if contact is None or not getattr(contact, name):
        return ""
    purpose = f"notice {row.notice_id}, {row.kind}"
    plain = protected_used(installation(), record=contact, field=name, purpose=purpose)
    return dialled(plain) if name == "phone" else plain


# ---- sending: threads without a database, so that one deaf provider holds up no other


def carried(errands: Iterable[Errand], limit_s: float) -> Iterator[tuple[Errand, Outcome]]:
    """Each errand with its outcome, as they come; who has not answered by ``limit_s`` counts as down."""
    done: SimpleQueue[tuple[int, Outcome]] = SimpleQueue()
    waiting: dict[int, Errand] = {}
    for number, errand in enumerate(errands):
        if errand.outcome is not None:
            yield errand, errand.outcome
            continue
        waiting[number] = errand
        Thread(target=_carry, args=(number, errand, done), daemon=True).start()
    ends = time.monotonic() + limit_s
    while waiting:
        try:
            number, outcome = done.get(timeout=max(0.0, ends - time.monotonic()))
        except Empty:
            break
        yield waiting.pop(number), outcome
    for errand in waiting.values():
        yield errand, Outcome(False, f"no answer within {limit_s:g} s", again=True, is_down=True)


def _carry(number: int, errand: Errand, done: SimpleQueue[tuple[int, Outcome]]) -> None:
    try:
        if errand.message is None:
            raise RuntimeError("an errand without message and outcome")
        outcome = SENDERS[errand.kind].send(errand.message, errand.settings, errand.secrets)
    except Refused as refusal:
        outcome = Outcome(False, refusal.code)
    except OSError as error:
        # not the error's own text: it may name an address with a key in it
        outcome = Outcome(False, type(error).__name__, again=True, is_down=True)
    except Exception as error:
        _log.error("a sender failed", kind=errand.kind, error=type(error).__name__)
        outcome = Outcome(False, type(error).__name__, again=True)
    done.put((number, outcome))


# ---- noting


def noted(errand: Errand, outcome: Outcome) -> None:
    """Keep the outcome; a failed try starts the next way at once, in the same transaction."""
    at, answer = now(), without_secrets(outcome.answer, errand.secrets)
    with transaction.atomic():
        if errand.channel_id is not None:
            channel_noted(errand.channel_id, outcome, answer, at)
        rows = Delivery.objects.select_for_update().filter(pk__in=errand.tries).order_by("pk")
        for number, row in enumerate(rows.select_related(None)):
            word = "again" if outcome.again else "refused"
            if outcome.sent:
                word = "shared" if number else "sent"
            ended = Attempt.objects.filter(pk=errand.tries[row.pk])
            ended.update(outcome=word, ended_at=at, answer=answer)
            if row.state == "sending":
                sent(row, at) if outcome.sent else failed(row, outcome, at)


def without_secrets(answer: str, secrets: dict[str, str]) -> str:
    """A provider's answer, shortened, with nothing of what it was sent to be kept secret."""
    for secret in secrets.values():
        if len(secret) >= 4:
            answer = answer.replace(secret, "***")
    return one_line(answer)[:LONGEST_ANSWER]

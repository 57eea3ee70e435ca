"""Every write to attachments: taking files in, handing them out, deleting them, keeping them long enough."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, NotPermitted, Refused
from voltward.records import approvals, days, retention
from voltward.records.actions import Subject, action, label, record
from voltward.records.attachments.incoming import Arrived
from voltward.records.attachments.kinds import kind_of
from voltward.records.attachments.owners import hangs_on, owner_checked
from voltward.records.attachments.scanning import scanner
from voltward.records.attachments.storage import storage
from voltward.records.models import (
    Approval,
    Attachment,
    AttachmentLimit,
    Maker,
    Person,
    RetentionClass,
    StoredContent,
)
from voltward.records.selectors import attachments as selectors
from voltward.records.selectors import retention as kept
from voltward.records.selectors.holds import hold_checked
from voltward.records.services.attachment_contents import content_dropped
from voltward.records.services.audit import reading_recorded

READ = "attachment.read"
# a document of this class is kept while it is in force; its period begins when it is replaced
IN_FORCE = "policy"


class Quarantined(Refused):
    """The scanner has not said yet that the file is clean, or said that it is not."""

    code = "quarantined"


@action("attachment.add", needs="attachment.write")
def attachment_add(
    actor: Person, *, record_label: str, name: str, parts: Iterable[bytes], retention_class: str
) -> Attachment:
    """Attach a file to a record (``Vehicle:17``); its content is on disk before the row is made.

    ``parts`` is read once and one part at a time.

    Raises:
        NotFound: no such record that the actor may see, or no such retention class.
        BadInput: too large, empty, a kind that is not let in, or a name that cannot be used.
    """
    owner_checked(actor, record_label)
    if actor.maker is None:
        raise NotPermitted("attachment.add: an attachment belongs to a maker")
    chosen, clean = kept.class_by_code(retention_class), clean_name(name)
    kept_from = None if chosen.code == IN_FORCE else days.today()
    row = _stored(actor, actor.maker, record_label, clean, parts, chosen, kept_from)
    record(actor, "attachment.add", row, before={}, after=_told(row))
    return row


def attachment_of_platform(
    actor: Person, *, owner: Subject, maker: Maker, name: str, parts: Iterable[bytes],
    retention_class: str, kept_from: date,
) -> Attachment:  # fmt: skip
    """A file that the platform itself makes of a record, within an action of its own.

    Raises:
        BadInput: as ``attachment_add``.
        NotFound: no such retention class.
    """
    chosen = kept.class_by_code(retention_class)
    return _stored(actor, maker, label(owner), clean_name(name), parts, chosen, kept_from)


def _stored(
    actor: Person, maker: Maker, record_label: str, name: str, parts: Iterable[bytes],
    chosen: RetentionClass, kept_from: date | None,
) -> Attachment:  # fmt: skip
    """The content on disk first, then its row."""
    store = storage()
    arrived = store.arrive(parts, selectors.limit_in_force().max_bytes)
    try:
        media_type = kind_of(name, arrived.head, arrived.tail).media_type
        selectors.content_locked(arrived.sha256)
        store.keep(arrived)
    finally:
        store.discard(arrived)
    return Attachment.objects.create(
        maker=maker, record=record_label, content=_content(arrived), name=name,
        media_type=media_type, retention_class=chosen, uploaded_by=actor, kept_from=kept_from,
    )  # fmt: skip


def _content(arrived: Arrived) -> StoredContent:
    scan = "waiting" if scanner() else "not_scanned"
    content, _made = StoredContent.objects.get_or_create(
        sha256=arrived.sha256, defaults={"size_bytes": arrived.size_bytes, "scan": scan}
    )
    return content


def clean_name(name: str) -> str:
    """The last part of a path, without control characters.

    Raises:
        BadInput: nothing is left, or it is too long.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    text = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    if not 0 < len(text) <= 200:
        raise BadInput(f"name: {len(text)} characters; 1 to 200 are expected")
    return text


def attachment_taken(actor: Person, *, attachment_id: int) -> tuple[Attachment, Iterator[bytes]]:
    """A file on its way out, part by part; its audit row is there before the first part.

    Raises:
        NotPermitted: the actor lacks ``attachment.read``.
        NotFound: none such, or another maker's.
        Quarantined: the scanner has not let it through.
    """
    if READ not in actor.grants:
        raise NotPermitted(READ)
    row = selectors.attachment_by_id(actor, attachment_id)
    if row.content.quarantined:
        raise Quarantined(f"attachment {row.pk}: {row.content.scan}")
    parts = storage().parts(row.content_id)
    reading_recorded(actor, what=READ, subject=row, reason=f"{row.record} {row.name}")
    return row, parts


@action("attachment.delete", needs="attachment.write")
def attachment_delete(actor: Person, *, attachment_id: int, reason: str) -> None:
    """Delete an attachment whose period is over, or take back a slip of one's own.

    Raises:
        NotFound: none such, or another maker's.
        BadInput: no reason.
        Held: a legal hold stands on it or on its record.
        StillKept: a rule keeps it, and it is no slip (see AttachmentLimit.slip_hours).
    """
    row = selectors.attachment_by_id(actor, attachment_id)
    if not reason.strip():
        raise BadInput("reason: none given")
    hold_checked(row.maker_id, labels_of(row))
    if not _is_slip(actor, row):
        end = kept.kept_until(row.retention_class_id, row.kept_from, maker_id=row.maker_id)
        if end is None or end.until > days.today():
            raise retention.StillKept(f"attachment {row.pk}: {end.until if end else 'no end yet'}")
    _removed(row)
    after = {"reason": reason.strip()[:200]}
    record(actor, "attachment.delete", row, before=_told(row), after=after)


@action("attachment.period", needs="attachment.write")
def attachment_period_begin(actor: Person, *, attachment_id: int) -> Attachment:
    """Say that a document is no longer in force: the years it is kept count from today.

    Raises:
        NotFound: none such, or another maker's.
        BadInput: its period has begun already.
    """
    row = selectors.attachment_by_id(actor, attachment_id)
    if row.kept_from is not None:
        raise BadInput(f"kept_from: the period began on {row.kept_from}")
    row.kept_from = days.today()
    row.save(update_fields=["kept_from"])
    after = {"kept_from": row.kept_from.isoformat()}
    record(actor, "attachment.period", row, before={"kept_from": None}, after=after)
    return row


def labels_of(row: Attachment) -> tuple[str, ...]:
    """What a hold may name to hold it."""
    return row.record, label(row), *hangs_on(row.record)


def _is_slip(actor: Person, row: Attachment) -> bool:
    hours = selectors.limit_in_force().slip_hours
    fresh = timezone.now() - row.uploaded_at < timedelta(hours=hours)
    return row.uploaded_by_id == actor.pk and fresh


def _removed(row: Attachment) -> None:
    """Take the row away, and its content once nothing uses it; the bytes go after the commit."""
    # the query set leaves the row's own pk in place, which the audit row names
    gone, _each = Attachment.objects.filter(pk=row.pk).delete()
    if not gone:
        raise NotFound(f"attachment {row.pk}")
    sha256 = row.content_id
    transaction.on_commit(lambda: content_dropped(sha256))


def _told(row: Attachment) -> dict[str, Any]:
    return {
        "record": row.record, "name": row.name, "sha256": row.content_id,
        "class": row.retention_class_id,
    }  # fmt: skip


# ---- retention: attachments are the first kind of records it is applied to


def _older(maker_id: int, code: str, day: Any, after_pk: int, limit: int) -> list[retention.Item]:
    rows = selectors.attachment_older(maker_id, code, day, after_pk, limit)
    return [retention.Item(row, labels_of(row), row.kept_from) for row in rows if row.kept_from]


def _due_deleted(_actor: Person, item: retention.Item) -> None:
    if isinstance(item.subject, Attachment):
        _removed(item.subject)


def _due_reviewed(_actor: Person, item: retention.Item) -> None:
    Attachment.objects.filter(pk=item.subject.pk).update(review_since=days.today())


retention.register(retention.KeptKind("attachment", _older, _due_deleted, _due_reviewed))


# ---- the limit is a dated row: changing it takes two persons


@action("attachment.limit", needs="rule.propose")
def attachment_limit_propose(
    actor: Person, *, max_bytes: int, slip_hours: int, source: str, reason: str
) -> Approval:
    """Ask for another limit, in force from the day after a second person agreed.

    Raises:
        BadInput: less than a mebibyte, more than 10 GiB, or no source.
    """
    if not (1 << 20) <= max_bytes <= 10 * (1 << 30) or not 0 <= slip_hours <= 168:
        raise BadInput("max_bytes: 1 MiB to 10 GiB; slip_hours: 0 to 168")
    if not source.strip():
        raise BadInput("source: none given")
    payload = {"max_bytes": max_bytes, "slip_hours": slip_hours, "source": source.strip()[:200]}
    approval = approvals.opened(
        actor, LIMIT, title=f"{max_bytes >> 20} MiB, {slip_hours} h", payload=payload, reason=reason
    )
    record(actor, "attachment.limit", approval, before={}, after=payload)
    return approval


def _limit_applied(decider: Person, approval: Approval) -> AttachmentLimit:
    row, _made = AttachmentLimit.objects.update_or_create(
        effective_from=days.today() + timedelta(days=1),
        defaults={**approval.payload, "confidence": "own"},
    )
    record(decider, "attachment.limit_change", row, before={}, after=approval.payload)
    return row


LIMIT = approvals.register(
    approvals.Kind("attachment.limit", _("修改附件限制"), "rule.approve", _limit_applied)
)

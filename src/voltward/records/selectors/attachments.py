"""Every read of attachments: only through the record they hang on, and only of the actor's maker."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import F, QuerySet

from voltward.base.errors import BadSetting, NotFound
from voltward.records.attachments.owners import owner_checked
from voltward.records.days import today
from voltward.records.models import Attachment, AttachmentLimit, Person, StoredContent

_LOCK = 0x636F6E74  # "cont"; the second number is the content's


def content_locked(sha256: str) -> None:
    """Let nobody else keep or remove this content until the transaction ends."""
    number = int(sha256[:8], 16) - (1 << 31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, number])


def attachment_of_record(actor: Person, record: str) -> QuerySet[Attachment]:
    """A record's attachments, oldest first.

    Raises:
        NotFound: no such record that the actor may see.
    """
    owner_checked(actor, record)
    rows = Attachment.objects.filter(maker=actor.maker_id, record=record)
    return rows.select_related("content", "uploaded_by", "retention_class").order_by(
        "uploaded_at", "pk"
    )


def attachment_by_id(actor: Person, attachment_id: int) -> Attachment:
    """
    Raises:
        NotFound: none such, another maker's, or on a record the actor may not see.
    """
    rows = Attachment.objects.filter(maker=actor.maker_id, pk=attachment_id)
    found = rows.select_related("content", "uploaded_by", "retention_class").first()
    if found is None:
        raise NotFound(f"attachment {attachment_id}")
    owner_checked(actor, found.record)
    return found


def attachment_older(
    maker_id: int, code: str, day: date, after_pk: int, limit: int
) -> list[Attachment]:
    """Attachments of a class whose period began on ``day`` or before and that wait for no review."""
    rows = Attachment.objects.filter(
        maker=maker_id, retention_class=code, kept_from__lte=day, pk__gt=after_pk, review_since=None
    )
    return list(rows.order_by("pk")[:limit])


def attachment_in_review(actor: Person) -> QuerySet[Attachment]:
    """Attachments whose period is over and that somebody must decide about."""
    rows = Attachment.objects.filter(maker=actor.maker_id, review_since__isnull=False)
    return rows.select_related("retention_class", "uploaded_by").order_by("review_since", "pk")


def content_waiting() -> QuerySet[StoredContent]:
    """Contents in quarantine without a verdict; those that were never tried come first."""
    waiting = StoredContent.objects.filter(scan="waiting")
    return waiting.order_by(F("scanned_at").asc(nulls_first=True), "stored_at")


def limit_in_force() -> AttachmentLimit:
    """
    Raises:
        BadSetting: no limit has begun; the first one comes with the database itself.
    """
    limit = AttachmentLimit.objects.filter(effective_from__lte=today())
    found = limit.order_by("-effective_from").first()
    if found is None:
        raise BadSetting("attachments: no limit is in force")
    return found

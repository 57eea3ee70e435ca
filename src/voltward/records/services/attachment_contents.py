"""The contents behind attachments: scanned, dropped with their last use, and swept when nobody asks."""

from __future__ import annotations

from itertools import islice

from django.db import transaction
from django.utils import timezone

from voltward.records.actions import action, record
from voltward.records.attachments.scanning import Verdict, scanner
from voltward.records.attachments.storage import storage
from voltward.records.models import Attachment, Person, StoredContent
from voltward.records.selectors import attachments as selectors

SCANS_AT_ONCE = 20
NAMES_AT_ONCE = 1000


def content_dropped(sha256: str) -> bool:
    """Remove a content that no attachment uses; a crash on the way leaves it to ``contents_sweep``.

    The lock lets nobody attach the same content anew between the question and the removal.
    """
    with transaction.atomic():
        selectors.content_locked(sha256)
        if Attachment.objects.filter(content=sha256).exists():
            return False
        StoredContent.objects.filter(sha256=sha256).delete()
        storage().remove(sha256)
    return True


def contents_sweep() -> int:
    """Remove contents without a use, and uploads that ended in the middle; returns how many."""
    gone = storage().abandoned_remove()
    names = storage().names()
    while some := list(islice(names, NAMES_AT_ONCE)):
        used = set(Attachment.objects.filter(content__in=some).values_list("content", flat=True))
        gone += sum(content_dropped(name) for name in some if name not in used)
    return gone


def contents_scan(actor: Person) -> int:
    """Scan what waits in quarantine; returns how many got a verdict.

    Raises:
        NotPermitted: the actor lacks ``retention.apply``, which only the platform holds.
    """
    scan = scanner()
    if scan is None:
        return 0
    done = 0
    for content in selectors.content_waiting()[:SCANS_AT_ONCE]:
        with storage().local(content.sha256) as path:
            verdict = scan.scan(path)
        if verdict.scan == "waiting":
            # no verdict is no event: it would leave a row in the trail every few seconds
            StoredContent.objects.filter(pk=content.pk).update(
                scan_detail=verdict.detail[:200], scanned_at=timezone.now()
            )
            continue
        _content_judged(actor, content=content, verdict=verdict)
        done += 1
    return done


@action("attachment.scan", needs="retention.apply")
def _content_judged(actor: Person, *, content: StoredContent, verdict: Verdict) -> None:
    content.scan, content.scanned_by = verdict.scan, verdict.by[:80]
    content.scan_detail, content.scanned_at = verdict.detail[:200], timezone.now()
    content.save(update_fields=["scan", "scanned_by", "scan_detail", "scanned_at"])
    after = {"scan": verdict.scan, "by": verdict.by, "detail": verdict.detail}
    record(actor, "attachment.scan", content, before={}, after=after)

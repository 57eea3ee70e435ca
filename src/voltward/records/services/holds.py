"""Every write to legal holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.records.actions import action, record
from voltward.records.attachments import owners
from voltward.records.models import HeldRecord, LegalHold, Person
from voltward.records.selectors import holds as selectors

_LABEL = re.compile(r"[A-Z][A-Za-z]{1,60}:[A-Za-z0-9_.-]{1,50}")
MOST_RECORDS = 10_000


@action("hold.place", needs="hold.manage")
def hold_place(actor: Person, *, reason: str, records: Iterable[str]) -> LegalHold:
    """Stop deletion of the named records (``Vehicle:17``) until the hold is lifted.

    A record that is not there yet, or not any more, may be named: a hold must never be refused
    because something was not found.

    Raises:
        BadInput: no reason, no record, or a name that is no label.
    """
    labels = sorted({text.strip() for text in records if text.strip()})
    if not reason.strip():
        raise BadInput("reason: none given")
    if wrong := [text for text in labels if not _LABEL.fullmatch(text)]:
        raise BadInput(f"records: {wrong[0][:60]}; labels such as Vehicle:17 are expected")
    if not 0 < len(labels) <= MOST_RECORDS:
        raise BadInput(f"records: {len(labels)}; 1 to {MOST_RECORDS} are expected")
    if actor.maker is None:
        raise NotPermitted("hold.place: a hold belongs to a maker")
    selectors.holds_locked(actor.maker_id, shared=False)
    hold = LegalHold.objects.create(maker=actor.maker, reason=reason.strip()[:300], placed_by=actor)
    HeldRecord.objects.bulk_create(HeldRecord(hold=hold, record=text) for text in labels)
    after = {"reason": hold.reason, "records": len(labels), "first": labels[:100]}
    record(actor, "hold.place", hold, before={}, after=after)
    return hold


@action("hold.lift", needs="hold.manage")
def hold_lift(actor: Person, *, hold_id: int, reason: str) -> LegalHold:
    """End a hold; what is due may be deleted from now on.

    Raises:
        NotFound: none such, or another maker's.
        WrongState: it was lifted already.
        BadInput: no reason.
    """
    selectors.hold_by_id(actor, hold_id)
    hold = LegalHold.objects.select_for_update().get(pk=hold_id)
    if hold.lifted_at is not None:
        raise WrongState(f"hold {hold_id} was lifted already")
    if not reason.strip():
        raise BadInput("reason: none given")
    hold.lifted_by, hold.lifted_at = actor, timezone.now()
    hold.lifted_reason = reason.strip()[:300]
    hold.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
    record(actor, "hold.lift", hold, before={}, after={"reason": hold.lifted_reason})
    return hold


owners.register(owners.Owner("LegalHold", "hold.manage", selectors.hold_by_id))

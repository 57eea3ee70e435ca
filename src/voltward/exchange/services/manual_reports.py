"""Every step of a manual report by people: recorded by one, looked at and closed by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted
from voltward.exchange import manual_report_states as states
from voltward.exchange.models import ManualReport
from voltward.exchange.selectors import manual_reports as selectors
from voltward.exchange.services.manual_reports_opening import HANDLE, clock_of, path_of
from voltward.records.actions import action, label, record
from voltward.records.clock_states import GOING
from voltward.records.models import Clock, Person
from voltward.records.services.clocks import CLOCK_SKEW, clock_stop

_TOLD: Final = ("way", "addressee", "reported_at", "receipt", "text", "recorded_by", "recorded_at")


@action("manual_report.record", needs=HANDLE)
def manual_report_record(
    actor: Person,
    *,
    report_id: int,
    way: str,
    text: str,
    addressee: str = "",
    reported_at: datetime | None = None,
    receipt: str = "",
) -> ManualReport:
    """Say by which way, to whom and when it was reported; or, with the reason, that nothing was due.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it was recorded already.
        BadInput: an unknown way, no text, nobody and no time where it was reported, a time ahead.
    """
    row = selectors.manual_report_locked(actor, report_id)
    before, row.state = _shown(row), states.after(row.state, "record")
    if way not in dict(ManualReport.WAYS):
        raise BadInput(f"way: {way[:20]!r}; one of the list is expected")
    if not text.strip():
        raise BadInput("text: empty; say what was reported, or why nothing was")
    if way == ManualReport.NOT_DUE:
        addressee, reported_at, receipt = "", None, ""
    elif not addressee.strip() or reported_at is None:
        raise BadInput("addressee, reported_at: say to whom and when it was reported")
    if reported_at is not None and reported_at > timezone.now() + CLOCK_SKEW:
        raise BadInput(f"reported_at: {reported_at.isoformat()} is still to come")
    row.way, row.addressee, row.reported_at = way, addressee.strip()[:200], reported_at
    row.receipt, row.text = receipt.strip()[:300], text.strip()[:1000]
    row.recorded_by, row.recorded_at = actor, timezone.now()
    row.save(update_fields=["state", *_TOLD])
    _clocks_stop(actor, row)
    record(actor, "manual_report.record", row, before=before, after=_shown(row))
    return row


@action("manual_report.back", needs=HANDLE)
def manual_report_back(actor: Person, *, report_id: int, reason: str) -> ManualReport:
    """It was not reported as it must be: the clock runs again, from where it began.

    Raises:
        NotFound: none, or another maker's.
        WrongState: nothing is recorded, or it is closed.
        BadInput: no reason.
    """
    row = selectors.manual_report_locked(actor, report_id)
    before, row.state = _shown(row), states.after(row.state, "back")
    if not reason.strip():
        raise BadInput("reason: empty; say what is wrong")
    row.way = row.addressee = row.receipt = row.text = ""
    row.reported_at = row.recorded_by = row.recorded_at = None
    row.save(update_fields=["state", *_TOLD])
    clock_of(actor, row, row.opened_at, f"back:{timezone.now().isoformat()}")
    after = {**_shown(row), "reason": reason.strip()[:500]}
    record(actor, "manual_report.back", row, before=before, after=after)
    return row


@action("manual_report.close", needs=HANDLE)
def manual_report_close(actor: Person, *, report_id: int) -> ManualReport:
    """Say as a second person that it was reported as it must be.

    Raises:
        NotFound: none, or another maker's.
        WrongState: nothing is recorded, or it is closed.
        NotPermitted: the actor recorded it.
    """
    row = selectors.manual_report_locked(actor, report_id)
    before, row.state = _shown(row), states.after(row.state, "close")
    if row.recorded_by_id == actor.pk:
        raise NotPermitted(f"manual report {report_id}: recorded by the same person")
    row.closed_by, row.closed_at = actor, timezone.now()
    row.save(update_fields=["state", "closed_by", "closed_at"])
    record(actor, "manual_report.close", row, before=before, after=_shown(row))
    return row


def _clocks_stop(actor: Person, row: ManualReport) -> None:
    is_met = row.way != ManualReport.NOT_DUE
    proof = f"{row.addressee} {row.receipt}".strip() if is_met else ""
    rows = Clock.objects.filter(maker=row.maker_id, subject=label(row), state__in=GOING)
    for clock in rows.order_by("pk"):
        clock_stop(
            actor, clock_id=clock.pk, met=is_met, proof_text=proof, proof_url=path_of(row),
            reason=row.text,
        )  # fmt: skip


def _shown(row: ManualReport) -> dict[str, Any]:
    return {
        "state": row.state, "way": row.way, "addressee": row.addressee, "receipt": row.receipt,
        "reported_at": row.reported_at.isoformat() if row.reported_at else None, "text": row.text,
        "recorded_by": row.recorded_by_id,
    }  # fmt: skip

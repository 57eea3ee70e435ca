"""What the uplink says of reports: that it has them, what became of them, and what platforms fed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils import timezone

from voltward.exchange import notice_kinds as notices
from voltward.exchange.models import FeedbackReceived, PublicPlatform, ReportDue
from voltward.exchange.report_bodies import abnormal_of, item_title
from voltward.fleet.models import Vehicle
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.selectors.recipients import grant_holders
from voltward.records.services.notices import notice_send
from voltward.uplink import proof
from voltward.uplink.reports import FEEDBACK, Report

TAKE: Final = "report.take"
HAND: Final = "report.hand"
FEEDBACK_TAKE: Final = "feedback.take"
HEARS: Final = "feedback.handle"  # whoever holds it is told
AT_ONCE: Final = 500
_OUTCOMES: Final = {
    proof.ACCEPTED: ReportDue.ACCEPTED,
    proof.REFUSED: ReportDue.REFUSED,
    proof.UNANSWERED: ReportDue.UNANSWERED,
}


@dataclass(frozen=True)
class Outcome:
    """Of one report, as the proof stream has it; ``flag`` 0 and instants None: there was no answer."""

    link: str
    number: int
    outcome: int
    flag: int
    tries: int
    sent_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Fed:
    """One message 0x90; ``moment`` None: no such time."""

    link: str
    vin: str
    body: bytes
    moment: datetime | None
    received_at: datetime


def reports_to_hand_over() -> list[Report]:
    """The oldest that the uplink does not have, as its stream takes them."""
    rows = ReportDue.objects.filter(state=ReportDue.DUE).select_related("platform", "vehicle")
    return [
        Report(
            one.pk,
            one.platform.name,
            one.vehicle.vehicle_id,
            one.vehicle.vin,
            one.command,
            one.body,
        )
        for one in rows.order_by("pk")[:AT_ONCE]
    ]


@action(HAND, needs=TAKE)
def reports_handed(actor: Person, *, numbers: Sequence[int]) -> int:
    """They are on the uplink's stream now; those that are known to be change nothing."""
    rows = ReportDue.objects.filter(pk__in=numbers, state=ReportDue.DUE)
    count = rows.update(state=ReportDue.HANDED, handed_at=timezone.now())
    record(actor, HAND, actor, before={}, after={"reports": list(numbers)})
    return count


@action(TAKE, needs=TAKE)
def report_answers_take(actor: Person, *, outcomes: Sequence[Outcome]) -> int:
    """Put down what became of reports; read twice, it changes nothing."""
    rows = ReportDue.objects.select_related("platform").in_bulk([one.number for one in outcomes])
    changed: list[ReportDue] = []
    for one in outcomes:
        row = rows.get(one.number)
        if row is None or row.platform.name != one.link or one.outcome not in _OUTCOMES:
            continue
        row.state, row.flag, row.tries = _OUTCOMES[one.outcome], one.flag, one.tries
        row.sent_at, row.answered_at = one.sent_at, one.answered_at
        row.handed_at = row.handed_at or one.sent_at
        changed.append(row)
    fields = ["state", "flag", "tries", "sent_at", "answered_at", "handed_at"]
    ReportDue.objects.bulk_update(changed, fields)
    for platform in {row.platform for row in changed}:
        count = sum(row.platform == platform for row in changed)
        record(
            actor, TAKE, platform, before={}, after={"reports": count}, maker_id=platform.maker_id
        )
    if not changed:
        record(actor, TAKE, actor, before={}, after={"unknown": len(outcomes)})
    return len(changed)


@action(FEEDBACK_TAKE, needs=FEEDBACK_TAKE)
def feedback_take(actor: Person, *, fed: Sequence[Fed]) -> int:
    """Open a case for each message and tell who handles them; what came twice is one case."""
    platforms = {one.name: one for one in PublicPlatform.objects.select_related("maker")}
    found = Vehicle.objects.filter(vin__in={one.vin for one in fed})
    vehicles = {(one.maker_id, one.vin): one for one in found}
    opened = 0
    for one in fed:
        platform = platforms.get(one.link)
        if platform is not None:
            opened += _opened(actor, platform, vehicles.get((platform.maker_id, one.vin)), one)
    if not opened:
        record(actor, FEEDBACK_TAKE, actor, before={}, after={"known": len(fed)})
    return opened


def _opened(actor: Person, platform: PublicPlatform, vehicle: Vehicle | None, fed: Fed) -> bool:
    row, is_new = FeedbackReceived.objects.get_or_create(
        platform=platform, vin=fed.vin, body=fed.body.hex(),
        defaults={
            "maker_id": platform.maker_id, "vehicle": vehicle, "moment": fed.moment,
            "received_at": fed.received_at,
        },
    )  # fmt: skip
    if not is_new:
        return False
    items = abnormal_of(FEEDBACK, fed.body)
    record(
        actor, FEEDBACK_TAKE, row, before={}, maker_id=platform.maker_id,
        after={"platform": platform.name, "items": list(items)},
    )  # fmt: skip
    if items:
        notice_send(
            actor, kind=notices.FEEDBACK.code, to=grant_holders(platform.maker_id, HEARS),
            values={
                "platform": platform.title,
                "items": "、".join(item_title(rule) for rule in items),
            },
            severity=2, subject=row, path=f"/feedback/{row.pk}/", maker=platform.maker,
        )  # fmt: skip
    return True


def instant(unix_ms: int) -> datetime | None:
    """None of 0."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC) if unix_ms else None

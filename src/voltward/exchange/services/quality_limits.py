"""Changing a limit of data quality: proposed by one person, in force once a second one agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.exchange.models import QualityLimit
from voltward.exchange.selectors.quality_limits import quality_limit_of_code
from voltward.pages.room import Text
from voltward.records import approvals, days
from voltward.records.actions import action, record
from voltward.records.models import Approval, Person

_KEPT: Final = ("code", "order", "title_zh", "title_en", "unit", "lowest", "highest")


@dataclass(frozen=True)
class NewQualityLimit:
    """What a revision says."""

    value: float
    source: str
    confidence: str
    effective_from: date


@action("quality.limit.propose", needs="rule.propose")
def quality_limit_propose(
    actor: Person, *, code: str, limit: NewQualityLimit, reason: str
) -> Approval:
    """Ask a second person for a new revision of a limit, from a whole day to come on.

    Raises:
        NotFound: no such limit.
        BadInput: no reason or source, a value out of range, or a day that has begun.
    """
    old = quality_limit_of_code(actor, code)
    if actor.maker_id is None or not reason.strip():
        raise BadInput("reason: empty; say why the limit changes")
    if not limit.source.strip() or limit.confidence not in dict(QualityLimit.CONFIDENCES):
        raise BadInput("source: a source with its confidence is expected")
    if not old.lowest <= limit.value <= old.highest:
        raise BadInput(f"value: {limit.value}, expected {old.lowest} to {old.highest}")
    if limit.effective_from <= days.today():
        raise BadInput(
            f"effective_from: {limit.effective_from}; a day is counted by one limit, so from tomorrow on"
        )
    payload = {
        "code": code, "value": limit.value, "source": limit.source.strip()[:240],
        "confidence": limit.confidence, "effective_from": limit.effective_from.isoformat(),
    }  # fmt: skip
    title = f"{old.title_zh}: {limit.value:g} {old.unit}"
    approval = approvals.opened(actor, CHANGE, title=title, payload=payload, reason=reason)
    record(actor, "quality.limit.propose", approval, before=_shown(old), after=payload)
    return approval


def _apply(decider: Person, approval: Approval) -> QualityLimit:
    return _quality_limit_revise(decider, approval=approval)


@action("quality.limit.revise", needs="rule.approve")
def _quality_limit_revise(actor: Person, *, approval: Approval) -> QualityLimit:
    given = approval.payload
    old = quality_limit_of_code(actor, given["code"])
    rows = QualityLimit.objects.filter(maker=approval.maker, code=old.code)
    newest = rows.aggregate(newest=Max("revision"))["newest"] or 0
    tomorrow = days.today() + timedelta(days=1)
    row = QualityLimit(
        **{name: getattr(old, name) for name in _KEPT},
        maker=approval.maker, revision=newest + 1, value=given["value"], source=given["source"],
        confidence=given["confidence"],
        effective_from=max(date.fromisoformat(given["effective_from"]), tomorrow),
        proposed_by=approval.asked_by, approved_by=actor, approved_at=timezone.now(),
    )  # fmt: skip
    row.save()
    record(actor, "quality.limit.revise", row, before=_shown(old), after=_shown(row))
    return row


def _shown(row: QualityLimit) -> dict[str, Any]:
    return {
        "code": row.code, "value": row.value, "source": row.source, "confidence": row.confidence,
        "effective_from": row.effective_from.isoformat(),
    }  # fmt: skip


def _asked_for(approval: Approval) -> Sequence[tuple[Text, str]]:
    given = approval.payload
    return [
        (_("编号"), given["code"]),
        (_("数值"), f"{given['value']:g}"),
        (_("依据"), f"{given['source']} · {given['confidence']}"),
        (_("生效日期"), given["effective_from"]),
    ]


CHANGE = approvals.register(
    approvals.Kind("quality.limit", _("修改数据质量限值"), "rule.approve", _apply, shown=_asked_for)
)

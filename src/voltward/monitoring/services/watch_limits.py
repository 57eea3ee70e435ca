"""Changing a limit of the watch queues: proposed by one person, in force once a second one agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.fleet.models import BatteryType
from voltward.fleet.selectors.products import product_by_id
from voltward.monitoring.models import WatchLimit
from voltward.monitoring.selectors.watch_limits import limit_of_code
from voltward.pages.room import Text
from voltward.records import approvals, days
from voltward.records.actions import action, record
from voltward.records.models import Approval, Person

# what the battery's maker gives, and so differs from type to type
BY_BATTERY: Final = frozenset({"standing.self_discharge_pct_per_d"})
_KEPT: Final = ("code", "order", "title_zh", "title_en", "unit", "lowest", "highest")


@dataclass(frozen=True)
class NewLimit:
    """What a revision says. ``battery_type_id``: of which type; None: of all."""

    value: float
    source: str
    confidence: str
    effective_from: date
    battery_type_id: int | None = None


@action("watch.limit.propose", needs="rule.propose")
def watch_limit_propose(actor: Person, *, code: str, limit: NewLimit, reason: str) -> Approval:
    """Ask a second person for a new revision of a number, from a day on.

    Raises:
        NotFound: no such number, or no such battery type of the actor's maker.
        BadInput: no reason or source, a value out of range, a day that has passed, or a battery type
            where the number is none of batteries (and the other way round).
    """
    old = limit_of_code(actor, code, limit.battery_type_id)
    if actor.maker_id is None or not reason.strip():
        raise BadInput("reason: empty; say why the limit changes")
    if not limit.source.strip() or limit.confidence not in dict(WatchLimit.CONFIDENCES):
        raise BadInput("source: a source with its confidence is expected")
    if not old.lowest <= limit.value <= old.highest:
        raise BadInput(f"value: {limit.value}, expected {old.lowest} to {old.highest}")
    if limit.effective_from < days.today():
        raise BadInput(f"effective_from: {limit.effective_from}; a limit never changes backwards")
    if (code in BY_BATTERY) != (limit.battery_type_id is not None):
        raise BadInput(
            "battery_type_id: given where the number has none, or missing where it needs one"
        )
    payload = {
        "code": code, "value": limit.value, "source": limit.source.strip()[:240],
        "confidence": limit.confidence, "effective_from": limit.effective_from.isoformat(),
        "battery_type": limit.battery_type_id,
    }  # fmt: skip
    if limit.battery_type_id is not None:
        product_by_id(actor, BatteryType, limit.battery_type_id)
    approval = approvals.opened(
        actor,
        CHANGE,
        title=f"{old.title_zh}: {limit.value:g} {old.unit}",
        payload=payload,
        reason=reason,
    )
    record(actor, "watch.limit.propose", approval, before=_shown(old), after=payload)
    return approval


def _apply(decider: Person, approval: Approval) -> WatchLimit:
    return _watch_limit_revise(decider, approval=approval)


@action("watch.limit.revise", needs="rule.approve")
def _watch_limit_revise(actor: Person, *, approval: Approval) -> WatchLimit:
    given = dict(approval.payload)
    battery_type_id = given.pop("battery_type")
    old = limit_of_code(actor, given["code"], battery_type_id)
    rows = WatchLimit.objects.filter(
        maker=approval.maker, code=old.code, battery_type=battery_type_id
    )
    newest = rows.aggregate(newest=Max("revision"))["newest"] or 0
    row = WatchLimit(
        **{name: getattr(old, name) for name in _KEPT},
        maker=approval.maker, battery_type_id=battery_type_id, revision=newest + 1,
        value=given["value"], source=given["source"], confidence=given["confidence"],
        effective_from=max(date.fromisoformat(given["effective_from"]), days.today()),
        proposed_by=approval.asked_by, approved_by=actor, approved_at=timezone.now(),
    )  # fmt: skip
    row.save()
    record(actor, "watch.limit.revise", row, before=_shown(old), after=_shown(row))
    return row


def _shown(row: WatchLimit) -> dict[str, Any]:
    return {
        "code": row.code, "value": row.value, "source": row.source, "confidence": row.confidence,
        "effective_from": row.effective_from.isoformat(), "battery_type": row.battery_type_id,
    }  # fmt: skip


def _asked_for(approval: Approval) -> Sequence[tuple[Text, str]]:
    given = approval.payload
    return [
        (_("编号"), given["code"]),
        (_("数值"), f"{given['value']:g}"),
        (_("依据"), f"{given['source']} · {given['confidence']}"),
        (_("生效日期"), given["effective_from"]),
        (_("电池类型"), str(given["battery_type"] or "—")),
    ]


CHANGE = approvals.register(
    approvals.Kind("watch.limit", _("修改关注限值"), "rule.approve", _apply, shown=_asked_for)
)

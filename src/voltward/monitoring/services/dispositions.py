"""Every write to the rules that dispose of floods of level 1 and 2: proposed, approved, ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.monitoring.models import DispositionRule
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.events import ApprovalDecided, ApprovalWithdrawn, listen
from voltward.records.models import Approval, Person
from voltward.records.working_time import beijing_day

APPROVE: Final = "alarm.approve"


@dataclass(frozen=True)
class Disposition:
    """What a rule says; the fields are those of the model."""

    title: str
    condition: str
    deed: str
    source: str
    effective_from: date
    rule: str = ""
    level: int | None = None
    amount: int | None = None
    verdict: str = ""
    cause: str = ""
    silence_h: int | None = None
    effective_to: date | None = None


@action("disposition.propose", needs="rule.propose")
def disposition_propose(actor: Person, *, disposition: Disposition, reason: str) -> DispositionRule:
    """Ask a second person for a rule; until somebody agrees it does nothing.

    Raises:
        BadInput: no reason, a title that is taken, values that make no rule, or a day that has passed.
    """
    if not reason.strip() or actor.maker is None:
        raise BadInput("reason: empty; say why these alarms need nobody")
    if disposition.effective_from < beijing_day(timezone.now()):
        raise BadInput(f"effective_from: {disposition.effective_from} has passed")
    row = DispositionRule(maker=actor.maker, proposed_by=actor, **asdict(disposition))
    try:
        row.full_clean(exclude=["maker", "proposed_by", "approval", "approved_by"])
    except ValidationError as error:
        fields = error.message_dict
        raise BadInput(f"{next(iter(fields))}: {'; '.join(next(iter(fields.values())))}") from error
    row.save()
    row.approval = approvals.opened(
        actor, DISPOSITION, title=row.title, payload={"disposition": row.pk}, reason=reason
    )
    row.save(update_fields=["approval"])
    record(actor, "disposition.propose", row, before={}, after=_told(row))
    return row


@action("disposition.end", needs="rule.propose")
def disposition_end(actor: Person, *, disposition_id: int, reason: str) -> DispositionRule:
    """Switch a rule off from now on; that needs no second person, as people look again.

    Raises:
        NotFound: no such rule, or another maker's.
        WrongState: it is not in force.
        BadInput: no reason.
    """
    row = _locked(actor, disposition_id)
    if row.state != "approved":
        raise WrongState(f"cannot end a rule that is {row.state}")
    if not reason.strip():
        raise BadInput("reason: empty")
    row.state, row.effective_to = "ended", beijing_day(timezone.now())
    row.save(update_fields=["state", "effective_to"])
    after = {"state": row.state, "reason": reason.strip()[:300]}
    record(actor, "disposition.end", row, before={"state": "approved"}, after=after)
    return row


def _locked(actor: Person, disposition_id: int) -> DispositionRule:
    rows = DispositionRule.objects.filter(maker=actor.maker_id, pk=disposition_id)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound(f"disposition {disposition_id}")
    return row


def _apply(decider: Person, approval: Approval) -> DispositionRule:
    return _disposition_approve(decider, approval=approval)


@action("disposition.approve", needs=APPROVE)
def _disposition_approve(actor: Person, *, approval: Approval) -> DispositionRule:
    row = _locked(actor, approval.payload["disposition"])
    row.state, row.approved_by = "approved", actor
    row.save(update_fields=["state", "approved_by"])
    record(actor, "disposition.approve", row, before={"state": "proposed"}, after=_told(row))
    return row


@action("disposition.refuse", needs="account.own")
def _disposition_refuse(actor: Person, *, approval: Approval) -> None:
    row = _locked(actor, approval.payload["disposition"])
    row.state = "refused"
    row.save(update_fields=["state"])
    before, after = {"state": "proposed"}, {"state": "refused", "note": approval.note}
    record(actor, "disposition.refuse", row, before=before, after=after)


@listen(ApprovalDecided)
def _decided(actor: Person, event: ApprovalDecided) -> None:
    if event.approval.kind == DISPOSITION.code and event.approval.state == "refused":
        _disposition_refuse(actor, approval=event.approval)


@listen(ApprovalWithdrawn)
def _withdrawn(actor: Person, event: ApprovalWithdrawn) -> None:
    if event.approval.kind == DISPOSITION.code:
        _disposition_refuse(actor, approval=event.approval)


def _told(row: DispositionRule) -> dict[str, Any]:
    days = {"effective_from": row.effective_from, "effective_to": row.effective_to}
    return {
        "title": row.title, "rule": row.rule, "level": row.level, "condition": row.condition,
        "amount": row.amount, "deed": row.deed, "verdict": row.verdict, "cause": row.cause,
        "silence_h": row.silence_h, "source": row.source, "state": row.state,
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }  # fmt: skip


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    row = DispositionRule.objects.get(pk=approval.payload["disposition"])
    amount = "" if row.amount is None else f" · {row.amount}"
    deed = str(row.get_verdict_display()) if row.deed == "close" else f"{row.silence_h} h"
    return [
        (_("规则"), row.rule or "—"),
        (_("等级"), str(row.get_level_display() or "1–2")),
        (_("条件"), f"{row.get_condition_display()}{amount}"),
        (_("处置"), f"{row.get_deed_display()} · {deed}"),
        (_("原因"), row.cause or "—"),
        (_("依据"), row.source),
        (_("生效日期"), f"{row.effective_from} – {row.effective_to or ''}"),
    ]


DISPOSITION = approvals.register(
    approvals.Kind("alarm.disposition", _("自动处置规则"), APPROVE, _apply, _shown)
)

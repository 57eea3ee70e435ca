"""Every write to the numbers the desk goes by: one person proposes, a second one approves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.monitoring.models import DeskRule
from voltward.monitoring.models.alarms import LEVELS
from voltward.monitoring.models.desk import HIGHEST_DISPOSED
from voltward.monitoring.selectors.desk_rules import desk_rule
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.models import Approval, DeadlineRule, Person
from voltward.records.working_time import beijing_day

_MOST: Final = 1_000_000
FARTHEST_SITE_M: Final = 2_000  # farther away a site says nothing of a vehicle


@dataclass(frozen=True)
class Proposal:
    """A row as it would be; the unit is that of its code."""

    code: str
    from_level: int
    amount: int
    source: str
    confidence: str
    effective_from: date


@action("desk_rule.propose", needs="rule.propose")
def desk_rule_propose(actor: Person, *, proposal: Proposal, reason: str) -> Approval:
    """Ask a second person for another number of the actor's maker, from a day on.

    Raises:
        BadInput: no reason or source, an unknown code, a number that makes no rule, or a day that has passed.
    """
    _checked(proposal)
    if not reason.strip() or actor.maker_id is None:
        raise BadInput("reason: empty; say why the number changes")
    if proposal.effective_from < beijing_day(timezone.now()):
        raise BadInput(f"effective_from: {proposal.effective_from}; a rule never changes backwards")
    payload = {**asdict(proposal), "effective_from": proposal.effective_from.isoformat()}
    title = f"{proposal.code} ≥{proposal.from_level}: {proposal.amount}"
    approval = approvals.opened(actor, REVISION, title=title, payload=payload, reason=reason)
    present = desk_rule(actor.maker_id, proposal.code, level=proposal.from_level)
    record(actor, "desk_rule.propose", approval, before={"amount": present.amount}, after=payload)
    return approval


def _checked(proposal: Proposal) -> None:
    if proposal.code not in DeskRule.UNIT_OF:
        raise BadInput(f"code: {proposal.code[:32]}, known are {', '.join(DeskRule.UNIT_OF)}")
    if proposal.from_level not in dict(LEVELS):
        raise BadInput(f"from_level: {proposal.from_level}, expected 0 to 4")
    if not 0 <= proposal.amount <= _MOST:
        raise BadInput(f"amount: {proposal.amount}, expected 0 to {_MOST}")
    if proposal.code == "owner_opt_out_level" and proposal.amount > HIGHEST_DISPOSED:
        raise BadInput("amount: level 3 and above is always told to owners")
    if proposal.code == "charging_site_reach" and not 1 <= proposal.amount <= FARTHEST_SITE_M:
        raise BadInput(f"amount: {proposal.amount}, expected 1 to {FARTHEST_SITE_M} metres")
    if proposal.confidence not in dict(DeadlineRule.CONFIDENCES):
        raise BadInput(f"confidence: {proposal.confidence[:1]}; A, B, C, M or X is expected")
    if not proposal.source.strip():
        raise BadInput("source: empty; name the standard and its clause")


def _apply(decider: Person, approval: Approval) -> DeskRule:
    return _desk_rule_revise(decider, approval=approval)


@action("desk_rule.revise", needs="rule.approve")
def _desk_rule_revise(actor: Person, *, approval: Approval) -> DeskRule:
    given = dict(approval.payload)
    asked_from = date.fromisoformat(given.pop("effective_from"))
    day = max(asked_from, beijing_day(timezone.now()))
    rule = DeskRule.objects.create(
        maker=approval.maker, unit=DeskRule.UNIT_OF[given["code"]], effective_from=day,
        proposed_by=approval.asked_by, approved_by=actor, **given,
    )  # fmt: skip
    # the maker's earlier own rows end where this one begins; the platform's stays for others
    same = DeskRule.objects.filter(
        Q(effective_to=None), maker=approval.maker, code=rule.code, from_level=rule.from_level,
        effective_from__lte=day,
    )  # fmt: skip
    ended = list(same.exclude(pk=rule.pk).values_list("pk", flat=True))
    DeskRule.objects.filter(pk__in=ended).update(effective_to=day)
    after = {**given, "effective_from": day.isoformat()}
    record(actor, "desk_rule.revise", rule, before={"ended": ended}, after=after)
    return rule


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    """The number as it is and as it would be."""
    given: dict[str, Any] = approval.payload
    present = desk_rule(approval.maker_id, given["code"], level=given["from_level"])
    unit = dict(DeskRule.UNITS)[DeskRule.UNIT_OF[given["code"]]]
    return [
        (_("规则"), str(dict(DeskRule.CODES)[given["code"]])),
        (_("适用等级（起）"), str(given["from_level"])),
        (_("数值"), f"{present.amount} → {given['amount']} {unit}"),
        (_("依据"), given["source"]),
        (_("生效日期"), given["effective_from"]),
    ]


REVISION = approvals.register(
    approvals.Kind("desk.rule", _("值班规则修订"), "rule.approve", _apply, _shown)
)

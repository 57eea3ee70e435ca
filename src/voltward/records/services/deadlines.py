"""Every write to deadline rules: one person proposes a revision, another approves it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.pages.room import Text
from voltward.records.actions import action, record
from voltward.records.approvals import Kind, opened, register
from voltward.records.deadline_texts import warnings_text
from voltward.records.models import Approval, DeadlineRule, Person
from voltward.records.roles import ROLES
from voltward.records.selectors.deadlines import deadline_by_id, deadline_revisions
from voltward.records.working_time import beijing_day

_COPIED: Final = (
    "code", "severity", "title_zh", "title_en", "addressee_zh", "addressee_en", "starts_from",
    "condition_zh", "condition_en", "fact", "repeats",
)  # fmt: skip
_CHANGED: Final = (
    "amount", "unit", "month_day", "source", "confidence", "note", "warnings", "told_roles", "is_on",
    "extension_needs_second", "effective_from",
)  # fmt: skip


@dataclass(frozen=True)
class Revision:
    """What a revision may change. ``warnings``: ``{"share_pct": n}`` or ``{"before_min": n}``."""

    amount: int | None
    unit: str
    month_day: str
    source: str
    confidence: str
    note: str
    warnings: tuple[dict[str, int], ...]
    told_roles: tuple[str, ...]
    is_on: bool
    extension_needs_second: bool
    effective_from: date


@action("deadline.propose", needs="rule.propose")
def deadline_propose(actor: Person, *, rule_id: int, revision: Revision, reason: str) -> Approval:
    """Ask a second person for a new revision of a rule, from a day on.

    Raises:
        NotFound: no such rule, or another maker's.
        BadInput: no reason, a day that has passed, or values that make no rule.
    """
    rule = deadline_by_id(actor, rule_id)
    if actor.maker_id is None or not reason.strip():
        raise BadInput("reason: empty; say why the rule changes")
    if revision.effective_from < beijing_day(timezone.now()):
        raise BadInput(f"effective_from: {revision.effective_from}; a rule never changes backwards")
    _checked(revision)
    payload = {**asdict(revision), "rule_id": rule.pk}
    payload["effective_from"] = revision.effective_from.isoformat()
    title = f"{rule.title_zh} · {rule.addressee_zh}"
    approval = opened(actor, REVISION, title=title, payload=payload, reason=reason)
    record(actor, "deadline.propose", approval, before=_shown(rule), after=payload)
    return approval


def _apply(decider: Person, approval: Approval) -> DeadlineRule:
    return _deadline_revise(decider, approval=approval)


@action("deadline.revise", needs="rule.approve")
def _deadline_revise(actor: Person, *, approval: Approval) -> DeadlineRule:
    given = dict(approval.payload)
    base = deadline_by_id(actor, int(given.pop("rule_id")))
    others = deadline_revisions(base, actor).order_by("-revision")
    newest = others.select_related(None).select_for_update().first()
    given["effective_from"] = max(
        date.fromisoformat(given["effective_from"]), beijing_day(timezone.now())
    )
    rule = DeadlineRule(
        **{name: getattr(base, name) for name in _COPIED}, **given, maker=approval.maker,
        revision=(newest.revision if newest else 0) + 1, proposed_by=approval.asked_by,
        approved_by=actor, approved_at=timezone.now(),
    )  # fmt: skip
    rule.save()
    # the maker's earlier own revisions end where this one begins; the platform's row stays for others
    began = Q(effective_from=None) | Q(effective_from__lte=rule.effective_from)
    DeadlineRule.objects.filter(
        began, maker=approval.maker, code=rule.code, severity=rule.severity, effective_to=None
    ).exclude(pk=rule.pk).update(effective_to=rule.effective_from)
    record(actor, "deadline.revise", rule, before=_shown(base), after=_shown(rule))
    return rule


def _checked(revision: Revision) -> None:
    units = dict(DeadlineRule.UNITS)
    if revision.unit not in units:
        raise BadInput(f"unit: {revision.unit}; known are {', '.join(units)}")
    if revision.confidence not in dict(DeadlineRule.CONFIDENCES):
        raise BadInput(f"confidence: {revision.confidence}; A, B, C, M or X is expected")
    without = revision.unit in ("at_once", "yearly")
    if without != (revision.amount is None) or (
        revision.amount is not None and revision.amount <= 0
    ):
        raise BadInput(
            f"amount: {revision.amount} {revision.unit}; a positive whole number is expected"
        )
    if revision.unit == "yearly":
        _date_of(revision.month_day)
    if not revision.source.strip():
        raise BadInput("source: empty; name the standard and its clause")
    if unknown := set(revision.told_roles) - set(ROLES):
        raise BadInput(f"told_roles: {', '.join(sorted(unknown))}")
    for warning in revision.warnings:
        share, before = warning.get("share_pct"), warning.get("before_min")
        if len(warning) != 1 or not (0 < (share or 0) < 100 or (before or 0) > 0):
            raise BadInput(
                f"warnings: {warning}; a share of 1 to 99 or minutes before are expected"
            )


def _date_of(month_day: str) -> None:
    try:
        date.fromisoformat(f"2023-{month_day}")
    except ValueError as error:
        raise BadInput(f"month_day: {month_day!r}; e.g. 12-15") from error


def _shown(rule: DeadlineRule) -> dict[str, Any]:
    values = model_to_dict(rule, fields=_CHANGED)
    day = rule.effective_from
    return {**values, "effective_from": day.isoformat() if day else None, "code": rule.code}


def _parts(approval: Approval) -> list[tuple[Text, str]]:
    """Each value that would change, as it is and as it would be."""
    rule = DeadlineRule.objects.filter(pk=approval.payload["rule_id"]).first()
    parts: list[tuple[Text, str]] = [(_("编号"), str(rule))]
    for name in _CHANGED:
        field = DeadlineRule._meta.get_field(name)
        new, old = approval.payload[name], _shown(rule)[name] if rule else None
        if new != old:
            parts.append((getattr(field, "verbose_name", name), f"{_word(old)} → {_word(new)}"))
    return parts


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_word(one) for one in value) or "—"
    if isinstance(value, dict):
        return warnings_text([value])
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    units: dict[object, object] = dict(DeadlineRule.UNITS)
    return "—" if value in (None, "") else str(units.get(value, value))


REVISION = register(Kind("deadline.revision", _("时限规则修订"), "rule.approve", _apply, _parts))

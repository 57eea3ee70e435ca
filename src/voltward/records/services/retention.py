"""Every write to retention: changing a rule takes two persons, and what is due is worked off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.records import approvals, days
from voltward.records.actions import action, record
from voltward.records.models import Approval, Maker, Person, RetentionRule
from voltward.records.retention import KINDS, Held, Item, Kept, KeptKind, longest
from voltward.records.selectors import retention as selectors
from voltward.records.selectors.holds import hold_checked

BATCH = 500


@action("retention.propose", needs="rule.propose")
def retention_propose(
    actor: Person,
    *,
    code: str,
    values: Mapping[str, Any],
    reason: str,
    replaces: int | None = None,
) -> Approval:
    """Ask for a rule of the actor's maker; it is in force once a second person agreed.

    ``values``: fields of RetentionRule. ``replaces``: the rule in whose place it stands.

    Raises:
        NotFound: no such class, or no such rule in force for the actor's maker.
        BadInput: values that make no rule, or a legal minimum replaced by something else.
    """
    retention_class = selectors.class_by_code(code)
    _replaced(actor.maker, code, replaces, legal=bool(values.get("legal")))
    if values.get("effective_from", date.min) < days.today():
        raise BadInput("effective_from: today or later is expected")
    _rule(actor.maker, code, values)
    payload = {name: _plain(value) for name, value in values.items()}
    approval = approvals.opened(
        actor, CHANGE, title=f"{retention_class.title_zh}: {_period(values)}", reason=reason,
        payload={"code": code, "replaces": replaces, "values": payload},
    )  # fmt: skip
    record(actor, "retention.propose", approval, before={}, after=approval.payload)
    return approval


def _applied(decider: Person, approval: Approval) -> RetentionRule:
    """The agreed rule, from the day that was asked for or, where that has passed, from today."""
    values = dict(approval.payload["values"])
    asked_from = date.fromisoformat(values["effective_from"])
    values["effective_from"] = max(asked_from, days.today())
    code, replaces = approval.payload["code"], approval.payload["replaces"]
    old = _replaced(approval.maker, code, replaces, legal=bool(values.get("legal")))
    rule = _rule(approval.maker, code, values)
    rule.approval, rule.replaces = approval, old
    if old is not None and old.maker_id is not None:
        # the maker's own rule ends; what it stood for is now stood for by the new one
        if old.effective_from >= rule.effective_from:
            raise WrongState(
                f"rule {old.pk} begins on {old.effective_from}, not before the new one"
            )
        old.effective_to, rule.replaces = rule.effective_from, old.replaces
        old.save(update_fields=["effective_to"])
    rule.save()
    after = {"class": code, "replaces": replaces, **approval.payload["values"]}
    record(decider, "retention.change", rule, before={}, after=after)
    return rule


CHANGE = approvals.register(
    approvals.Kind("retention.rule", _("修改保存期限规则"), "rule.approve", _applied)
)


def _replaced(
    maker: Maker | None, code: str, replaces: int | None, *, legal: bool
) -> RetentionRule | None:
    if replaces is None:
        return None
    maker_id = maker.pk if maker else None
    in_force = selectors.rules_in_force(maker_id, code, days.today())
    old = next((rule for rule in in_force if rule.pk == replaces), None)
    if old is None:
        raise NotFound(f"retention rule {replaces}")
    if old.legal and not legal:
        raise BadInput("legal: a legal minimum is replaced by a legal minimum only")
    return old


def _rule(maker: Maker | None, code: str, values: Mapping[str, Any]) -> RetentionRule:
    rule = RetentionRule(maker=maker, retention_class_id=code, **values)
    try:
        rule.full_clean(exclude=["maker", "approval", "replaces"], validate_constraints=False)
    except ValidationError as error:
        parts = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise BadInput("; ".join(parts)) from error
    if rule.keep_life and min(rule.keep_years, rule.life_years) < 10:
        raise BadInput("keep_years: product life is never taken as less than 10 years")
    if not (rule.keep_years or rule.keep_months):
        raise BadInput("keep_years: a period is expected")
    return rule


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _period(values: Mapping[str, Any]) -> str:
    life = "life, " if values.get("keep_life") else ""
    return f"{life}{values.get('keep_years', 0)} y {values.get('keep_months', 0)} m"


def retention_apply(actor: Person, *, batch: int = BATCH) -> int:
    """Work off what is due today in every registered kind; returns how many items were acted on.

    Raises:
        NotPermitted: the actor lacks ``retention.apply``.
    """
    day, done = days.today(), 0
    for maker in Maker.objects.order_by("pk"):
        for code, rules in selectors.rules_by_class(maker.pk, day).items():
            for kind in KINDS.values():
                done += _class_applied(actor, maker, code, rules, kind, day, batch)
    return done


def _class_applied(
    actor: Person, maker: Maker, code: str, rules: list[RetentionRule], kind: KeptKind,
    day: date, batch: int,
) -> int:  # fmt: skip
    """Every item of a class that may be due; each is judged by itself, in its own transaction."""
    # no rule can end before its years and months are over, whatever the product life
    shortest_d = max(rule.keep_years * 365 + rule.keep_months * 28 for rule in rules)
    begun_by, after, done = day - timedelta(days=shortest_d), 0, 0
    while items := kind.older(maker.pk, code, begun_by, after, batch):
        after = items[-1].subject.pk
        for item in items:
            kept = longest(rules, item.started_on, item.product_life_years)
            if kept is not None and kept.until <= day:
                done += _due_tried(actor, maker, kind, item, kept)
    return done


def _due_tried(actor: Person, maker: Maker, kind: KeptKind, item: Item, kept: Kept) -> int:
    try:
        _due_applied(actor, maker=maker, kind=kind, item=item, kept=kept)
    except Held:
        return 0  # tried again every round, done once the hold is lifted
    except NotFound:
        return 0  # somebody else was faster
    return 1


@action("retention.apply", needs="retention.apply")
def _due_applied(actor: Person, *, maker: Maker, kind: KeptKind, item: Item, kept: Kept) -> None:
    hold_checked(maker.pk, item.labels)
    then = kept.rule.then
    if then == "pseudonymise" and kind.pseudonymise is None:
        then = "review"
    if then == "delete":
        kind.delete(actor, item)
    elif then == "pseudonymise" and kind.pseudonymise is not None:
        kind.pseudonymise(actor, item)
    else:
        kind.review(actor, item)
    after = {
        "then": then, "rule": kept.rule.pk, "source": kept.rule.source,
        "class": kept.rule.retention_class_id, "kept_until": kept.until.isoformat(),
    }  # fmt: skip
    record(actor, "retention.apply", item.subject, before={}, after=after, maker_id=maker.pk)

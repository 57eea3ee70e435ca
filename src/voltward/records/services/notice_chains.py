"""Every write to escalation chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.records.actions import action, record
from voltward.records.models import EscalationChain, EscalationStep, Person, Post, Unit
from voltward.records.models.notice_ways import OUTSIDE_KINDS
from voltward.records.notice_ports import now
from voltward.records.roles import ROLES
from voltward.records.selectors import notices as selectors

MOST_STEPS = 8
LONGEST_WAIT_MIN = 24 * 60


@dataclass(frozen=True)
class Step:
    """Exactly one of ``person_id``, ``role`` (with or without ``unit_id``) and ``post_id``."""

    wait_min: int
    person_id: int | None = None
    role: str = ""
    unit_id: int | None = None
    post_id: int | None = None
    channels: Sequence[str] = ()


@action("notice.chain_create", needs="notice.manage")
def chain_create(actor: Person, *, code: str, name: str, steps: Sequence[Step]) -> EscalationChain:
    """Add a chain.

    Raises:
        BadInput: code taken or badly formed, no step, or a step that names nobody or more than one.
        NotFound: a person, unit or post of another maker.
    """
    code, name = code.strip().lower()[:32], name.strip()[:80]
    taken = EscalationChain.objects.filter(maker=actor.maker_id, code=code).exists()
    if not code.replace("_", "").isalnum() or not code.isascii() or taken or not name:
        raise BadInput(f"code: {code or 'empty'}; letters, digits and _, not taken; name: needed")
    if actor.maker_id is None:
        raise BadInput("a chain belongs to a maker")
    chain = EscalationChain.objects.create(maker_id=actor.maker_id, code=code, name=name)
    told = _replaced(actor, chain, steps)
    after = {"code": code, "name": name, "steps": told}
    record(actor, "notice.chain_create", chain, before={}, after=after)
    return chain


@action("notice.chain_change", needs="notice.manage")
def chain_change(
    actor: Person, *, chain_id: int, name: str, steps: Sequence[Step]
) -> EscalationChain:
    """Give a chain a new name and new steps; notices on their way go on with the new ones.

    Raises:
        NotFound: none, or another maker's; or a step's person, unit or post is.
        WrongState: it is closed.
        BadInput: as ``chain_create``.
    """
    chain = _open(actor, chain_id)
    before = {"name": chain.name, "steps": _told(chain)}
    chain.name = name.strip()[:80]
    if not chain.name:
        raise BadInput("name: needed")
    chain.save(update_fields=["name"])
    told = _replaced(actor, chain, steps)
    after = {"name": chain.name, "steps": told}
    record(actor, "notice.chain_change", chain, before=before, after=after)
    return chain


@action("notice.chain_close", needs="notice.manage")
def chain_close(actor: Person, *, chain_id: int) -> EscalationChain:
    """No new notice may take the chain; those on their way go on.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is closed.
    """
    chain = _open(actor, chain_id)
    chain.closed_at = now()
    chain.save(update_fields=["closed_at"])
    record(actor, "notice.chain_close", chain, before={}, after={"code": chain.code})
    return chain


def _open(actor: Person, chain_id: int) -> EscalationChain:
    found = selectors.chain_by_id(actor, chain_id)
    chain = EscalationChain.objects.select_for_update().get(pk=found.pk)
    if chain.closed_at is not None:
        raise WrongState(f"chain {chain_id} is closed")
    return chain


def _replaced(actor: Person, chain: EscalationChain, steps: Sequence[Step]) -> list[dict[str, Any]]:
    if not 1 <= len(steps) <= MOST_STEPS:
        raise BadInput(f"steps: {len(steps)}; expected 1 to {MOST_STEPS}")
    chain.steps.all().delete()
    rows = [_row(actor, chain, order, step) for order, step in enumerate(steps, 1)]
    EscalationStep.objects.bulk_create(rows)
    return _told(chain)


def _row(actor: Person, chain: EscalationChain, order: int, step: Step) -> EscalationStep:
    if [step.person_id is not None, bool(step.role), step.post_id is not None].count(True) != 1:
        raise BadInput(f"step {order}: exactly one of person, role and post")
    if step.unit_id is not None and not step.role:
        raise BadInput(f"step {order}: a unit goes with a role")
    if step.role and step.role not in ROLES:
        raise BadInput(f"step {order}: role {step.role} is not known")
    if not 1 <= step.wait_min <= LONGEST_WAIT_MIN:
        raise BadInput(f"step {order}: wait {step.wait_min} min; expected 1 to {LONGEST_WAIT_MIN}")
    if unknown := set(step.channels) - set(dict(OUTSIDE_KINDS)):
        raise BadInput(f"step {order}: channels {', '.join(sorted(unknown))} are not known")
    _of_the_maker(actor, step)
    return EscalationStep(
        chain=chain, order=order, person_id=step.person_id, role=step.role, unit_id=step.unit_id,
        post_id=step.post_id, channels=list(dict.fromkeys(step.channels)), wait_min=step.wait_min,
    )  # fmt: skip


def _of_the_maker(actor: Person, step: Step) -> None:
    maker = actor.maker_id
    known = (
        ("person", step.person_id, Person.objects.filter(maker=maker)),
        ("unit", step.unit_id, Unit.objects.filter(maker=maker)),
        ("post", step.post_id, Post.objects.filter(unit__maker=maker)),
    )
    for name, key, rows in known:
        if key is not None and not rows.filter(pk=key).exists():
            raise NotFound(f"{name} {key}")


def _told(chain: EscalationChain) -> list[dict[str, Any]]:
    names = ("order", "person", "role", "unit", "post", "channels", "wait_min")
    return list(chain.steps.order_by("order").values(*names))

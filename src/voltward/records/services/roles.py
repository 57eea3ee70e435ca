"""Giving and taking roles. Roles that matter for security take a second person."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.models import Approval, Assignment, Person
from voltward.records.roles import INSTALLATION, ROLES
from voltward.records.selectors import organisation as selectors


def administrators_apart(codes: Iterable[str]) -> None:
    """
    Raises:
        BadInput: an administrator's role beside any other (三权分立, GB/T 22239-2019 8.1.5).
    """
    held = sorted(set(codes))
    if len(held) > 1 and any(ROLES[code].administers for code in held if code in ROLES):
        raise BadInput(f"roles: {', '.join(held)}; an administrator holds no other role")


@action("role.give", needs="role.assign")
def role_give(
    actor: Person, *, person_id: int, role: str, unit_id: int | None = None, reason: str
) -> Assignment | Approval:
    """Give a role at once, or, where the role is sensitive, ask a second person for it.

    ``unit_id``: where it holds, with all units below; None: for the whole maker.

    Raises:
        NotFound: no such person or unit.
        NotPermitted: nobody gives roles to themselves.
        BadInput: no such role, no reason, or an administrator's role beside others.
        WrongState: the person holds it there already.
    """
    person = _allowed(actor, person_id, role, unit_id)
    if not reason.strip():
        raise BadInput("reason: none given")
    if not ROLES[role].sensitive:
        return _given(actor, person, role, unit_id, "role.give")
    wish = approvals.opened(
        actor,
        SECOND_PERSON,
        title=f"{person.display_name} ({person.login}): {role}",
        payload={"person": person.pk, "role": role, "unit": unit_id},
        reason=reason,
    )
    after = {"person": person.login, "role": role, "unit": unit_id, "waits_for": "role.approve"}
    record(actor, "role.give", wish, before={}, after=after)
    return wish


@action("role.take", needs="role.assign")
def role_take(actor: Person, *, assignment_id: int, reason: str) -> None:
    """Take a role away at once: less access never waits for a second person.

    Raises:
        NotFound: no such assignment.
        BadInput: no reason.
    """
    assignment = selectors.assignment_by_id(actor, assignment_id)
    if not reason.strip():
        raise BadInput("reason: none given")
    before = {
        "person": assignment.person.login,
        "role": assignment.role,
        "unit": assignment.unit_id,
    }
    record(actor, "role.take", assignment, before=before, after={"reason": reason.strip()[:500]})
    assignment.delete()


def _allowed(actor: Person, person_id: int, role: str, unit_id: int | None) -> Person:
    person = selectors.person_by_id(actor, person_id)
    if person.pk == actor.pk:
        raise NotPermitted("role.give: nobody gives roles to themselves")
    if role not in ROLES or role == INSTALLATION:
        raise BadInput(f"role: {role[:32]}; known are {', '.join(set(ROLES) - {INSTALLATION})}")
    if unit_id is not None:
        selectors.unit_by_id(actor, unit_id)
    administrators_apart([*person.assignments.values_list("role", flat=True), role])
    if person.assignments.filter(role=role, unit=unit_id).exists():
        raise WrongState(f"{person.login} holds {role} there already")
    return person


def _given(actor: Person, person: Person, role: str, unit_id: int | None, name: str) -> Assignment:
    assignment = Assignment.objects.create(
        person=person,
        role=role,
        unit_id=unit_id,
        assigned_by=actor,
        administers=ROLES[role].administers,
    )
    after = {"person": person.login, "role": role, "unit": unit_id}
    record(actor, name, assignment, before={}, after=after)
    return assignment


@action("role.agree", needs="role.approve")
def _agreed(actor: Person, *, approval: Approval) -> None:
    """Carry the wish out, checked anew: much may have changed since it was asked."""
    wish = approval.payload
    if wish["person"] == actor.pk:
        raise NotPermitted("role.agree: nobody agrees to a role of their own")
    person = _allowed(approval.asked_by, wish["person"], wish["role"], wish["unit"])
    _given(actor, person, wish["role"], wish["unit"], "role.agree")


SECOND_PERSON = approvals.register(
    approvals.Kind(
        code="role.give",
        title=_("授予安全敏感角色"),
        needs="role.approve",
        apply=lambda decider, approval: _agreed(decider, approval=approval),
        barred=lambda approval: [approval.payload["person"]],
    )
)

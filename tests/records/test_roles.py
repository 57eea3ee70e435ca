"""Who gives roles: one person for everyday ones, two for those that matter, nobody to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records import approvals, selectors, services
from voltward.records.models import Approval, Assignment, AuditRow, Maker, Person
from voltward.records.rights_table import writes
from voltward.records.roles import ROLES
from voltward.records.selectors.organisation import units_where
from voltward.records.services.organisation import unit_create
from voltward.records.services.roles import role_give, role_take

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden" / "rights.txt"


@pytest.fixture
def security_admin(maker: Maker) -> Person:
    return _person("security-admin", "security_admin", maker)


def _person(login: str, role: str, maker: Maker) -> Person:
    actor = selectors.installation()
    return services.person_create(actor, login=login, display_name=login, maker=maker, roles=[role])


def test_an_everyday_role_is_given_at_once(security_admin: Person, operator: Person) -> None:
    given = role_give(
        security_admin, person_id=operator.pk, role="quality_engineer", reason="transfer"
    )
    assert isinstance(given, Assignment)
    assert "rule.propose" in Person.objects.get(pk=operator.pk).grants
    row = AuditRow.objects.get(action="role.give", result="done")
    assert row.after == {"person": "operator", "role": "quality_engineer", "unit": None}


def test_a_sensitive_role_waits_for_a_second_person(
    security_admin: Person, operator: Person, safety_head: Person
) -> None:
    wish = role_give(security_admin, person_id=operator.pk, role="safety_head", reason="deputy")
    assert isinstance(wish, Approval)
    assert not operator.assignments.filter(role="safety_head").exists()
    with pytest.raises(NotPermitted):
        approvals.approval_accept(security_admin, approval_id=wish.pk)
    assert [one.pk for one in approvals.approval_waiting(safety_head)] == [wish.pk]
    approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert operator.assignments.filter(role="safety_head", assigned_by=safety_head).exists()
    with pytest.raises(WrongState):
        approvals.approval_refuse(safety_head, approval_id=wish.pk, note="too late")


def test_a_refused_wish_gives_nothing(
    security_admin: Person, operator: Person, safety_head: Person
) -> None:
    wish = role_give(security_admin, person_id=operator.pk, role="safety_head", reason="deputy")
    approvals.approval_refuse(safety_head, approval_id=wish.pk, note="no")
    assert list(operator.assignments.values_list("role", flat=True)) == ["monitoring_operator"]


def test_nobody_agrees_to_a_role_of_their_own(security_admin: Person, maker: Maker) -> None:
    other = _person("head", "safety_head", maker)
    wish = role_give(
        security_admin, person_id=other.pk, role="data_protection_officer", reason="both"
    )
    with pytest.raises(NotPermitted):
        approvals.approval_accept(other, approval_id=wish.pk)
    assert Approval.objects.get(pk=wish.pk).state == "waiting"


def test_the_database_itself_wants_a_second_person(
    security_admin: Person, operator: Person
) -> None:
    wish = role_give(security_admin, person_id=operator.pk, role="safety_head", reason="deputy")
    with pytest.raises(IntegrityError, match="approval_second_person"), transaction.atomic():
        Approval.objects.filter(pk=wish.pk).update(
            state="accepted", decided_by=security_admin, decided_at="2026-01-01T00:00Z"
        )


def test_nobody_gives_roles_to_themselves(security_admin: Person) -> None:
    with pytest.raises(NotPermitted):
        role_give(security_admin, person_id=security_admin.pk, role="outlet", reason="x")


@pytest.mark.parametrize("actor", ["operator", "safety_head", "system_admin"])
def test_others_give_no_roles(actor: str, request: pytest.FixtureRequest, maker: Maker) -> None:
    person = _person("somebody", "outlet", maker)
    with pytest.raises(NotPermitted):
        role_give(request.getfixturevalue(actor), person_id=person.pk, role="outlet", reason="x")
    assert person.assignments.count() == 1
    assert AuditRow.objects.filter(action="role.give", result="refused").count() == 1


def test_another_makers_person_is_not_found(security_admin: Person, other_operator: Person) -> None:
    for person_id in (other_operator.pk, 999_999_999):
        with pytest.raises(NotFound, match=f"^person {person_id}$"):
            role_give(security_admin, person_id=person_id, role="outlet", reason="x")


def test_a_role_needs_a_reason_and_must_be_known(security_admin: Person, operator: Person) -> None:
    with pytest.raises(BadInput, match="reason"):
        role_give(security_admin, person_id=operator.pk, role="outlet", reason=" ")
    for unknown in ("king", "installation"):
        with pytest.raises(BadInput, match="role"):
            role_give(security_admin, person_id=operator.pk, role=unknown, reason="x")


def test_an_administrator_holds_no_other_role(
    security_admin: Person, operator: Person, system_admin: Person
) -> None:
    with pytest.raises(BadInput, match="administrator"):
        role_give(security_admin, person_id=operator.pk, role="audit_admin", reason="x")
    with pytest.raises(BadInput, match="administrator"):
        role_give(security_admin, person_id=system_admin.pk, role="quality_engineer", reason="x")


def test_the_database_holds_the_administrators_apart(system_admin: Person) -> None:
    more = {"person": system_admin, "assigned_by": system_admin}
    with pytest.raises(IntegrityError, match="one_administrator"), transaction.atomic():
        Assignment.objects.create(role="audit_admin", administers="audit", **more)
    # nor does leaving the mark out help
    with pytest.raises(IntegrityError, match="assignment_administers"), transaction.atomic():
        Assignment.objects.create(role="audit_admin", **more)


def test_a_role_is_taken_at_once_and_leaves_its_reason(
    security_admin: Person, operator: Person
) -> None:
    assignment = operator.assignments.get()
    role_take(security_admin, assignment_id=assignment.pk, reason="left the desk")
    assert Person.objects.get(pk=operator.pk).grants == {"account.own"}
    row = AuditRow.objects.get(action="role.take", result="done")
    assert (row.before["role"], row.after) == ("monitoring_operator", {"reason": "left the desk"})


def test_a_role_for_a_unit_holds_for_all_units_below_it(
    security_admin: Person, safety_head: Person, operator: Person
) -> None:
    top = unit_create(safety_head, code="A", name="总部")
    below = unit_create(safety_head, code="B", name="下属", parent_id=top.pk)
    lowest = unit_create(safety_head, code="C", name="网点", kind="outlet", parent_id=below.pk)
    beside = unit_create(safety_head, code="D", name="旁边")
    role_give(
        security_admin, person_id=operator.pk, role="quality_engineer", unit_id=below.pk,
        reason="x",
    )  # fmt: skip
    assert units_where(operator, "rule.propose") == {below.pk, lowest.pk}
    assert units_where(operator, "telemetry.read") is None  # the operator's own, maker-wide
    assert units_where(operator, "rule.approve") == set()
    assert beside.pk not in (units_where(operator, "rule.propose") or set())


def test_the_table_of_rights_is_the_one_that_was_agreed() -> None:
    """Changing who may do what is a decision: it shows in this file's difference."""
    assert rights_table() == GOLDEN.read_text().splitlines()


def rights_table() -> list[str]:
    """One line for each role and grant, and for each write and the grant it needs."""
    held = [f"{role.code} holds {one}" for role in ROLES.values() for one in sorted(role.grants)]
    ours = {name: needs for name, needs in writes().items() if not name.startswith("test.")}
    return [*held, *(f"{name} needs {needs}" for name, needs in ours.items())]

"""Rows that decide who may do what: written past the services they are not honoured, and it is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.records import approvals, selectors, services
from voltward.records.models import (
    ApiToken,
    Approval,
    Assignment,
    AuditRow,
    Delivery,
    Maker,
    Notice,
    Person,
)
from voltward.records.protection import marks
from voltward.records.protection.marks import Forged
from voltward.records.selectors.marks import rows_forged
from voltward.records.services.accounts import person_disable
from voltward.records.services.marks import mark_confirm, marks_rotate, marks_sweep
from voltward.records.services.roles import role_give, role_take

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    marks.forget()
    yield
    marks.forget()


@pytest.fixture
def security_admin(maker: Maker) -> Person:
    return services.person_create(
        selectors.installation(), login="security-admin", display_name="x", maker=maker,
        roles=["security_admin"],
    )  # fmt: skip


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def told() -> list[tuple[str, str]]:
    rows = AuditRow.objects.filter(action="mark.forged").order_by("pk")
    return list(rows.values_list("subject", "result"))


def raised(operator: Person) -> str:
    assignment = operator.assignments.get()
    sql("UPDATE records_assignment SET role = 'safety_head' WHERE id = %s", assignment.pk)
    return f"Assignment:{assignment.pk}"


def inserted(operator: Person) -> str:
    sql(
        "INSERT INTO records_assignment (person_id, role, administers, assigned_by_id)"
        " VALUES (%s, 'safety_head', '', %s)",
        operator.pk, operator.pk,
    )  # fmt: skip
    return f"Assignment:{operator.assignments.get(role='safety_head').pk}"


def copied(operator: Person) -> str:
    """Another's genuine mark on a row of one's own."""
    mark = selectors.installation().assignments.get().mark
    sql(
        "INSERT INTO records_assignment (person_id, role, administers, assigned_by_id, mark)"
        " VALUES (%s, 'installation', '', %s, %s)",
        operator.pk, operator.pk, mark,
    )  # fmt: skip
    return f"Assignment:{operator.assignments.get(role='installation').pk}"


def moved(operator: Person) -> str:
    other = services.maker_create(selectors.installation(), name="另一家", wmis=[])
    sql("UPDATE records_person SET maker_id = %s WHERE id = %s", other.pk, operator.pk)
    return f"Person:{operator.pk}"


@pytest.mark.parametrize("forge", [raised, inserted, copied, moved])
def test_a_row_that_sql_wrote_lets_nobody_in_and_is_told(
    operator: Person, as_operator: Client, security_admin: Person, forge: Any
) -> None:
    assert is_in(as_operator)
    row = forge(operator)
    assert not is_in(as_operator)
    assert Person.objects.get(pk=operator.pk).grants == {"account.own"}
    assert told() == [(row, "refused")]
    notice = Notice.objects.get(kind="row_forged")
    assert notice.values["row"] == row
    if forge is not moved:  # else the maker that is told is the one the row names now
        assert Delivery.objects.filter(notice=notice, person=security_admin).exists()
    # further requests and the sweep add nothing: it is the same state of the row
    assert not is_in(as_operator)
    assert marks_sweep() == 1
    assert (told(), Notice.objects.filter(kind="row_forged").count()) == ([(row, "refused")], 1)


def test_a_password_that_sql_replaced_opens_nothing(
    operator: Person, as_nobody: Client, settings: Any
) -> None:
    services.person_password_set(selectors.installation(), login="operator", password=PASSWORD)
    given = {"username": "operator", "password": PASSWORD}
    assert as_nobody.post("/login/", given)["Location"] != "/login/"
    as_nobody.post("/logout/")
    operator.refresh_from_db()
    operator.set_password("another " + PASSWORD)
    sql("UPDATE records_person SET password = %s WHERE id = %s", operator.password, operator.pk)
    answer = as_nobody.post("/login/", given | {"password": "another " + PASSWORD}, follow=True)
    assert "不是由平台写入的" in answer.content.decode()
    assert not is_in(as_nobody)
    assert told() == [(f"Person:{operator.pk}", "refused")]


def test_an_account_that_sql_opened_again_stays_shut(operator: Person, as_nobody: Client) -> None:
    person_disable(selectors.installation(), login="operator", why="left")
    sql("UPDATE records_person SET is_active = true WHERE id = %s", operator.pk)
    as_nobody.force_login(operator)
    assert not is_in(as_nobody)


@pytest.mark.parametrize(
    "change", ["scope = 'wall'", "expires_at = expires_at + interval '1 year'", "revoked_at = NULL"]
)
def test_a_token_that_sql_changed_is_refused(
    integrator: Person, api_token: str, change: str
) -> None:
    bearer = {"authorization": f"Bearer {api_token}"}
    assert Client().get("/api/vehicles/", headers=bearer).status_code == 200
    token = ApiToken.objects.get()
    if change.startswith("revoked"):
        services.token_revoke(selectors.installation(), token_id=token.pk)
    sql(f"UPDATE records_apitoken SET {change}")
    assert Client().get("/api/vehicles/", headers=bearer).status_code == 401
    marks_sweep()
    assert told() == [(f"ApiToken:{token.pk}", "refused")]


def test_a_wish_that_sql_changed_cannot_be_agreed_to(
    security_admin: Person, operator: Person, safety_head: Person
) -> None:
    wish = role_give(security_admin, person_id=operator.pk, role="safety_head", reason="deputy")
    sql(
        "UPDATE records_approval SET payload = jsonb_set(payload, '{role}', '\"audit_admin\"')"
        " WHERE id = %s",
        wish.pk,
    )
    with pytest.raises(Forged), transaction.atomic():
        approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert Approval.objects.get(pk=wish.pk).state == "waiting"
    assert marks_sweep() == 1


def test_a_row_that_was_taken_and_put_back_whole_loses_its_mark(
    security_admin: Person, operator: Person
) -> None:
    assignment = operator.assignments.get()
    role_take(security_admin, assignment_id=assignment.pk, reason="left the desk")
    sql(
        "INSERT INTO records_assignment (id, person_id, role, administers, assigned_by_id, mark)"
        " VALUES (%s, %s, %s, '', %s, %s)",
        assignment.pk, operator.pk, assignment.role, assignment.assigned_by_id, assignment.mark,
    )  # fmt: skip
    assert marks_sweep() == 1
    assert Person.objects.get(pk=operator.pk).grants == {"account.own"}
    assert told() == [(f"Assignment:{assignment.pk}", "refused")]


def test_what_the_services_write_is_genuine_whichever_way(
    security_admin: Person, operator: Person, integrator: Person, api_token: str
) -> None:
    """People with roles in bulk, a role beside, a token in use, a login's own writes, a closed account."""
    role_give(security_admin, person_id=operator.pk, role="quality_engineer", reason="both")
    assert selectors.token_valid(api_token) is not None
    Person.objects.get(pk=operator.pk).save(update_fields=["last_login"])
    Person.objects.filter(pk=operator.pk).update(password="!", display_name="y")
    person_disable(selectors.installation(), login="operator", why="left")
    assert list(rows_forged()) == []
    assert marks_sweep() == 0


def test_saving_a_forged_row_does_not_make_it_genuine(operator: Person) -> None:
    row = raised(operator)
    with pytest.raises(Forged, match=row), transaction.atomic():
        operator.assignments.get().save()
    with pytest.raises(Forged, match=row), transaction.atomic():
        operator.assignments.update(role="quality_engineer")
    assert [f"Assignment:{one.pk}" for one in rows_forged()] == [row]


def test_a_forged_role_can_be_taken_and_given_anew(
    security_admin: Person, operator: Person, as_operator: Client
) -> None:
    raised(operator)
    role_take(security_admin, assignment_id=operator.assignments.get().pk, reason="forged")
    role_give(security_admin, person_id=operator.pk, role="monitoring_operator", reason="as before")
    as_operator.force_login(operator)
    assert is_in(as_operator)


def test_who_runs_the_installation_confirms_a_row_with_a_reason_and_nobody_else(
    operator: Person, security_admin: Person
) -> None:
    row = moved(operator)
    for other in (security_admin, operator):
        with pytest.raises(NotPermitted):
            mark_confirm(other, row=row, reason="x")
    with pytest.raises(BadInput), transaction.atomic():
        mark_confirm(selectors.installation(), row=row, reason=" ")
    with pytest.raises(NotFound), transaction.atomic():
        mark_confirm(selectors.installation(), row="Vehicle:1", reason="x")
    mark_confirm(selectors.installation(), row=row, reason="moved by the database's keeper")
    assert marks_sweep() == 0
    with pytest.raises(BadInput), transaction.atomic():
        mark_confirm(selectors.installation(), row=row, reason="again")


def test_a_new_key_marks_what_was_genuine_and_nothing_else(
    operator: Person, safety_head: Person
) -> None:
    row = raised(operator)
    before = safety_head.assignments.get().mark
    done = marks_rotate(selectors.installation())
    after = Assignment.objects.get(person=safety_head)
    assert after.mark.split(":")[0] != before.split(":")[0]
    assert after.is_genuine
    # what a process that knows the old key alone marked stays genuine too
    assert marks.is_genuine("records_assignment", after.marked_values(), before)
    assert done["forged"] == 1
    assert [f"Assignment:{one.pk}" for one in rows_forged()] == [row]


def test_the_command_names_forged_rows_and_confirms_them(operator: Person) -> None:
    said = StringIO()
    call_command("marks", "check", stdout=said)
    row = raised(operator)
    with pytest.raises(CommandError, match=row):
        call_command("marks", "check")
    with pytest.raises(CommandError, match="reason"):
        call_command("marks", "confirm", row)
    call_command("marks", "confirm", row, "--reason", "looked at", stdout=said)
    call_command("marks", "rotate", stdout=said)
    assert "every row is as the platform wrote it" in said.getvalue()
    assert f"{row}: confirmed" in said.getvalue()


def test_a_request_pays_for_no_mark_twice(operator: Person) -> None:
    selectors.person_of_session(operator.pk)
    begun = time.perf_counter()
    rows = [operator.marked_values() for _ in range(1000)]
    assert all(marks.is_genuine("records_person", row, operator.mark) for row in rows)
    assert time.perf_counter() - begun < 0.5  # half a millisecond each, on a busy machine

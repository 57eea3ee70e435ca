"""The frame round every write."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from voltward.base.errors import NothingRecorded, NotPermitted
from voltward.records.actions import ACTIONS, action, record, write_row
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.origin import coming_from
from voltward.records.roles import ROLES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_new_actions():  # type: ignore[no-untyped-def]
    known = dict(ACTIONS)
    yield
    ACTIONS.clear()
    ACTIONS.update(known)


def test_a_write_without_its_grant_changes_nothing_and_the_refusal_is_kept(
    operator: Person,
) -> None:
    @action("test.rename", needs="maker.manage")
    def rename(actor: Person) -> None:
        Maker.objects.update(name="gone")

    with pytest.raises(NotPermitted):
        rename(operator)
    assert not Maker.objects.filter(name="gone").exists()
    row = AuditRow.objects.get(action="test.rename")
    assert (row.result, row.actor, row.maker) == ("refused", operator, operator.maker)


def test_a_write_that_leaves_no_audit_row_is_rolled_back(operator: Person) -> None:
    @action("test.silent", needs="vehicle.read")
    def rename(actor: Person) -> None:
        Maker.objects.filter(pk=actor.maker_id).update(name="gone")

    with pytest.raises(NothingRecorded):
        rename(operator)
    assert not Maker.objects.filter(name="gone").exists()


def test_a_recorded_write_stands_with_its_audit_row(operator: Person) -> None:
    @action("test.loud", needs="vehicle.read")
    def rename(actor: Person) -> None:
        maker = Maker.objects.get(pk=actor.maker_id)
        maker.name = "new"
        maker.save()
        record(actor, "test.loud", maker, before={"name": "old"}, after={"name": "new"})

    with coming_from("192.0.2.7", "ABCD-1234"):
        rename(operator)
    row = AuditRow.objects.get(action="test.loud")
    assert (row.subject, row.address, row.request_number) == (
        f"Maker:{operator.maker_id}",
        "192.0.2.7",
        "ABCD-1234",
    )
    assert row.after == {"name": "new"}
    assert row.result == "done"


def test_when_the_audit_row_cannot_be_written_the_write_does_not_happen(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the trail is gone")

    @action("test.unrecorded", needs="vehicle.read")
    def rename(actor: Person) -> None:
        maker = Maker.objects.get(pk=actor.maker_id)
        Maker.objects.update(name="gone")
        record(actor, "test.unrecorded", maker, before={}, after={})

    monkeypatch.setattr(AuditRow.objects, "create", broken)
    with pytest.raises(DatabaseError):
        rename(operator)
    assert not Maker.objects.filter(name="gone").exists()


def test_an_action_called_by_another_records_for_itself(operator: Person) -> None:
    @action("test.inner", needs="vehicle.read")
    def inner(actor: Person) -> None:
        record(actor, "test.inner", actor, before={}, after={})

    @action("test.outer", needs="vehicle.read")
    def outer(actor: Person) -> None:
        inner(actor)

    with pytest.raises(NothingRecorded):
        outer(operator)


def test_every_action_needs_a_grant_that_some_role_holds() -> None:
    held = {"account.own"}.union(*(role.grants for role in ROLES.values()))
    assert set(ACTIONS.values()) <= held


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_auditrow SET action = 'x'",
        "DELETE FROM records_auditrow",
        "TRUNCATE records_auditrow",
        "DROP TABLE records_auditrow",
        "ALTER TABLE records_auditrow DISABLE TRIGGER ALL",
        "ALTER TABLE records_auditrow ADD hidden text",
    ],
)
def test_the_application_cannot_change_the_audit_trail(operator: Person, statement: str) -> None:
    write_row(operator, "test.row", subject="")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditRow.objects.filter(action="test.row").exists()


@pytest.mark.django_db(databases=["owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE records_auditrow SET action = 'x'", "DELETE FROM records_auditrow"]
)
def test_even_the_owner_cannot_change_the_audit_trail_by_mistake(statement: str) -> None:
    from django.db import connections

    owner = connections["owner"]
    with pytest.raises(DatabaseError, match="append-only"), owner.cursor() as cursor:
        cursor.execute(statement)

"""The maker's own fault codes: written, imported with their list as part of the key, denied.

Listing, filtering, export and API: ``tests/pages/lists/test_every_list.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from tests.records.import_runs import applied, csv_of, keep_under, worked

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.monitoring.models import FaultCode
from voltward.monitoring.services.fault_codes import fault_code_write
from voltward.records.models import AuditRow, ImportRun, Person
from voltward.records.services import imports

pytestmark = pytest.mark.django_db
HEADERS = ["故障列表", "故障码", "中文含义", "故障等级"]
VALUES = {"kind": "motor", "code": "0000001F", "text_zh": "过流", "level": 2}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_under(tmp_path, monkeypatch)


def imported(actor: Person, *rows: list[str]) -> ImportRun:
    return applied(actor, csv_of(rows, HEADERS), kind="fault_code", good_rows_only=True)


def test_a_code_is_written_once_for_each_list(operator: Person, integrator: Person) -> None:
    row = fault_code_write(operator, values=VALUES)
    other = fault_code_write(operator, values={**VALUES, "kind": "engine"})
    assert {row.pk, other.pk} == set(FaultCode.objects.values_list("pk", flat=True))
    for wrong in (VALUES, {**VALUES, "code": "1F"}, {**VALUES, "level": 9}, {"maker": 1}):
        with pytest.raises(BadInput):
            fault_code_write(operator, values=wrong)
    with pytest.raises(NotPermitted):
        fault_code_write(integrator, values={**VALUES, "code": "00000020"})
    assert FaultCode.objects.count() == 2
    fault_code_write(operator, values={"text_zh": "过压"}, row_id=row.pk)
    told = AuditRow.objects.filter(action="fault_code.write", result="done").order_by("pk").last()
    assert told is not None
    assert (told.before, told.after) == ({"text_zh": "过流"}, {"text_zh": "过压"})


def test_another_makers_code_is_not_found(operator: Person, other_operator: Person) -> None:
    row = fault_code_write(operator, values=VALUES)
    with pytest.raises(NotFound):
        fault_code_write(other_operator, values={"level": 1}, row_id=row.pk)
    assert fault_code_write(other_operator, values=VALUES).maker == other_operator.maker


def test_a_file_adds_and_changes_by_list_and_code_and_is_undone(
    safety_head: Person, stranger_code: FaultCode
) -> None:
    old = fault_code_write(safety_head, values=VALUES)
    run = imported(
        safety_head,
        ["驱动电机", "0000001F", "过压", "2 级"],
        ["发动机", "0000001F", "缺火", "1 级"],
        ["发动机", "1F", "缺火", "1"],
    )
    assert (run.new_rows, run.changed_rows, run.refused_rows) == (1, 1, 1)
    old.refresh_from_db()
    assert old.text_zh == "过压"
    assert FaultCode.objects.filter(maker=safety_head.maker).count() == 2
    imports.import_ask_undo(safety_head, run_id=run.pk)
    assert worked(run).kept_rows == 0
    old.refresh_from_db()
    assert old.text_zh == "过流"
    assert set(FaultCode.objects.all()) == {old, stranger_code}


@pytest.fixture
def stranger_code(other_operator: Person) -> FaultCode:
    return fault_code_write(other_operator, values={**VALUES, "kind": "engine"})


def test_who_may_not_write_them_imports_none(integrator: Person) -> None:
    with pytest.raises(NotPermitted):
        imports.import_upload(integrator, kind="fault_code", file_name="k.csv", pieces=[b"x"])
    assert not ImportRun.objects.exists()


def test_the_page_changes_a_code_for_those_who_may_and_shows_it_to_others(
    as_operator: Client, operator: Person, auditor: Client
) -> None:
    as_operator.post("/fault-codes/new/", VALUES)
    row = FaultCode.objects.get()
    address = f"/fault-codes/{row.pk}/"
    assert as_operator.post(address, {**VALUES, "code": "1"}).status_code == 422
    assert as_operator.post("/fault-codes/new/", VALUES).status_code == 422
    as_operator.post(address, {**VALUES, "text_zh": "过压"})
    row.refresh_from_db()
    assert row.text_zh == "过压"
    assert "disabled" in auditor.get(address).content.decode()
    assert auditor.post(address, VALUES).status_code == 403
    assert auditor.get("/fault-codes/new/").status_code == 403
    row.refresh_from_db()
    assert row.text_zh == "过压"


@pytest.fixture
def auditor(operator: Person) -> Client:
    from voltward.records import selectors, services

    client = Client()
    client.force_login(
        services.person_create(
            selectors.installation(), login="auditor", display_name="auditor",
            maker=operator.maker, roles=["auditor"],
        )
    )  # fmt: skip
    return client

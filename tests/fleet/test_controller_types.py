"""Controller types, the smallest kind of record: imported, searched, clocked, audited, and denied.

Listing, filtering, ordering, paging, export and API: ``tests/pages/lists/test_every_list.py``.
"""

from __future__ import annotations

import html
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.records.import_runs import applied, csv_of, keep_under, worked

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.fleet.models import ControllerType
from voltward.fleet.services import products
from voltward.fleet.services.defects import controller_type_defect
from voltward.pages.room import REGISTRY
from voltward.records.models import AuditRow, Clock, ImportRun, Person
from voltward.records.services import imports

pytestmark = pytest.mark.django_db
KIND = "controller_type"
HEADERS = ["控制器型号", "生产企业", "额定电压（V）"]
NOW = timezone.now


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_under(tmp_path, monkeypatch)


def imported(actor: Person, *rows: list[str]) -> ImportRun:
    return applied(actor, csv_of(rows, HEADERS), kind=KIND, good_rows_only=True)


def test_a_file_adds_and_changes_and_refuses_row_by_row_and_is_undone(
    engineer: Person, safety_head: Person, stranger: Person, write: Any
) -> None:
    old = write(products.controller_type_write, name="K1", producer="甲")
    write_of_other = products.controller_type_write(stranger, values={"name": "K2"})
    run = imported(engineer, ["K1", "乙", "350"], ["K2", "丙", ""], ["K3", "", "-1"])
    assert (run.new_rows, run.changed_rows, run.refused_rows) == (1, 1, 1)
    old.refresh_from_db()
    assert (old.producer, old.rated_voltage_v) == ("乙", 350.0)
    assert ControllerType.objects.filter(maker=engineer.maker).count() == 2
    assert imported(engineer, ["K1", "乙", "350"]).same_rows == 1
    imports.import_ask_undo(safety_head, run_id=run.pk)
    assert worked(run).kept_rows == 0
    old.refresh_from_db()
    assert (old.producer, old.rated_voltage_v) == ("甲", None)
    assert list(ControllerType.objects.exclude(pk=old.pk)) == [write_of_other]


def test_undoing_keeps_what_was_changed_or_is_named_by_another_record(
    engineer: Person, safety_head: Person
) -> None:
    run = imported(engineer, ["K1", "", ""], ["K2", "", ""], ["K3", "", ""])
    first, second = ControllerType.objects.order_by("name")[:2]
    controller_type_defect(engineer, row_id=first.pk, confirmed_at=NOW(), reason="过热")
    products.controller_type_write(engineer, values={"producer": "甲"}, row_id=second.pk)
    imports.import_ask_undo(safety_head, run_id=run.pk)
    assert worked(run).kept_rows == 2
    assert set(ControllerType.objects.all()) == {first, second}
    kept = run.changes.exclude(kept="").values_list("record_id", "kept")
    assert dict(kept) == {first.pk: "in_use", second.pk: "changed_since"}


def test_who_may_not_write_them_imports_none(operator: Person) -> None:
    with pytest.raises(NotPermitted):
        imports.import_upload(operator, kind=KIND, file_name="k.csv", pieces=[b"x"])
    assert not ImportRun.objects.exists()


def test_the_search_box_finds_the_own_ones_by_their_beginning(
    engineer: Person, stranger: Person, as_engineer: Client, write: Any
) -> None:
    row = write(products.controller_type_write, name="KZ-100", producer="甲")
    products.controller_type_write(stranger, values={"name": "KZ-200"})
    page = as_engineer.get("/search/?q=KZ", headers={"HX-Request": "true"}).content.decode()
    assert "KZ-100" in page
    assert "KZ-200" not in page
    shown = REGISTRY.subject(engineer, f"ControllerType:{row.pk}")
    assert shown is not None
    assert shown.url == f"/controller-types/{row.pk}/"
    assert REGISTRY.subject(stranger, f"ControllerType:{row.pk}") is None


def test_a_confirmed_defect_starts_the_clock_of_the_recall_plan_once(
    engineer: Person, operator: Person, stranger: Person, write: Any
) -> None:
    row = write(products.controller_type_write, name="K1")
    at = NOW() - timedelta(hours=1)
    for actor, refusal in ((operator, NotPermitted), (stranger, NotFound)):
        with pytest.raises(refusal):
            controller_type_defect(actor, row_id=row.pk, confirmed_at=at, reason="过热")
    for when, why in ((at, " "), (NOW() + timedelta(days=1), "过热")):
        with pytest.raises(BadInput):
            controller_type_defect(engineer, row_id=row.pk, confirmed_at=when, reason=why)
    assert not Clock.objects.exists()
    clocks = {
        controller_type_defect(engineer, row_id=row.pk, confirmed_at=at, reason="过热").pk
        for _ in range(2)
    }
    clock = Clock.objects.get()
    assert clocks == {clock.pk}
    assert (clock.code, clock.subject) == ("recall_plan", f"ControllerType:{row.pk}")
    assert clock.started_at == at
    told = AuditRow.objects.filter(action="controller_type.defect", result="done")
    assert {row.after["clock"] for row in told} == {clock.pk}


def test_the_page_takes_a_defect_and_shows_its_clock(
    as_engineer: Client, as_operator: Client, write: Any
) -> None:
    row = write(products.controller_type_write, name="K1")
    address = f"/controller-types/{row.pk}/defect/"
    assert as_operator.get(address).status_code == 403
    late = {"confirmed_at": "2099-01-01T00:00", "reason": "过热"}
    assert as_engineer.post(address, late).status_code == 422
    assert not Clock.objects.exists()
    given = {"confirmed_at": "2026-03-02T10:00", "reason": "过热"}
    page = as_engineer.post(address, given, follow=True)
    assert Clock.objects.get().event == "过热"
    assert "召回计划的时钟已开始" in html.unescape(page.content.decode())
    assert f'href="/clocks/{Clock.objects.get().pk}/"' in page.content.decode()

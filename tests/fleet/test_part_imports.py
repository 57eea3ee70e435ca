"""Part genealogy from a file: dry run, all rows or none, the same again, undoing, and whose vehicles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.fleet.conftest import DAY
from tests.records.import_runs import applied, checked, csv_of, keep_under, worked

from voltward.base.errors import NotPermitted
from voltward.fleet.models import PartRecord, Vehicle
from voltward.fleet.selectors.parts import vehicles_with_batch
from voltward.fleet.services.parts import Part, parts_add
from voltward.fleet.services.vehicles import vehicle_register
from voltward.pages.imports.words import BadFile
from voltward.records.models import AuditRow, ImportRun, Person
from voltward.records.services import imports

pytestmark = pytest.mark.django_db
HEADERS = ["VIN", "部件", "序列号", "批次", "供应商", "产地", "生产日期"]
VIN, SECOND = "LVVDB11B0RE000001", "LVVDB11B0RE000002"
MOTOR = [VIN, "驱动电机", "m-1", "b7", "某某电机", "宁波", "2026-03-01"]
PACK = [VIN, "battery", "P-1", "", "", "", ""]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_under(tmp_path, monkeypatch)


@pytest.fixture
def supplier(person: Callable[..., Person]) -> Person:
    return person("supplier", "supplier_quality")


@pytest.fixture
def second(engineer: Person, vehicle: Vehicle) -> Vehicle:
    return vehicle_register(engineer, vin=SECOND, key=b"k" * 32)


def parts_file(*rows: Sequence[str]) -> bytes:
    return csv_of(rows, HEADERS)


def done(actor: Person, *rows: Sequence[str], **more: Any) -> ImportRun:
    return applied(actor, parts_file(*rows), kind="part", **more)


def undone(actor: Person, run: ImportRun) -> ImportRun:
    imports.import_ask_undo(actor, run_id=run.pk)
    return worked(run)


def kept() -> list[tuple[Any, ...]]:
    rows = PartRecord.objects.order_by("vehicle__vin", "kind", "serial")
    names = ("vehicle__vin", "kind", "serial", "batch", "supplier", "plant", "made_on", "source")
    return list(rows.values_list(*names))


def test_parts_of_a_file_are_found_from_the_vehicle_and_from_the_batch(
    supplier: Person, second: Vehicle
) -> None:
    Vehicle.objects.update(registration_missing=3)
    run = done(supplier, MOTOR, [SECOND, "motor", "M-2", "B7", "", "", ""])
    assert (run.state, run.new_rows, run.refused_rows) == ("applied", 2, 0)
    assert kept() == [
        (VIN, "motor", "M-1", "B7", "某某电机", "宁波", DAY, "import"),
        (SECOND, "motor", "M-2", "B7", "", "", None, "import"),
    ]
    assert [one.vin for one in vehicles_with_batch(supplier, "b7")] == [VIN, SECOND]
    # serials of motors are part of the registration: the gaps are reckoned anew
    assert not Vehicle.objects.exclude(registration_missing=None).exists()
    assert AuditRow.objects.get(action="import.apply").after["new_rows"] == 2


def test_a_dry_run_says_of_each_wrong_row_what_was_found_and_writes_nothing(
    supplier: Person, vehicle: Vehicle
) -> None:
    run = checked(
        supplier,
        parts_file(
            MOTOR,
            [VIN, "车轮", "W-1", "", "", "", ""],
            [VIN, "驱动电机", "", "", "", "", ""],
            [VIN, "驱动电机", "M-3", "", "", "", "昨天"],
            [SECOND, "驱动电机", "M-4", "", "", "", ""],
            [VIN, "驱动电机", "m-1", "b8", "", "", ""],
            [VIN, "驱动电机", "M-1", "b8", "", "", ""],
            [VIN, "驱动电机", "ß" * 40, "", "", "", ""],
        ),
        kind="part",
    )
    refused = [tuple(one[:3]) for one in run.problems if not one[5]]
    assert refused == [
        (3, "部件", "choice"), (4, "序列号", "empty"), (5, "生产日期", "date"),
        (6, "VIN", "no_vehicle"), (7, "VIN", "duplicate"), (8, "序列号", "duplicate"),
        (9, "序列号", "too_long"),
    ]  # fmt: skip
    assert (run.new_rows, run.refused_rows) == (1, 7)
    assert not PartRecord.objects.exists()


def test_one_wrong_row_keeps_the_whole_file_out_unless_the_good_ones_are_asked_for(
    supplier: Person, vehicle: Vehicle
) -> None:
    wrong = [SECOND, "驱动电机", "M-4", "", "", "", ""]
    with pytest.raises(BadFile, match="rows_refused"):
        done(supplier, MOTOR, wrong)
    assert not PartRecord.objects.exists()
    assert done(supplier, MOTOR, wrong, good_rows_only=True).state == "applied"
    assert [row[2] for row in kept()] == ["M-1"]


def test_another_makers_vehicle_looks_like_none(
    supplier: Person, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    row = [other_vehicle.vin, "驱动电机", "M-1", "", "", "", ""]
    run = checked(supplier, parts_file(row), kind="part")
    assert [one[2] for one in run.problems if not one[5]] == ["no_vehicle"]
    assert not PartRecord.objects.exists()


def test_who_may_not_import_parts_imports_none(operator: Person, vehicle: Vehicle) -> None:
    with pytest.raises(NotPermitted):
        imports.import_upload(operator, kind="part", file_name="a.csv", pieces=[parts_file(MOTOR)])
    assert not ImportRun.objects.exists()


def test_the_same_file_again_changes_nothing_and_an_empty_cell_keeps_what_is_there(
    supplier: Person, vehicle: Vehicle
) -> None:
    done(supplier, MOTOR, PACK)
    before = kept()
    again = done(supplier, MOTOR, PACK)
    assert (again.new_rows, again.changed_rows, again.same_rows) == (0, 0, 2)
    assert kept() == before
    bare = done(supplier, [VIN, "驱动电机", "M-1", "", "", "上海", ""])
    assert (bare.changed_rows, bare.new_rows) == (1, 0)
    assert (VIN, "motor", "M-1", "B7", "某某电机", "上海", DAY, "import") in kept()


def test_undoing_takes_new_parts_out_and_puts_changed_ones_back(
    safety_head: Person, engineer: Person, vehicle: Vehicle
) -> None:
    line = Part(VIN, "motor", "M-1", "B1", "旧供应商", "宁波", date(2026, 1, 1))
    parts_add(engineer, parts=[line], source="office")
    before = kept()
    run = done(safety_head, MOTOR, PACK)
    assert (run.changed_rows, run.new_rows) == (1, 1)
    Vehicle.objects.update(registration_missing=3)
    run = undone(safety_head, run)
    assert (run.state, run.kept_rows) == ("undone", 0)
    assert kept() == before
    assert Vehicle.objects.get().registration_missing is None


def test_undoing_keeps_parts_that_changed_or_went_since(
    safety_head: Person, vehicle: Vehicle
) -> None:
    run = done(safety_head, MOTOR, PACK, [VIN, "motor", "M-9", "", "", "", ""])
    PartRecord.objects.filter(serial="M-1").update(plant="上海")
    PartRecord.objects.filter(serial="M-9").delete()
    run = undone(safety_head, run)
    reasons = dict(run.changes.values_list("row", "kept"))
    assert reasons == {2: "changed_since", 3: "", 4: "gone"}
    assert [row[2] for row in kept()] == ["M-1"]


def test_who_may_import_parts_may_not_undo_them(supplier: Person, vehicle: Vehicle) -> None:
    run = done(supplier, MOTOR)
    with pytest.raises(NotPermitted):
        imports.import_ask_undo(supplier, run_id=run.pk)
    assert PartRecord.objects.count() == 1


def test_the_template_and_its_example_are_a_file_that_goes_in(
    supplier: Person, vehicle: Vehicle, operator: Person
) -> None:
    client = Client()
    client.force_login(supplier)
    answer = client.get("/imports/template/part.csv?example=1")
    assert answer.status_code == 200
    run = applied(supplier, answer.content, kind="part")
    assert (run.state, run.new_rows) == ("applied", 1)
    assert kept()[0][:3] == (VIN, "motor", "TZ220XS0001")
    assert "批量导入" in client.get("/parts/").content.decode()
    client.force_login(operator)
    assert client.get("/imports/template/part.csv").status_code in (403, 404)

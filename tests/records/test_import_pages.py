"""Imports as pages: template, upload, columns, progress, result, errors, undo."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.records.import_runs import applied, checked, csv_of, keep_under, rows_of, uploaded, vin

from voltward.fleet.models import Vehicle
from voltward.records.models import AuditRow, ImportRun, Maker, Person
from voltward.records.selectors import installation
from voltward.records.services import person_create
from voltward.records.services.import_work import import_work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_under(tmp_path, monkeypatch)


def sheet(content: bytes) -> list[list[object]]:
    return python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def posted(client: Client, content: bytes, name: str = "车辆.csv") -> ImportRun:
    file = SimpleUploadedFile(name, content)
    answer = client.post("/imports/new/", {"kind": "vehicle", "file": file})
    run = ImportRun.objects.get(pk=int(answer["Location"].split("/")[2]))
    import_work()
    run.refresh_from_db()
    return run


def test_an_import_goes_through_its_pages(as_safety_head: Client) -> None:
    run = posted(as_safety_head, csv_of(rows_of(3), ["VIN", "车牌号", "车型", "备注"]))
    text = as_safety_head.get(f"/imports/{run.pk}/").content.decode()
    assert "以下列不认识" in text
    assert "备注" in text
    assert '<option value="1" selected>车牌号</option>' in text
    as_safety_head.post(f"/imports/{run.pk}/map/", {"vin": "0", "plate": "1"})
    waiting = as_safety_head.get(f"/imports/{run.pk}/").content.decode()
    assert "正在检查" in waiting
    part = as_safety_head.get(f"/imports/{run.pk}/progress/")
    assert "HX-Refresh" not in part
    assert "0 / 3" in part.content.decode()
    import_work()
    assert as_safety_head.get(f"/imports/{run.pk}/progress/")["HX-Refresh"] == "true"
    assert "检查结果（未写入）" in as_safety_head.get(f"/imports/{run.pk}/").content.decode()
    assert not Vehicle.objects.exists()
    as_safety_head.post(f"/imports/{run.pk}/apply/")
    import_work()
    assert Vehicle.objects.count() == 3
    assert "撤销整批导入" in as_safety_head.get(f"/imports/{run.pk}/").content.decode()
    as_safety_head.post(f"/imports/{run.pk}/undo/")
    import_work()
    assert not Vehicle.objects.exists()
    assert "已撤销" in as_safety_head.get("/imports/").content.decode()


def test_the_filled_template_is_understood_without_a_choice(as_safety_head: Client) -> None:
    for ending in ("xlsx", "csv"):
        for language in ("zh-hans", "en"):
            as_safety_head.cookies["voltward_language"] = language
            content = as_safety_head.get(f"/imports/template/vehicle.{ending}?example=1").content
            run = posted(as_safety_head, content, f"a.{ending}")
            assert run.error == {}
            assert set(run.mapping) == {"vin", "plate", "model_name", "battery_type"}


def test_errors_are_shown_in_words_and_come_back_as_a_harmless_workbook(
    as_safety_head: Client, safety_head: Person
) -> None:
    rows = [*rows_of(1), [vin(1), "=cmd|' /C calc'!A0", "", ""], ["LVV", "", "M1", ""]]
    run = checked(safety_head, csv_of(rows))
    text = as_safety_head.get(f"/imports/{run.pk}/").content.decode()
    assert "第 4 行，“VIN”列：找到“LVV”；应为 17 位 VIN（不含 I、O、Q）。" in text
    answer = as_safety_head.get(f"/imports/{run.pk}/errors.xlsx")
    head, first, second = sheet(b"".join(answer.streaming_content))
    assert head == ["VIN", "车牌", "车型", "电池类型", "错误"]
    assert first[1] == "'=cmd|' /C calc'!A0"
    assert second[:3] == ["LVV", "", "M1"]
    assert "17 位 VIN" in str(second[4])
    assert AuditRow.objects.filter(action="import.errors").count() == 1


def test_the_workbook_of_errors_put_right_is_imported(
    as_safety_head: Client, safety_head: Person
) -> None:
    run = checked(safety_head, csv_of([["LVV", "京A1", "", ""]]))
    answer = as_safety_head.get(f"/imports/{run.pk}/errors.xlsx")
    head, row = sheet(b"".join(answer.streaming_content))
    row[0] = vin(5)
    run = uploaded(
        safety_head, csv_of([[str(cell) for cell in row[:4]]], [str(one) for one in head])
    )
    assert set(run.mapping) == {"vin", "plate", "model_name", "battery_type"}


def test_refused_rows_offer_only_the_good_ones(as_safety_head: Client, safety_head: Person) -> None:
    run = checked(safety_head, csv_of([*rows_of(1), ["x", "", "", ""]]))
    answer = as_safety_head.post(f"/imports/{run.pk}/apply/")
    assert answer.status_code == 422
    assert "有 1 行未通过检查" in answer.content.decode()
    as_safety_head.post(f"/imports/{run.pk}/apply/", {"good_rows_only": "1"})
    import_work()
    assert Vehicle.objects.count() == 1


def test_a_missing_required_column_is_named(as_safety_head: Client, safety_head: Person) -> None:
    run = uploaded(safety_head, csv_of([["a", "b"]], ["x", "y"]))
    answer = as_safety_head.post(f"/imports/{run.pk}/map/", {"plate": "0"})
    assert answer.status_code == 422
    assert "缺少必填列：VIN" in answer.content.decode()


def test_a_file_above_the_limit_is_refused_in_words(as_safety_head: Client) -> None:
    file = SimpleUploadedFile("big.csv", b"x" * ((1 << 20) + 1))
    answer = as_safety_head.post("/imports/new/", {"kind": "vehicle", "file": file})
    assert answer.status_code == 422
    assert "上限为 1.0 MiB" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_an_upload_without_a_file_is_refused_in_words(as_safety_head: Client) -> None:
    assert as_safety_head.post("/imports/new/", {"kind": "vehicle"}).status_code == 422


def test_a_step_out_of_order_is_answered_and_changes_nothing(
    as_safety_head: Client, safety_head: Person
) -> None:
    run = checked(safety_head, csv_of(rows_of(1)))
    answer = as_safety_head.post(f"/imports/{run.pk}/undo/", follow=True)
    assert "这一步现在不能做" in answer.content.decode()
    assert ImportRun.objects.get(pk=run.pk).state == "checked"


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("get", "progress/"), ("get", "errors.xlsx"), ("post", "map/"), ("post", "check/"),
     ("post", "apply/"), ("post", "undo/")],
)  # fmt: skip
def test_pages_are_closed_to_those_who_may_not_and_to_other_makers(
    as_operator: Client, safety_head: Person, other_maker: Maker, method: str, path: str
) -> None:
    run = applied(safety_head, csv_of([*rows_of(1), ["x", "", "", ""]]), good_rows_only=True)
    stranger = Client()
    stranger.force_login(
        person_create(
            installation(),
            login="stranger",
            display_name="x",
            maker=other_maker,
            roles=["safety_head"],
        )
    )
    address = f"/imports/{run.pk}/{path}"
    assert getattr(as_operator, method)(address).status_code == 403
    assert getattr(stranger, method)(address).status_code == 404
    assert ImportRun.objects.get(pk=run.pk).state == "applied"


def test_templates_of_unknown_kinds_and_endings_are_not_found(as_safety_head: Client) -> None:
    assert as_safety_head.get("/imports/template/secret.xlsx").status_code == 404
    assert as_safety_head.get("/imports/template/vehicle.exe").status_code == 404


def test_empty_lists_say_what_to_do(
    as_safety_head: Client, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "还没有导入" in as_safety_head.get("/imports/").content.decode()
    monkeypatch.setattr("voltward.records.selectors.imports.KINDS", {})  # no room has any
    supplier = Client()
    supplier.force_login(
        person_create(
            installation(), login="s", display_name="s", maker=maker, roles=["supplier_quality"]
        )
    )
    assert "没有可以导入的对象" in supplier.get("/imports/new/").content.decode()

"""What the tests of imports share: an upload and the office process's work on it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from voltward.base.vin import with_check_digit
from voltward.pages.imports.workbook_guard import Limits
from voltward.records import import_files
from voltward.records.models import ImportRun, Person
from voltward.records.services import imports
from voltward.records.services.import_work import import_work

LIMITS = Limits(1 << 20, 1 << 24, 100_000)
HEADERS = ["VIN", "车牌", "车型", "电池类型"]


def keep_under(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of imports lie below ``folder`` in this test; gives where."""
    kept = folder / "imports"
    monkeypatch.setattr(import_files, "_source", [lambda: (kept, LIMITS)])
    return kept


def vin(number: int) -> str:
    return with_check_digit(f"LVVDB11B0RE{number:06d}")


def rows_of(count: int, start: int = 0) -> list[list[str]]:
    return [
        [vin(number), f"京A{number:05d}", f"M{number % 3}", "NCM 96S"]
        for number in range(start, start + count)
    ]


def csv_of(rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([headers, *rows])
    return buffer.getvalue().encode()


def uploaded(
    actor: Person, content: bytes, *, kind: str = "vehicle", file_name: str = "cars.csv"
) -> ImportRun:
    run = imports.import_upload(actor, kind=kind, file_name=file_name, pieces=[content])
    return worked(run)


def worked(run: ImportRun) -> ImportRun:
    import_work()
    return ImportRun.objects.get(pk=run.pk)


def checked(actor: Person, content: bytes, **more: Any) -> ImportRun:
    run = uploaded(actor, content, **more)
    imports.import_map(actor, run_id=run.pk, mapping=run.mapping)
    return worked(run)


def applied(
    actor: Person, content: bytes, *, good_rows_only: bool = False, **more: Any
) -> ImportRun:
    run = checked(actor, content, **more)
    imports.import_ask_apply(actor, run_id=run.pk, good_rows_only=good_rows_only)
    return worked(run)


def dump(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return cursor.fetchall()


def row_counts() -> dict[str, int]:
    """Rows of every table of the platform, but for those that tell of the work itself."""
    telling = {"records_auditrow", "records_auditwaiting"}
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.db_table not in telling and model._meta.managed
    }

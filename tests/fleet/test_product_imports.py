"""Kinds of product that come from a file as they are: what undoing leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.records.import_runs import applied, csv_of, keep_under, worked

from voltward.fleet.models import Platform
from voltward.records.actions import label
from voltward.records.models import Person
from voltward.records.services.holds import hold_lift, hold_place
from voltward.records.services.imports import import_ask_undo

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_lifted", [False, True])
def test_undoing_keeps_a_record_as_long_as_a_hold_names_it(
    safety_head: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_lifted: bool
) -> None:
    keep_under(tmp_path, monkeypatch)
    file = csv_of([["P1", "平台一"], ["P2", "平台二"]], ["编码", "名称"])
    run = applied(safety_head, file, kind="platform")
    held = Platform.objects.get(code="P1")
    hold = hold_place(safety_head, reason="Case 1", records=[label(held)])
    if is_lifted:
        hold_lift(safety_head, hold_id=hold.pk, reason="Closed")
    import_ask_undo(safety_head, run_id=run.pk)
    assert worked(run).kept_rows == (0 if is_lifted else 1)
    assert list(Platform.objects.all()) == ([] if is_lifted else [held])

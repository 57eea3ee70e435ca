"""Runs of imports: who may, dry run, all or nothing, the same again, undoing, being killed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from tests.records.clocks_made import started
from tests.records.import_runs import (
    HEADERS,
    applied,
    checked,
    csv_of,
    dump,
    keep_under,
    row_counts,
    rows_of,
    uploaded,
    vin,
    worked,
)

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet import imports as vehicles
from voltward.fleet.models import RegistryGeneration, Vehicle
from voltward.fleet.services import vehicle_admit_unregistered, vehicle_register
from voltward.pages.imports.words import BadFile
from voltward.records import import_rows
from voltward.records.actions import label
from voltward.records.models import (
    AuditRow,
    ImportChange,
    ImportRun,
    Link,
    Maker,
    Person,
)
from voltward.records.selectors import imports as selectors
from voltward.records.selectors import installation
from voltward.records.services import import_work, imports
from voltward.records.services.holds import hold_place

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is gone: nothing of ours runs any more."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return keep_under(tmp_path, monkeypatch)


@pytest.fixture
def few_rows_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_rows, "BATCH", 4)


def codes(run: ImportRun) -> list[tuple[int, str, str]]:
    return [
        (row, column, code)
        for row, column, code, _found, _wanted, warns in run.problems
        if not warns
    ]


# ---- who may


def test_a_file_goes_from_upload_to_the_books(safety_head: Person, folder: Path) -> None:
    content = csv_of(rows_of(3))
    run = checked(safety_head, content)
    assert (run.state, run.new_rows, run.total_rows) == ("checked", 3, 3)
    assert (folder / run.file_sha256).read_bytes() == content
    imports.import_ask_apply(safety_head, run_id=run.pk)
    run = worked(run)
    assert (run.state, run.wanted, run.error) == ("applied", "", {})
    vehicle = Vehicle.objects.get(vin=vin(1))
    assert (vehicle.maker, vehicle.plate, vehicle.model_name, vehicle.source, vehicle.state) == (
        safety_head.maker, "京A00001", "M1", "import", "registered",
    )  # fmt: skip


def test_an_operator_without_the_grant_uploads_nothing(operator: Person, folder: Path) -> None:
    with pytest.raises(NotPermitted):
        imports.import_upload(operator, kind="vehicle", file_name="a", pieces=[b"VIN"])
    assert not ImportRun.objects.exists()
    assert not folder.exists()


def test_who_may_import_but_not_write_vehicles_imports_none(maker: Maker, folder: Path) -> None:
    person = _person("supplier", "supplier_quality", maker)
    assert [kind.code for kind in selectors.import_kinds(person)] == ["part"]
    with pytest.raises(NotPermitted):
        imports.import_upload(person, kind="vehicle", file_name="a", pieces=[b"VIN"])
    assert not folder.exists()


def test_every_step_is_refused_without_its_grant_and_changes_nothing(
    safety_head: Person, operator: Person
) -> None:
    run = applied(safety_head, csv_of(rows_of(2)))
    before = dump("records_importrun")
    for step in (
        lambda: imports.import_map(operator, run_id=run.pk, mapping={"vin": 0}),
        lambda: imports.import_check_again(operator, run_id=run.pk),
        lambda: imports.import_ask_apply(operator, run_id=run.pk),
        lambda: imports.import_ask_undo(operator, run_id=run.pk),
    ):
        with pytest.raises(NotPermitted):
            step()
    assert dump("records_importrun") == before


def test_only_who_may_undo_undoes(safety_head: Person, maker: Maker) -> None:
    run = applied(safety_head, csv_of(rows_of(2)))
    with pytest.raises(NotPermitted):
        imports.import_ask_undo(_person("engineer", "quality_engineer", maker), run_id=run.pk)
    assert Vehicle.objects.count() == 2


def test_another_makers_run_is_not_found(safety_head: Person, other_maker: Maker) -> None:
    run = checked(safety_head, csv_of(rows_of(2)))
    stranger = _person("stranger", "safety_head", other_maker)
    for step in (
        lambda: selectors.import_run_by_id(stranger, run.pk),
        lambda: imports.import_map(stranger, run_id=run.pk, mapping={"vin": 0}),
        lambda: imports.import_ask_apply(stranger, run_id=run.pk),
        lambda: imports.import_ask_undo(stranger, run_id=run.pk),
    ):
        with pytest.raises(NotFound):
            step()
    assert not selectors.import_run_visible(stranger).exists()
    assert worked(run).state == "checked"


def test_steps_follow_each_other_only_in_order(safety_head: Person) -> None:
    run = uploaded(safety_head, csv_of(rows_of(2)))
    for step in (imports.import_ask_apply, imports.import_ask_undo, imports.import_check_again):
        with pytest.raises(WrongState):
            step(safety_head, run_id=run.pk)
    imports.import_map(safety_head, run_id=run.pk, mapping=run.mapping)
    with pytest.raises(WrongState):  # it waits for its check
        imports.import_map(safety_head, run_id=run.pk, mapping=run.mapping)
    run = applied(safety_head, csv_of(rows_of(2, 7)))
    with pytest.raises(WrongState):
        imports.import_ask_apply(safety_head, run_id=run.pk)


def test_a_mapping_names_columns_and_headers_there_are(safety_head: Person) -> None:
    run = uploaded(safety_head, csv_of(rows_of(2)))
    for mapping in ({"vin": 9}, {"vin": -1}, {"vin": 0, "password": 1}):
        with pytest.raises(BadInput):
            imports.import_map(safety_head, run_id=run.pk, mapping=mapping)
    with pytest.raises(BadFile):
        imports.import_map(safety_head, run_id=run.pk, mapping={"plate": 1})


def test_who_lost_the_grant_meanwhile_writes_nothing(safety_head: Person) -> None:
    run = checked(safety_head, csv_of(rows_of(2)))
    imports.import_ask_apply(safety_head, run_id=run.pk)
    safety_head.is_active = False
    safety_head.save()
    run = worked(run)
    assert (run.state, run.error["code"]) == ("checked", "not_permitted")
    assert not Vehicle.objects.exists()


# ---- files


def test_an_upload_above_the_limit_leaves_nothing_and_stops_reading(
    safety_head: Person, folder: Path
) -> None:
    drawn: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(200):
            drawn.append(number)
            yield b"x" * (1 << 20)

    with pytest.raises(BadFile) as refusal:
        imports.import_upload(safety_head, kind="vehicle", file_name="big.csv", pieces=pieces())
    assert refusal.value.why == "file_large"
    assert len(drawn) == 2
    assert list(folder.iterdir()) == []
    assert not ImportRun.objects.exists()


def test_a_file_that_cannot_be_read_fails_with_its_reason(safety_head: Person) -> None:
    run = uploaded(safety_head, b"PK\x03\x04 no workbook")
    assert (run.state, run.wanted, run.error["code"]) == ("failed", "", "file_broken")


def test_a_file_that_is_gone_is_told(safety_head: Person, folder: Path) -> None:
    run = checked(safety_head, csv_of(rows_of(2)))
    (folder / run.file_sha256).unlink()
    imports.import_ask_apply(safety_head, run_id=run.pk)
    run = worked(run)
    assert (run.state, run.error["code"]) == ("checked", "file_gone")


def test_the_mapping_is_remembered_for_the_same_headers(safety_head: Person) -> None:
    content = csv_of([["x", vin(1)], ["y", vin(2)]], ["number", "identity"])
    run = uploaded(safety_head, content)
    assert (run.mapping, run.mapping_source) == ({}, "guessed")
    imports.import_map(safety_head, run_id=run.pk, mapping={"vin": 1, "plate": 0})
    worked(run)
    again = uploaded(safety_head, csv_of([["z", vin(3)]], ["Number", "identity "]))
    assert (again.mapping, again.mapping_source) == ({"vin": 1, "plate": 0}, "remembered")


# ---- the dry run


def test_a_dry_run_writes_nothing(safety_head: Person) -> None:
    run = uploaded(safety_head, csv_of(rows_of(5)))
    imports.import_map(safety_head, run_id=run.pk, mapping=run.mapping)
    before, generation = row_counts(), RegistryGeneration.objects.get().generation
    run = worked(run)
    assert run.new_rows == 5
    assert row_counts() == before
    assert RegistryGeneration.objects.get().generation == generation


def test_the_database_refuses_a_kind_that_writes_in_the_dry_run(
    safety_head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writing(actor: Any, rows: Any, target: Any) -> list[Any]:
        Vehicle.objects.update(plate="written")
        return []

    run = uploaded(safety_head, csv_of(rows_of(2)))
    imports.import_map(safety_head, run_id=run.pk, mapping=run.mapping)
    _with(monkeypatch, judge=writing)
    with pytest.raises(DatabaseError, match="read-only"), transaction.atomic():
        import_work.import_run_work(run.pk)
    assert worked(_restored(monkeypatch, run)).state == "checked"


def test_every_bad_row_is_named_with_row_column_found_and_expected(
    safety_head: Person, other_vehicle: Vehicle
) -> None:
    rows = [
        *rows_of(1),
        ["LVVDB11B0RE00000I", "", "", ""],
        [vin(0), "京B1", "", ""],
        [other_vehicle.vin, "", "", ""],
        [vin(3), "=cmd|' /C calc'!A0", "", ""],
        [vin(4), "x" * 17, "", ""],
        ["1.23E+16", "", "", ""],
        ["", "京C1", "", ""],
        [vin(5), "", "", "", "more"],
    ]
    run = checked(safety_head, csv_of(rows))
    assert codes(run) == [
        (3, "VIN", "vin_form"), (4, "VIN", "duplicate"), (5, "VIN", "taken"),
        (6, "车牌", "formula"), (7, "车牌", "too_long"), (8, "VIN", "number_lost"),
        (9, "VIN", "empty"), (10, "#5", "extra_cells"),
    ]  # fmt: skip
    assert (run.refused_rows, run.new_rows, run.outcomes) == (8, 1, "nrrrrrrrr")
    duplicate = run.problems[1]
    assert duplicate[3:5] == [vin(0), "2"]


def test_a_vin_of_another_maker_is_refused_in_the_words_of_one_that_is_taken(
    safety_head: Person, other_vehicle: Vehicle, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = checked(safety_head, csv_of([[other_vehicle.vin, "", "", ""]]))
    anothers = [*run.problems[0][2:3], *run.problems[0][4:]]
    # an own VIN that is taken by the number of another own vehicle
    monkeypatch.setattr(vehicles, "number_of", lambda vin, key: vehicle.vehicle_id)
    run = checked(safety_head, csv_of([[vin(9), "", "", ""]]))
    assert [*run.problems[0][2:3], *run.problems[0][4:]] == anothers == ["taken", "", False]
    assert other_vehicle.maker.name not in str(run.problems)


def test_a_wrong_check_digit_warns_and_is_imported(safety_head: Person) -> None:
    run = applied(safety_head, csv_of([["LVVDB11B0RE000001", "", "", ""]]))
    assert (run.new_rows, run.warned_rows, run.refused_rows) == (1, 1, 0)
    assert run.problems[0][:3] == [2, "VIN", "vin_check"]
    assert Vehicle.objects.get().vin == "LVVDB11B0RE000001"


# ---- all or nothing


def test_with_a_bad_row_nothing_is_written_unless_only_good_ones_are_asked_for(
    safety_head: Person,
) -> None:
    run = checked(safety_head, csv_of([*rows_of(2), ["bad", "", "", ""]]))
    with pytest.raises(BadFile, match="rows_refused"):
        imports.import_ask_apply(safety_head, run_id=run.pk)
    assert not Vehicle.objects.exists()
    imports.import_ask_apply(safety_head, run_id=run.pk, good_rows_only=True)
    run = worked(run)
    assert (run.state, run.new_rows, run.refused_rows) == ("applied", 2, 1)
    assert Vehicle.objects.count() == 2


def test_a_row_taken_since_the_check_stops_all_and_is_told(
    safety_head: Person, other_operator: Person, few_rows_a_batch: None
) -> None:
    run = checked(safety_head, csv_of(rows_of(10)))
    vehicle_register(other_operator, vin=vin(7), key=b"k" * 32)
    imports.import_ask_apply(safety_head, run_id=run.pk)
    run = worked(run)
    assert (run.state, run.wanted, run.refused_rows) == ("checked", "", 1)
    assert run.since == {"count": 1, "rows": [[9, "n", "r"]]}
    assert Vehicle.objects.count() == 1
    assert not ImportChange.objects.exists()


def test_what_changed_since_the_check_is_told_of_an_applied_run_too(
    safety_head: Person, operator: Person
) -> None:
    run = checked(safety_head, csv_of(rows_of(3)))
    vehicle_register(operator, vin=vin(1), key=b"k" * 32)
    imports.import_ask_apply(safety_head, run_id=run.pk)
    run = worked(run)
    assert (run.state, run.new_rows, run.changed_rows) == ("applied", 2, 1)
    assert run.since["rows"] == [[3, "n", "c"]]


def _killed_in_the_second_batch(monkeypatch: pytest.MonkeyPatch, safety_head: Person) -> ImportRun:
    run = checked(safety_head, csv_of(rows_of(10)))
    imports.import_ask_apply(safety_head, run_id=run.pk)
    batches: list[int] = []

    def apply(actor: Any, outcomes: Any, target: Any) -> Any:
        batches.append(len(outcomes))
        if len(batches) == 2:
            raise Killed
        return vehicles.apply(actor, outcomes, target)

    _with(monkeypatch, apply=apply)
    with pytest.raises(Killed):
        import_work.import_run_work(run.pk)
    assert len(batches) == 2
    return _restored(monkeypatch, run)


def test_a_process_killed_between_batches_leaves_nothing_and_the_next_one_goes_on(
    safety_head: Person, monkeypatch: pytest.MonkeyPatch, few_rows_a_batch: None
) -> None:
    run = _killed_in_the_second_batch(monkeypatch, safety_head)
    assert not Vehicle.objects.exists()
    assert not ImportChange.objects.exists()
    assert ImportRun.objects.get(pk=run.pk).wanted == "apply"
    assert worked(run).state == "applied"
    assert Vehicle.objects.count() == ImportChange.objects.count() == 10


def test_a_build_that_commits_per_batch_is_caught(
    safety_head: Person, monkeypatch: pytest.MonkeyPatch, few_rows_a_batch: None
) -> None:
    broken = SimpleNamespace(atomic=nullcontext)
    monkeypatch.setattr("voltward.records.actions.transaction", broken)
    run = _killed_in_the_second_batch(monkeypatch, safety_head)
    # what the test above asserts does not hold: half of the file is in the books
    assert 0 < Vehicle.objects.count() < 10
    assert ImportRun.objects.get(pk=run.pk).wanted == "apply"


def test_a_run_that_fails_again_and_again_is_given_up_with_nothing_written(
    safety_head: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(actor: Any, outcomes: Any, target: Any) -> Any:
        raise ZeroDivisionError

    run = checked(safety_head, csv_of(rows_of(2)))
    imports.import_ask_apply(safety_head, run_id=run.pk)
    _with(monkeypatch, apply=broken)
    for _round in range(4):
        import_work.import_work()
    run.refresh_from_db()
    assert (run.state, run.wanted, run.error["code"]) == ("checked", "", "fault")
    assert caplog.text.count("ZeroDivisionError") >= 3
    assert not Vehicle.objects.exists()


def test_a_second_run_of_the_same_kind_and_maker_waits(safety_head: Person) -> None:
    run = checked(safety_head, csv_of(rows_of(2)))
    imports.import_ask_apply(safety_head, run_id=run.pk)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _lock_of(run.kind, run.maker_id))
            with pytest.raises(OperationalError, match="lock"):
                _work_without_waiting(run)
            assert not Vehicle.objects.exists()
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert worked(run).state == "applied"


def _work_without_waiting(run: ImportRun) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '30ms'")
        import_work.import_run_work(run.pk)


def _lock_of(kind: str, maker_id: int) -> list[int]:
    import zlib

    return [import_work._LOCKS, zlib.crc32(f"{kind}:{maker_id}".encode()) - (1 << 31)]


# ---- the same again, and changes


def test_the_same_file_again_is_the_same_for_all_rows(safety_head: Person) -> None:
    content = csv_of(rows_of(6))
    applied(safety_head, content)
    before, generation = dump("fleet_vehicle"), RegistryGeneration.objects.get().generation
    run = applied(safety_head, content)
    assert (run.same_rows, run.new_rows, run.changed_rows) == (6, 0, 0)
    assert dump("fleet_vehicle") == before
    assert RegistryGeneration.objects.get().generation == generation
    assert not run.changes.exists()


def test_an_empty_cell_leaves_what_there_is(safety_head: Person) -> None:
    applied(safety_head, csv_of(rows_of(1)))
    run = applied(safety_head, csv_of([[vin(0), "", "M9", ""]]))
    assert run.changed_rows == 1
    vehicle = Vehicle.objects.get()
    assert (vehicle.plate, vehicle.model_name) == ("京A00000", "M9")
    change = run.changes.get()
    assert (change.before, change.after) == ({"model_name": "M0"}, {"model_name": "M9"})


def test_a_vehicle_that_was_only_seen_is_registered_and_the_gateway_told_once(
    safety_head: Person, maker: Maker
) -> None:
    vehicle_admit_unregistered(installation(), vins=[vin(0)], key=_key(), fallback=maker)
    generation = RegistryGeneration.objects.get().generation
    run = applied(safety_head, csv_of(rows_of(3)))
    assert (run.new_rows, run.changed_rows) == (2, 1)
    assert set(Vehicle.objects.values_list("state", flat=True)) == {"registered"}
    assert RegistryGeneration.objects.get().generation == generation + 1


def test_a_run_leaves_one_audit_row_with_its_counts_and_the_files_hash(
    safety_head: Person,
) -> None:
    content = csv_of(rows_of(6))
    run = applied(safety_head, content)
    row = AuditRow.objects.get(action="import.apply")
    assert (row.actor, row.subject) == (safety_head, f"ImportRun:{run.pk}")
    assert row.after["sha256"] == hashlib.sha256(content).hexdigest()
    assert (row.after["new_rows"], row.after["refused_rows"]) == (6, 0)
    assert not AuditRow.objects.filter(subject__startswith="Vehicle:").exists()


# ---- undoing


def test_undoing_restores_the_table_exactly(
    safety_head: Person, maker: Maker, few_rows_a_batch: None
) -> None:
    applied(safety_head, csv_of(rows_of(5)))
    vehicle_admit_unregistered(installation(), vins=[vin(20)], key=_key(), fallback=maker)
    before = dump("fleet_vehicle")
    rows = [[vin(n), f"沪B{n:05d}", "M7", ""] for n in (1, 3, 20)] + rows_of(9, 30)
    run = applied(safety_head, csv_of(rows))
    assert dump("fleet_vehicle") != before
    imports.import_ask_undo(safety_head, run_id=run.pk)
    run = worked(run)
    assert (run.state, run.kept_rows) == ("undone", 0)
    assert dump("fleet_vehicle") == before
    assert AuditRow.objects.get(action="import.undo").after["undone"] == 12


def test_what_changed_later_or_is_referred_to_is_named_and_kept(safety_head: Person) -> None:
    run = applied(safety_head, csv_of(rows_of(6)))
    applied(safety_head, csv_of([[vin(2), "沪A1", "", ""]]))
    linked = Vehicle.objects.get(vin=vin(4))
    Link.objects.create(
        maker=linked.maker, kind="x", source=f"Vehicle:{linked.pk}", target="y:1",
        made_by=safety_head,
    )  # fmt: skip
    Vehicle.objects.filter(vin=vin(5)).delete()
    imports.import_ask_undo(safety_head, run_id=run.pk)
    run = worked(run)
    kept = [(change.key, change.kept) for change in selectors.import_kept(run, 50)]
    assert kept == [(vin(2), "changed_since"), (vin(4), "in_use"), (vin(5), "gone")]
    assert set(Vehicle.objects.values_list("vin", flat=True)) == {vin(2), vin(4)}
    assert run.kept_rows == 3


def test_vehicles_with_a_hold_or_a_clock_outlive_the_undoing(safety_head: Person) -> None:
    run = applied(safety_head, csv_of(rows_of(3)))
    held, timed = Vehicle.objects.get(vin=vin(0)), Vehicle.objects.get(vin=vin(1))
    hold_place(safety_head, reason="诉讼", records=[label(held)])
    started(safety_head, subject=timed)
    imports.import_ask_undo(safety_head, run_id=run.pk)
    run = worked(run)
    kept = [(change.key, change.kept) for change in selectors.import_kept(run, 50)]
    assert kept == [(vin(0), "in_use"), (vin(1), "in_use")]
    assert set(Vehicle.objects.all()) == {held, timed}


def test_an_undo_killed_half_way_undoes_nothing_and_the_next_one_all(
    safety_head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = applied(safety_head, csv_of(rows_of(6)))
    before = dump("fleet_vehicle")
    imports.import_ask_undo(safety_head, run_id=run.pk)
    monkeypatch.setattr(import_work, "BATCH", 4)
    batches: list[int] = []

    def undo(actor: Any, changes: Any, target: Any) -> Any:
        batches.append(len(changes))
        if len(batches) == 2:
            raise Killed
        return vehicles.undo(actor, changes, target)

    _with(monkeypatch, undo=undo)
    with pytest.raises(Killed):
        import_work.import_run_work(run.pk)
    assert dump("fleet_vehicle") == before
    assert worked(_restored(monkeypatch, run)).state == "undone"
    assert not Vehicle.objects.exists()


# ---- the command


def test_the_command_imports_by_the_same_path(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "cars.csv"
    path.write_bytes(csv_of(rows_of(3), ["车架号", "车牌号", "车型名称", "whatever"]))
    call_command("import_vehicles", str(path))
    assert ImportRun.objects.get().state == "applied"
    assert set(Vehicle.objects.values_list("maker", flat=True)) == {maker.pk}
    path.write_bytes(csv_of([["x", "", "", ""]], HEADERS))
    with pytest.raises(CommandError):
        call_command("import_vehicles", str(path))
    assert Vehicle.objects.count() == 3


# ---- small things


def _key() -> bytes:
    from voltward.fleet.keys import vehicle_key

    return vehicle_key()


def _person(login: str, role: str, maker: Maker) -> Person:
    from voltward.records.services import person_create

    return person_create(installation(), login=login, display_name=login, maker=maker, roles=[role])


def _with(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    from dataclasses import replace

    from voltward.pages.imports.kinds import KINDS

    monkeypatch.setitem(KINDS, "vehicle", replace(vehicles.VEHICLES, **changes))


def _restored(monkeypatch: pytest.MonkeyPatch, run: ImportRun) -> ImportRun:
    from voltward.pages.imports.kinds import KINDS

    monkeypatch.setitem(KINDS, "vehicle", vehicles.VEHICLES)
    return run

"""Sealing, checkpoints and the command on a real database, also against its owner."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from tests.records.conftest import TrailDatabase

from voltward.base.settings import Settings
from voltward.entry.audit_keeping import keeping_of
from voltward.entry.jobs import run_once
from voltward.pages.room import REGISTRY
from voltward.records import selectors, services
from voltward.records.actions import write_row
from voltward.records.audit_files import last_line
from voltward.records.audit_keeping import keeping
from voltward.records.models import AuditRow, AuditSeal, AuditWaiting, Person
from voltward.records.selectors.audit_chain import links_of, rows_waiting
from voltward.records.selectors.audit_verification import Report, trail_verify
from voltward.records.services import audit_checkpoints, audit_seals
from voltward.records.services.audit_checkpoints import audit_checkpoint
from voltward.records.services.audit_seals import audit_rows_seal

INSERT = (
    "INSERT INTO records_auditrow (action, subject, result, before, after, request_number)"
    " VALUES (%s, '', 'done', '{}', '{}', '') RETURNING id"
)


def verified(**more: object) -> Report:
    return trail_verify(keeping(), wait=lambda _s: None, **more)  # type: ignore[arg-type]


def codes(**more: object) -> set[str]:
    return {one.code for one in verified(**more).findings}


def person_of(name: str) -> Person:
    """Somebody of the maker ``name``; both stay in the copy from test to test."""
    maker = selectors.maker_by_name(name)
    if maker is None:
        maker = services.maker_create(selectors.installation(), name=name)
        return services.person_create(
            selectors.installation(), login=f"p{maker.pk}", display_name=name, maker=maker,
            roles=["monitoring_operator"],
        )  # fmt: skip
    return Person.objects.get(maker=maker)


@pytest.fixture
def filled(trail_database: TrailDatabase) -> TrailDatabase:
    """Two makers and a few rows, all sealed, under a checkpoint."""
    for name in ("示例汽车", "另一家"):
        person = person_of(name)
        write_row(None, "login", subject=name, result="refused")
        for number in range(5):
            services.reading_recorded(person, what="position.read", subject=f"Vehicle:{number}")
    audit_rows_seal()
    audit_checkpoint()
    return trail_database


# ---- sealing


def test_every_row_joins_the_stream_of_its_maker(filled: TrailDatabase) -> None:
    assert AuditSeal.objects.count() == AuditRow.objects.count()
    assert not AuditWaiting.objects.exists()
    for seal in AuditSeal.objects.select_related("audit_row"):
        assert seal.stream == (seal.audit_row.maker_id or 0)
    for stream in {seal.stream for seal in AuditSeal.objects.all()}:
        numbers = AuditSeal.objects.filter(stream=stream).order_by("pk")
        assert [one.number for one in numbers] == list(range(1, len(numbers) + 1))
    assert len({seal.stream for seal in AuditSeal.objects.all()}) == 3
    assert codes() == set()


def test_a_row_that_commits_after_later_ones_were_sealed_is_sealed_then(
    filled: TrailDatabase,
) -> None:
    open_row = filled.app.execute(INSERT, ["committed.late"]).fetchone()[0]  # type: ignore[index]
    write_row(selectors.installation(), "committed.first", subject="")
    later = AuditRow.objects.get(action="committed.first")
    assert later.pk > open_row
    assert audit_rows_seal() == 1
    filled.app.commit()
    assert audit_rows_seal() == 1
    late, first = (AuditSeal.objects.get(audit_row=pk) for pk in (open_row, later.pk))
    assert late.number == first.number + 1
    assert codes() == set()


def test_a_sealer_that_only_looks_above_the_last_sealed_number_is_caught(
    filled: TrailDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def above(limit: int):  # type: ignore[no-untyped-def]
        last = AuditSeal.objects.order_by("-audit_row_id").first()
        return [one for one in rows_waiting(limit) if last is None or one.id > last.audit_row_id]

    monkeypatch.setattr(audit_seals, "rows_waiting", above)
    filled.app.execute(INSERT, ["committed.late"])
    write_row(selectors.installation(), "committed.first", subject="")
    audit_rows_seal()
    filled.app.commit()
    assert audit_rows_seal() == 0
    assert codes(late_s=0.0) == {"late"}


def test_a_row_that_is_rolled_back_leaves_no_gap(filled: TrailDatabase) -> None:
    filled.app.execute(INSERT, ["never.was"])
    filled.app.rollback()
    write_row(None, "was", subject="")
    assert audit_rows_seal() == 1
    assert codes() == set()


def test_a_sealer_that_dies_midway_leaves_its_rows_waiting(
    filled: TrailDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_row(None, "was", subject="")

    with monkeypatch.context() as patched:
        kept = audit_seals._INSERT
        dying = f"WITH kept AS ({kept} RETURNING id) SELECT 1 / (count(*) - count(*)) FROM kept"
        patched.setattr(audit_seals, "_INSERT", dying)
        with pytest.raises(DatabaseError):
            audit_rows_seal()
    assert not AuditSeal.objects.filter(audit_row__action="was").exists()
    assert audit_rows_seal() == 1
    assert codes() == set()


def test_writers_do_not_wait_for_the_sealer_nor_the_sealer_for_them(filled: TrailDatabase) -> None:
    filled.app.execute("SET lock_timeout = '1s'")
    with transaction.atomic():
        write_row(None, "one", subject="")
        filled.app.execute(INSERT, ["two"])
        filled.app.commit()
        assert audit_rows_seal() == 2
        filled.app.execute(INSERT, ["three"])
        filled.app.commit()
    assert audit_rows_seal() == 1


def test_the_office_process_seals_within_a_second_and_writes_checkpoints(
    filled: TrailDatabase,
) -> None:
    jobs = {job.name: job for job in REGISTRY.jobs()}
    assert jobs["audit.seal"].every_s <= 1
    write_row(None, "was", subject="")
    assert run_once(jobs["audit.seal"]) == 1
    assert run_once(jobs["audit.checkpoint"]) == 0


def test_streams_may_change_to_sm3_and_stay_whole(filled: TrailDatabase) -> None:
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"audit_hash": "sm3"})
    write_row(None, "was", subject="")
    audit_rows_seal()
    assert AuditSeal.objects.get(audit_row__action="was").algorithm == "sm3"
    assert codes() == set()


def test_rows_from_before_there_were_seals_enter_the_queue_once(filled: TrailDatabase) -> None:
    from importlib import import_module

    fill = import_module("voltward.records.migrations.0011_fill_waiting").FILL
    filled.as_owner(INSERT.replace("%s", "'old'"))
    assert not AuditWaiting.objects.exists()
    assert filled.owner.execute(fill).rowcount == 1
    assert filled.owner.execute(fill).rowcount == 0
    filled.owner.commit()
    assert audit_rows_seal() == 1
    assert codes() == set()


# ---- rights


@pytest.mark.parametrize("table", ["records_auditrow", "records_auditseal"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL", "SELECT * FROM {} FOR UPDATE",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_the_application_can_change_neither_rows_nor_seals(table: str, statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(statement.format(table))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] >= 0


@pytest.mark.django_db(databases=["default", "owner"])
def test_every_append_only_table_has_its_guard_against_the_owner_too() -> None:
    from django.apps import apps

    tables = {one._meta.db_table for one in apps.get_models() if getattr(one, "append_only", False)}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'"
            " AND tgenabled <> 'D'"
        )
        assert {name for (name,) in cursor.fetchall()} >= tables
        for table in tables:
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic("owner"):
                cursor.execute(f"DELETE FROM {table}")
    assert "records_auditseal" in tables


# ---- the command, on a trail that its owner tampered with


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("audit", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_says_what_it_looked_at(filled: TrailDatabase) -> None:
    rows = AuditRow.objects.count()
    assert f"{rows} rows, {rows} seals, 1 checkpoints, 0 findings" in command("verify")
    assert "-----BEGIN PUBLIC KEY-----" in command("key")
    write_row(None, "was", subject="")
    assert command("seal") == "1 rows sealed\n"


NEWEST = "(SELECT max(id) FROM records_auditrow WHERE maker_id IS NOT NULL)"
TAMPERED = {
    "edit": "UPDATE records_auditrow SET subject = 'Vehicle:99' WHERE subject = 'Vehicle:3'",
    "edit of json": "UPDATE records_auditrow SET after = after || '{\"x\": 1}' WHERE id = "
    + NEWEST,
    "edit of time": f"UPDATE records_auditrow SET at = at - interval '1 us' WHERE id = {NEWEST}",
    "time without end": f"UPDATE records_auditrow SET at = 'infinity' WHERE id = {NEWEST}",
    "edit of a seal": "UPDATE records_auditseal SET sealed_at = now() WHERE number = 2",
    "delete row": f"DELETE FROM records_auditrow WHERE id = {NEWEST}",
    "delete seal": f"DELETE FROM records_auditseal WHERE audit_row_id = {NEWEST}",
    "cut tail": f"WITH cut AS (DELETE FROM records_auditseal WHERE audit_row_id = {NEWEST})"
    f" DELETE FROM records_auditrow WHERE id = {NEWEST}",
    "insert": INSERT.replace("%s", "'forged'"),
    "swap": "UPDATE records_auditseal s SET audit_row_id = -1 - o.audit_row_id"
    " FROM records_auditseal o WHERE o.stream = s.stream AND o.number = 3 - s.number",
    "empty": "WITH cut AS (DELETE FROM records_auditseal) DELETE FROM records_auditrow",
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_what_the_owner_does_to_the_trail_is_found(filled: TrailDatabase, kind: str) -> None:
    assert filled.as_owner(TAMPERED[kind]) > 0
    with pytest.raises(CommandError, match="not whole") as refusal:
        command("verify")
    assert refusal.value.returncode == 1
    assert "found" in str(verified().findings[0])


def test_a_chain_rebuilt_as_a_whole_is_found_by_the_checkpoint_outside(
    filled: TrailDatabase,
) -> None:
    filled.as_owner(TAMPERED["edit"])
    filled.as_owner("DELETE FROM records_auditseal")
    filled.owner.execute("INSERT INTO records_auditwaiting SELECT id FROM records_auditrow")
    filled.owner.commit()
    audit_rows_seal()
    assert codes() == {"checkpoint"}


# ---- checkpoints


def test_a_checkpoint_is_due_after_a_time_or_a_number_of_rows(filled: TrailDatabase) -> None:
    assert audit_checkpoint() == 0
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"audit_checkpoint_rows": 2})
    write_row(None, "one", subject="")
    audit_rows_seal()
    assert audit_checkpoint() == 0
    write_row(None, "two", subject="")
    audit_rows_seal()
    assert audit_checkpoint() == 1
    settings.VOLTWARD = settings.VOLTWARD.model_copy(update={"audit_checkpoint_s": 1e-6})
    assert audit_checkpoint() == 1
    assert verified().checkpoints == 3
    assert Settings().audit_checkpoint_s <= 3600


def test_the_signing_key_is_its_owners_only(filled: TrailDatabase) -> None:
    key = filled.data / "keys" / "audit_signing.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_outside_that_is_away_is_told_once_and_gets_all_it_missed(
    filled: TrailDatabase, tmp_path: Path
) -> None:
    outside = tmp_path / "mount" / "checkpoints"
    outside.parent.write_text("no folder")
    settings.VOLTWARD = settings.VOLTWARD.model_copy(
        update={"audit_checkpoint_folder": outside, "audit_checkpoint_s": 1e-6}
    )
    failures = audit_checkpoints.FAILED.labels(str(outside))
    before = failures._value.get()
    assert [audit_checkpoint(), audit_checkpoint()] == [1, 1]
    assert failures._value.get() >= before + 2
    row = AuditRow.objects.get(action="audit.checkpoint")
    assert (row.result, row.subject) == ("failed", str(outside)[-120:])
    outside.parent.unlink()
    assert audit_checkpoint() == 2
    assert last_line(outside) == last_line(keeping().folders[0])
    assert AuditRow.objects.filter(action="audit.checkpoint", result="done").count() == 1
    audit_rows_seal()
    report = verified(folders=[outside])
    assert (report.findings, report.checkpoints) == ([], 8)


def test_an_auditor_verifies_with_copies_of_key_and_checkpoints(
    filled: TrailDatabase, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    public = mine / "key.pem"
    public.write_text(command("key").rsplit("key ", 1)[0])
    assert codes(folders=[mine]) == {"no_checkpoint"}
    (own,) = keeping().folders[0].glob("*.jsonl")
    (mine / own.name).write_bytes(own.read_bytes())
    command("verify", "--checkpoints", str(mine), "--public-key", str(public))
    # the installation's key and checkpoints are made anew to hide a rebuilt chain
    own.unlink()
    (filled.data / "keys" / "audit_signing.key").unlink()
    audit_checkpoint()
    with pytest.raises(CommandError):
        command("verify", "--checkpoints", str(mine), "--public-key", str(public))
    public.write_text("no key")
    with pytest.raises(CommandError, match="expected an Ed25519 public key"):
        command("verify", "--public-key", str(public))


def test_links_come_in_the_order_of_the_chain(filled: TrailDatabase) -> None:
    filled.as_owner(INSERT.replace("%s", "'forged'"))
    links = list(links_of())
    order = [(one.seal.stream, one.seal.number) for one in links if one.seal]
    assert order == sorted(order)
    assert links[-1].seal is None
    assert {one.seal.stream for one in links_of(0) if one.seal} == {0}


def test_checkpoints_lie_under_the_data_folder_and_where_the_setting_says() -> None:
    values = Settings(data=Path("d"), audit_checkpoint_folder=Path("o"))
    assert keeping_of(values).folders == (Path("d/audit/checkpoints"), Path("o"))

"""What the office process does with imports. Each step is one transaction: done, or not begun."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from voltward.base.durable import sync_folder
from voltward.base.errors import NotPermitted, Refused, WrongState
from voltward.pages.imports.kinds import CHANGED, NEW, ImportKind, Target
from voltward.pages.imports.mapping import fingerprint, guessed
from voltward.pages.imports.rows import head_of
from voltward.pages.imports.words import BadFile, sentence
from voltward.pages.imports.writing import ErrorBook
from voltward.records import import_files
from voltward.records import import_states as states
from voltward.records.actions import action, record
from voltward.records.copying import among, copy_in
from voltward.records.events import ImportFailed, ImportFinished, ImportUndone, tell
from voltward.records.import_progress import Tell, progress_of
from voltward.records.import_rows import BATCH, Judged, Tally, judged, natural_key
from voltward.records.models import ImportChange, ImportRun, Person
from voltward.records.selectors import installation
from voltward.records.selectors.imports import RUN_IMPORT, import_mapping_of, import_waiting
from voltward.records.services.imports import UNDO_IMPORT, permitted_kind

MOST_ATTEMPTS = 3
_LOCKS = 0x696D7074  # "impt": our part of PostgreSQL's space of advisory locks
_log = logging.getLogger(__name__)


def import_work() -> int:
    """Work off every run that waits; a run that fails holds no other up."""
    done = 0
    for run_id in import_waiting():
        try:
            import_run_work(run_id)
        except DatabaseError:
            raise
        except Exception:
            _log.exception("import %d failed; it is tried again", run_id)
        done += 1
    return done


def import_run_work(run_id: int, *, tell: Tell | None = None) -> None:
    """Do what one run waits for. A kill at any point leaves it waiting, with nothing written."""
    run = ImportRun.objects.exclude(wanted="").select_related("wanted_by").get(pk=run_id)
    if run.attempts >= MOST_ATTEMPTS:
        _import_fail(installation(), run_id=run_id, why=BadFile("fault"))
        return
    ImportRun.objects.filter(pk=run_id).update(attempts=F("attempts") + 1)
    try:
        with progress_of(run_id, tell) as told:
            _STEPS[run.wanted](run.wanted_by, run_id=run_id, told=told)
    except _RowsRefused:
        # something changed since the check: the new check says what
        ImportRun.objects.filter(pk=run_id).update(wanted="check", attempts=0)
        import_run_work(run_id, tell=tell)
    except BadFile as refusal:
        _import_fail(installation(), run_id=run_id, why=refusal)
    except NotPermitted:
        _import_fail(installation(), run_id=run_id, why=BadFile("not_permitted"))


class _RowsRefused(Refused):
    """A row that was good at the check is refused now, and all rows or none were asked for."""

    code = "rows_refused"


@action("import.read", needs=RUN_IMPORT)
def _import_read(actor: Person, *, run_id: int, told: Tell) -> None:
    """Headers, number of rows, and a mapping: remembered, else guessed."""
    told(0)
    run, kind = _taken(actor, run_id, "read")
    head = head_of(import_files.path_of(run.file_sha256), kind, import_files.limits())
    run.sheet, run.other_sheets = head.sheet[:64], list(head.other_sheets)[:20]
    run.headers, run.header_row, run.total_rows = head.headers, head.header_row, head.data_rows
    known = import_mapping_of(run.maker_id, run.kind, fingerprint(head.headers))
    columns = {column.key for column in kind.columns}
    run.mapping = (
        guessed(kind, head.headers)
        if known is None
        else {key: place for key, place in known.items() if key in columns}
    )
    run.mapping_source = "guessed" if known is None else "remembered"
    _done(run)
    after = {"headers": run.headers, "rows": run.total_rows, "mapping": run.mapping}
    record(actor, "import.read", run, before={}, after=after)


@action("import.check", needs=RUN_IMPORT)
def _import_check(actor: Person, *, run_id: int, told: Tell) -> None:
    """Judge every row without writing one: the database itself refuses writes meanwhile."""
    run, kind = _taken(actor, run_id, "check")
    tally = Tally(run.outcomes)
    with translation.override(actor.language), _error_book(run) as book, _read_only():
        for batch in judged(actor, run, kind, Target(run.maker_id, run.pk)):
            tally.add(batch, lambda one: book.add(one.read.cells, _said(one)))
            told(tally.rows)
    run.state, run.checked_at = states.after(run.state, "check"), timezone.now()
    tally.put_into(run)
    _done(run)
    record(actor, "import.check", run, before={}, after=_counts(run))


@action("import.apply", needs=RUN_IMPORT)
def _import_apply(actor: Person, *, run_id: int, told: Tell) -> None:
    """Judge every row once more and write it, all in this transaction.

    Raises:
        _RowsRefused: a row is refused and not only the good ones were asked for.
    """
    run, kind = _taken(actor, run_id, "apply")
    _one_at_a_time(run)
    target = Target(run.maker_id, run.pk, writing=True)
    tally = Tally(run.outcomes)
    for batch in judged(actor, run, kind, target):
        tally.add(batch)
        if tally.refusals and not run.good_rows_only:
            raise _RowsRefused(f"import {run_id}: row {batch[0].read.number} or later")
        _write(actor, run, kind, target, batch)
        told(tally.rows)
    if kind.finish is not None and tally.count(NEW) + tally.count(CHANGED):
        kind.finish(actor, target)
    run.state, run.applied_at = states.after(run.state, "apply"), timezone.now()
    tally.put_into(run)
    _done(run)
    record(actor, "import.apply", run, before={}, after=_counts(run))
    tell(actor, ImportFinished(run))


def _write(
    actor: Person, run: ImportRun, kind: ImportKind, target: Target, batch: Sequence[Judged]
) -> None:
    outcomes = [one.outcome for one in batch if one.outcome and one.letter in "nc"]
    if not outcomes:
        return
    made = kind.apply(actor, outcomes, target)
    changes = [
        ImportChange(
            run=run,
            row=one.row.number,
            record_id=made[one.row.number] if one.record_id is None else one.record_id,
            key=" ".join(str(part) for part in natural_key(kind, one.row))[:200],
            result=one.result,
            before=dict(one.before),
            after=dict(one.after),
        )
        for one in outcomes
    ]
    copy_in(changes)


@action("import.undo", needs=UNDO_IMPORT)
def _import_undo(actor: Person, *, run_id: int, told: Tell) -> None:
    """Put every record back as it was before the run, but for those that changed since."""
    run, kind = _taken(actor, run_id, "undo")
    _one_at_a_time(run)
    target = Target(run.maker_id, run.pk, writing=True)
    done = last = 0
    while changes := list(run.changes.filter(pk__gt=last).order_by("pk")[:BATCH]):
        kept = kind.undo(actor, changes, target)
        for change in changes:
            change.kept, change.undone = kept.get(change.pk, ""), change.pk not in kept
        ImportChange.objects.bulk_update(
            [change for change in changes if change.kept], ["kept"], batch_size=BATCH
        )
        undone = [one.pk for one in changes if one.undone]
        run.changes.filter(among("records_importchange.id", "bigint", undone)).update(undone=True)
        run.kept_rows += len(kept)
        done, last = done + len(changes), changes[-1].pk
        told(done)
    if kind.finish is not None and done > run.kept_rows:
        kind.finish(actor, target)
    run.state, run.undone_at = states.after(run.state, "undo"), timezone.now()
    _done(run)
    after = {"sha256": run.file_sha256, "undone": done - run.kept_rows, "kept": run.kept_rows}
    record(actor, "import.undo", run, before=_counts(run), after=after)
    tell(actor, ImportUndone(run, done - run.kept_rows))


@action("import.fail", needs=RUN_IMPORT)
def _import_fail(actor: Person, *, run_id: int, why: BadFile) -> None:
    """Keep why it could not be done. What was checked stays checked, what was applied applied."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    before = {"state": run.state, "wanted": run.wanted}
    if run.wanted in ("read", "check"):
        run.state = states.after(run.state, "fail")
    run.error = {"code": why.why, "found": why.found, "expected": why.expected}
    _done(run)
    record(actor, "import.fail", run, before=before, after={"state": run.state, **run.error})
    tell(actor, ImportFailed(run, before["wanted"]))


_STEPS: dict[str, Callable[..., None]] = {
    "read": _import_read,
    "check": _import_check,
    "apply": _import_apply,
    "undo": _import_undo,
}


def _taken(actor: Person, run_id: int, wanted: str) -> tuple[ImportRun, ImportKind]:
    """The run, locked until the step is done; nobody else can have done it meanwhile."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if run.wanted != wanted:
        raise WrongState(f"import {run_id} waits for {run.wanted or 'nothing'}, not {wanted}")
    return run, permitted_kind(actor, run.kind)


def _done(run: ImportRun) -> None:
    run.wanted, run.attempts = "", 0
    run.save()


def _one_at_a_time(run: ImportRun) -> None:
    """Runs of the same kind and maker wait for each other until the transaction ends."""
    number = zlib.crc32(f"{run.kind}:{run.maker_id}".encode()) - (1 << 31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, number])


@contextmanager
def _read_only() -> Iterator[None]:
    """PostgreSQL ends the mode with the savepoint."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


@contextmanager
def _error_book(run: ImportRun) -> Iterator[ErrorBook]:
    """The workbook of refused rows; it replaces that of the check before when it is whole."""
    path = import_files.errors_path(run.pk)
    fresh = path.with_name(f".{path.name}")
    book = ErrorBook(fresh, run.headers)
    try:
        try:
            yield book
        finally:  # it holds a file of its own beside the one it becomes
            book.close()
        if book.rows:
            fresh.replace(path)
        else:
            path.unlink(missing_ok=True)
        sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _said(one: Judged) -> str:
    return "\n".join(sentence(problem) for problem in one.problems if not problem.warns)


def _counts(run: ImportRun) -> dict[str, Any]:
    names = ("total_rows", "new_rows", "changed_rows", "same_rows", "refused_rows", "warned_rows")
    return {"kind": run.kind, "sha256": run.file_sha256} | {
        name: getattr(run, name) for name in names
    }

"""What people ask of an import: upload, map, check again, apply, undo. The office process does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from django.utils import timezone

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.pages.imports.kinds import ImportKind, kind_of
from voltward.pages.imports.mapping import complete, fingerprint
from voltward.pages.imports.words import BadFile
from voltward.records import import_files
from voltward.records import import_states as states
from voltward.records.actions import action, record
from voltward.records.models import ImportMapping, ImportProgress, ImportRun, Maker, Person
from voltward.records.selectors.imports import RUN_IMPORT, import_run_locked

UNDO_IMPORT = "import.undo"


@action("import.upload", needs=RUN_IMPORT)
def import_upload(
    actor: Person,
    *,
    kind: str,
    file_name: str,
    pieces: Iterable[bytes],
    maker: Maker | None = None,
) -> ImportRun:
    """Keep a file and have it read. ``maker``: only the installation names another than its own.

    Raises:
        NotFound: no such kind.
        NotPermitted: the actor may not write records of that kind.
        BadFile: the file is empty or larger than the limit; nothing of it is kept.
    """
    chosen = permitted_kind(actor, kind)
    owner = actor.maker or maker
    if owner is None:
        raise BadInput("maker: none given")
    sha256, size = import_files.keep(pieces)
    name = "".join(char for char in PurePath(file_name).name if char.isprintable())[:200]
    run = ImportRun.objects.create(
        maker=owner, kind=chosen.code, file_name=name or "-", file_sha256=sha256, file_bytes=size,
        started_by=actor, wanted_by=actor,
    )  # fmt: skip
    ImportProgress.objects.create(run=run)
    after = {"kind": run.kind, "file": run.file_name, "sha256": sha256, "bytes": size}
    record(actor, "import.upload", run, before={}, after=after)
    return run


@action("import.map", needs=RUN_IMPORT)
def import_map(actor: Person, *, run_id: int, mapping: Mapping[str, int]) -> ImportRun:
    """Say which header stands for which column; it is remembered, and the check is asked for.

    Raises:
        NotFound, NotPermitted, WrongState: no such run, no grant, not read yet or at work.
        BadInput: a column or header that there is not.
        BadFile: a required column is missing, or one header stands for two.
    """
    run, kind = _ready(actor, run_id)
    known = {column.key for column in kind.columns}
    places = range(len(run.headers))
    if not set(mapping) <= known or not all(place in places for place in mapping.values()):
        raise BadInput(
            f"mapping: {dict(mapping)!r}; keys of columns and places of headers expected"
        )
    complete(kind, run.headers, mapping)
    before = {"state": run.state, "mapping": run.mapping}
    run.state, run.mapping = states.after(run.state, "map"), dict(mapping)
    run.mapping_source, run.outcomes, run.since = "chosen", "", {}
    _want(run, actor, "check")
    ImportMapping.objects.update_or_create(
        maker_id=run.maker_id, kind=run.kind, fingerprint=fingerprint(run.headers),
        defaults={"mapping": run.mapping, "chosen_by": actor, "chosen_at": timezone.now()},
    )  # fmt: skip
    after = {"state": run.state, "mapping": run.mapping}
    record(actor, "import.map", run, before=before, after=after)
    return run


@action("import.check_again", needs=RUN_IMPORT)
def import_check_again(actor: Person, *, run_id: int) -> ImportRun:
    """Have a checked file checked once more; raises as ``import_map``."""
    run, _kind = _ready(actor, run_id)
    states.after(run.state, "check")
    _want(run, actor, "check")
    record(actor, "import.check_again", run, before={}, after={"sha256": run.file_sha256})
    return run


@action("import.ask_apply", needs=RUN_IMPORT)
def import_ask_apply(actor: Person, *, run_id: int, good_rows_only: bool = False) -> ImportRun:
    """Have a checked file written: all rows or none, or only the good ones.

    Raises:
        NotFound, NotPermitted, WrongState: no such run, no grant, not checked or at work.
        BadFile: rows are refused and not only the good ones are asked for, or none is good.
    """
    run, _kind = _ready(actor, run_id)
    states.after(run.state, "apply")
    if run.refused_rows and (not good_rows_only or run.refused_rows == run.total_rows):
        raise BadFile("rows_refused", found=str(run.refused_rows), expected="0")
    run.good_rows_only = good_rows_only
    _want(run, actor, "apply")
    after = {"sha256": run.file_sha256, "good_rows_only": good_rows_only}
    record(actor, "import.ask_apply", run, before={}, after=after)
    return run


@action("import.ask_undo", needs=UNDO_IMPORT)
def import_ask_undo(actor: Person, *, run_id: int) -> ImportRun:
    """Have an applied import undone; raises as ``import_map``."""
    run, _kind = _ready(actor, run_id)
    states.after(run.state, "undo")
    _want(run, actor, "undo")
    record(actor, "import.ask_undo", run, before={}, after={"sha256": run.file_sha256})
    return run


def permitted_kind(actor: Person, code: str) -> ImportKind:
    """
    Raises:
        NotFound: no such kind.
        NotPermitted: the actor may not write records of it.
    """
    kind = kind_of(code)
    if kind.needs not in actor.grants:
        raise NotPermitted(f"import {code} needs {kind.needs}")
    return kind


def _ready(actor: Person, run_id: int) -> tuple[ImportRun, ImportKind]:
    run = import_run_locked(actor, run_id)
    if run.wanted:
        raise WrongState(f"import {run_id} waits for {run.wanted}")
    return run, permitted_kind(actor, run.kind)


def _want(run: ImportRun, actor: Person, wanted: str) -> None:
    run.wanted, run.wanted_by, run.asked_at = wanted, actor, timezone.now()
    run.attempts, run.error = 0, {}
    run.save()
    ImportProgress.objects.filter(run=run).update(done_rows=0)

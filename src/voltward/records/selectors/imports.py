"""Every read of imports. Each one asks who is reading."""

from __future__ import annotations

from django.db.models import QuerySet

from voltward.base.errors import NotFound, WrongState
from voltward.pages.imports.kinds import KINDS, ImportKind
from voltward.records.models import ImportChange, ImportMapping, ImportProgress, ImportRun, Person

RUN_IMPORT = "import.run"


def import_kinds(actor: Person) -> list[ImportKind]:
    """The kinds whose records the actor may import."""
    return [kind for kind in KINDS.values() if kind.needs in actor.grants]


def import_run_visible(actor: Person) -> QuerySet[ImportRun]:
    """The runs of the actor's maker, of kinds the actor may import, newest first."""
    runs = ImportRun.objects.filter(kind__in=[kind.code for kind in import_kinds(actor)])
    if actor.maker_id is not None:
        runs = runs.filter(maker=actor.maker_id)
    # the letters of a million rows are read where they are needed
    return runs.select_related("started_by").defer("outcomes").order_by("-created_at", "-pk")


def import_run_by_id(actor: Person, run_id: int) -> ImportRun:
    """
    Raises:
        NotFound: none such, or another maker's; the two look the same.
    """
    run = import_run_visible(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound(f"import {run_id}")
    return run


def import_run_locked(actor: Person, run_id: int) -> ImportRun:
    """One run, locked until the transaction ends.

    Raises:
        NotFound: as ``import_run_by_id``.
        WrongState: the office process works on it.
    """
    run = import_run_by_id(actor, run_id)
    rows = ImportRun.objects.select_for_update(skip_locked=True)
    locked = rows.filter(pk=run.pk).first()
    if locked is None:
        raise WrongState(f"import {run_id} is being worked on")
    return locked


def import_progress(run: ImportRun) -> int:
    """Rows done of the work in hand."""
    found = ImportProgress.objects.filter(run=run).values_list("done_rows", flat=True).first()
    return found or 0


def import_waiting() -> list[int]:
    """Runs that the office process shall work on, oldest wish first."""
    rows = ImportRun.objects.exclude(wanted="").order_by("asked_at", "pk")
    return list(rows.values_list("pk", flat=True))


def import_kept(run: ImportRun, limit: int) -> list[ImportChange]:
    """What the undoing of a run left as it is."""
    return list(run.changes.exclude(kept="").order_by("row")[:limit])


def import_mapping_of(maker_id: int, kind: str, fingerprint: str) -> dict[str, int] | None:
    """What somebody of the maker chose for a file with the same headers."""
    rows = ImportMapping.objects.filter(maker=maker_id, kind=kind, fingerprint=fingerprint)
    return rows.values_list("mapping", flat=True).first()

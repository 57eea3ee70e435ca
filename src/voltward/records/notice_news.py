"""What records/ itself tells people of their work: clocks, approvals, imports, exports, followed lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from voltward.pages.imports.words import said
from voltward.pages.room import REGISTRY, Text
from voltward.records.approvals import KINDS, deciders
from voltward.records.clock_events import ClockWarning
from voltward.records.events import (
    ApprovalAsked,
    ApprovalDecided,
    ExportExpired,
    ExportFailed,
    ExportMade,
    ImportFailed,
    ImportFinished,
    ImportUndone,
    SavedFilterNews,
)
from voltward.records.models import (
    LANGUAGES,
    Approval,
    ExportRequest,
    ImportRun,
    Maker,
    Notice,
    Person,
)
from voltward.records.notice_events import Wish, on_event
from voltward.records.roles import ROLES
from voltward.records.selectors.recipients import ToRole

_STEPS: Final = {
    "read": _("读取"),
    "check": _("检查"),
    "apply": _("导入"),
    "undo": _("撤销整批导入"),
}
_LONGEST_PATH: Final = Notice._meta.get_field("path").max_length or 0


def _of_clock(actor: Person, event: ClockWarning) -> Iterable[Wish]:
    """Whoever has the clock in hand, and the roles its rule names."""
    del actor
    owner = Person.objects.filter(pk=event.owner_id).first() if event.owner_id else None
    yield Wish(
        "clock_late" if event.is_late else "clock_warning",
        [*([owner] if owner else []), *(ToRole(code) for code in event.roles if code in ROLES)],
        {
            "clock": event.title,
            "subject": event.subject_text or event.subject,
            "due_at": event.due_at.isoformat(),
        },
        path=f"/clocks/{event.clock_id}/",
        dedup_key=f"clock:{event.clock_id}:{event.point}",
        maker=Maker.objects.get(pk=event.maker_id),
    )


def _of_asked(actor: Person, event: ApprovalAsked) -> Iterable[Wish]:
    """Everybody who may decide; where nobody may, the notice is kept and shown as unreached."""
    approval = event.approval
    if approval.maker_id is not None:
        values = {
            "matter": _matter(approval),
            "title": approval.title,
            "asked_by": actor.display_name,
        }
        yield _wish("approval_waiting", deciders(approval), values, approval, "approvals", "asked")


def _of_decided(actor: Person, event: ApprovalDecided) -> Iterable[Wish]:
    """Whoever asked."""
    approval = event.approval
    if to := _there(approval.asked_by):
        values = {
            "matter": _matter(approval),
            "title": approval.title,
            "decision": dict(Approval.STATES)[approval.state],
            "decided_by": actor.display_name,
        }
        yield _wish("approval_decided", to, values, approval, "approvals", approval.state)


def _matter(approval: Approval) -> Text:
    return KINDS[approval.kind].title


def _of_import(
    actor: Person, event: ImportFinished | ImportUndone | ImportFailed
) -> Iterable[Wish]:
    """Whoever started the run, and whoever asked for the step that is told of."""
    del actor
    run = event.run
    kind, values = _outcome(event)
    if to := _there(run.started_by, run.wanted_by):
        told = f"{kind}:{run.asked_at.timestamp()}"  # a step that is asked for again is told again
        yield _wish(kind, to, {"file": run.file_name, **values}, run, "imports", told)


def _outcome(event: ImportFinished | ImportUndone | ImportFailed) -> tuple[str, dict[str, Any]]:
    run = event.run
    if isinstance(event, ImportFailed):
        return "import_failed", {"step": _STEPS[event.step], "reason": _reason(run)}
    if isinstance(event, ImportUndone):
        return "import_undone", {"rows": event.rows, "kept": run.kept_rows}
    rows = run.new_rows + run.changed_rows
    return "import_finished", {"rows": rows, "failed": run.refused_rows}


def _reason(run: ImportRun) -> Mapping[str, str]:
    """Why a run failed, in each language."""
    reasons = {}
    for code, _title in LANGUAGES:
        with translation.override(code):
            reasons[code] = said(run.error["code"], run.error["found"], run.error["expected"])
    return reasons


def _of_export(actor: Person, event: ExportMade | ExportFailed | ExportExpired) -> Iterable[Wish]:
    """Its asker alone: nobody else may take the file."""
    del actor
    request = event.request
    values: dict[str, Any] = {"list": _list_title(request.of)}
    if isinstance(event, ExportFailed):
        kind = "export_failed"
        values["reason"] = dict(ExportRequest.FAILURES)[request.failure]
    elif isinstance(event, ExportMade):
        kind = "export_ready"
        values |= {"rows": request.rows, "until_at": request.expires_at}
    else:
        kind, values["until_at"] = "export_expired", request.expires_at
    if to := _there(request.asked_by):
        key = f"{kind}:{request.pk}"
        yield Wish(kind, to, values, request, "/exports/", dedup_key=key)


def _of_list(actor: Person, event: SavedFilterNews) -> Iterable[Wish]:
    """The subscriber, once an hour and filter; what comes in between adds up."""
    del actor
    # a query too long to keep leads to the list, where the filter can be chosen
    path = event.url if len(event.url) <= _LONGEST_PATH else event.url.partition("?")[0]
    values = {
        "filter": event.name,
        "list": _list_title(event.of),
        "count": f"{event.number}+" if event.at_least else event.number,
    }
    if to := _there(Person.objects.get(pk=event.person_id)):
        key = f"filter:{event.filter_id}:{event.person_id}"
        yield Wish("list_news", to, values, path=path, dedup_key=key)


def _list_title(of: str) -> Text:
    found = REGISTRY.lists().get(of)
    return found.title if found else of


def _there(*people: Person) -> list[Person]:
    """Those who can read a notice: no programs, no closed accounts; each once."""
    found = {one.pk: one for one in people if one.is_active and not one.is_program}
    return list(found.values())


def _wish(
    kind: str, to: list[Person], values: dict[str, Any], subject: Any, page: str, told: str
) -> Wish:
    key = f"{page}:{subject.pk}:{told}"
    return Wish(kind, to, values, subject, f"/{page}/{subject.pk}/", dedup_key=key)


def tell_of_work() -> None:
    """Called once, when the room is loaded."""
    on_event(ClockWarning, _of_clock)
    on_event(ApprovalAsked, _of_asked)
    on_event(ApprovalDecided, _of_decided)
    on_event(ImportFinished, _of_import)
    on_event(ImportUndone, _of_import)
    on_event(ImportFailed, _of_import)
    on_event(ExportMade, _of_export)
    on_event(ExportFailed, _of_export)
    on_event(ExportExpired, _of_export)
    on_event(SavedFilterNews, _of_list)

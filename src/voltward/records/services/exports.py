"""Every write to large exports and to the rule that says what is large."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, BadSetting, NotPermitted, Refused
from voltward.pages.lists import export as files
from voltward.pages.lists.ports import Left
from voltward.records import approvals, days
from voltward.records.actions import action, record
from voltward.records.events import ExportExpired, ExportFailed, ExportMade, tell
from voltward.records.models import Approval, ExportRequest, ExportRule, Person
from voltward.records.selectors import exports as selectors
from voltward.records.selectors import installation
from voltward.records.selectors.list_views import asked_again
from voltward.records.services.audit import reading_recorded

_log = logging.getLogger(__name__)


def _no_folder() -> Path:
    raise BadSetting("the folder of exports was not handed in")


_folder: list[Callable[[], Path]] = [_no_folder]


def hand_in_folder(folder: Callable[[], Path]) -> None:
    """Where files lie; entry/ knows the data folder."""
    _folder[0] = folder


def export_path(request: ExportRequest) -> Path:
    return _folder[0]() / request.file_name


def export_recorded(actor: Person, left: Left) -> None:
    """The audit row of an export; before anything leaves."""
    reading_recorded(
        actor, what=f"{left.of}.export", subject=f"{left.rows} rows", reason=left.reason,
        query=left.query, sort=left.sort, columns=list(left.columns), format=left.format,
        rows=left.rows, personal=left.personal,
    )  # fmt: skip


@action("export.ask", needs="export.large")
def export_ask(actor: Person, *, wish: Left) -> ExportRequest:
    """Ask a second person for an export above the limit.

    Raises:
        BadInput: no reason, or a query the list does not understand.
        NotFound: no such list that the actor may read.
    """
    if not wish.reason.strip():
        raise BadInput("reason: none given")
    asked = asked_again(actor, wish.of, query=wish.query, sort=wish.sort, columns=wish.columns)
    if len(asked.query()) > 2000 or wish.format not in files.WRITERS:
        raise BadInput("query or format: cannot be exported")
    approval = approvals.opened(
        actor, LARGE, title=f"{asked.declaration.title} · {wish.format}", payload={},
        reason=wish.reason,
    )  # fmt: skip
    request = ExportRequest.objects.create(
        approval=approval, asked_by=actor, of=wish.of, query=asked.query(), sort=asked.sort,
        columns=list(asked.keys), format=wish.format, personal=wish.personal,
    )  # fmt: skip
    approval.payload = _content(request)
    approval.save(update_fields=["payload"])
    record(
        actor, "export.ask", request, before={}, after={**_content(request), "reason": wish.reason}
    )
    return request


def _accepted(decider: Person, approval: Approval) -> None:
    del decider
    ExportRequest.objects.filter(approval=approval).update(accepted_at=timezone.now())


LARGE = approvals.register(
    approvals.Kind("export.large", _("大批量导出"), "export.approve", _accepted)
)


# ---- making and deleting the files: the work of a job


def exports_make() -> int:
    """Make what was accepted, delete what is past its days; how many files came or went."""
    made = sum(_tried(request) for request in selectors.export_to_make())
    return made + sum(_deleted(request) for request in selectors.export_to_delete())


def _tried(request: ExportRequest) -> bool:
    if request.tries >= selectors.MOST_TRIES:
        _gave_up(request, "failed")
        return False
    request.tries += 1
    request.save(update_fields=["tries"])
    try:
        _made(request)
    except Refused as refusal:
        known = dict(ExportRequest.FAILURES)
        code = "not_permitted" if refusal.code == "not_found" else refusal.code
        _gave_up(request, code if code in known else "failed")
        return False
    return True


def _made(request: ExportRequest) -> None:
    """Write under a passing name, then give it its own: a file that is there is whole."""
    asker = request.asked_by
    if "export.large" not in asker.grants:
        raise NotPermitted("export.large")
    asked = asked_again(
        asker, request.of, query=request.query, sort=request.sort, columns=request.columns
    )
    folder = _folder[0]()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = folder / f"{request.pk}.part"
    with open(passing, "wb", opener=_private) as file:
        rows = files.write(file, request.format, asked, limit=None, personal=request.personal)
        file.flush()
        os.fsync(file.fileno())
    name = f"{request.pk}-{secrets.token_hex(8)}.{request.format}"
    passing.rename(folder / name)
    _export_finish(installation(), request=request, file_name=name, rows=rows)


@action("export.make", needs="export.make")
def _export_finish(actor: Person, *, request: ExportRequest, file_name: str, rows: int) -> None:
    keep = timedelta(days=selectors.export_rule(request.asked_by).keep_days)
    request.file_name, request.rows = file_name, rows
    request.made_at = timezone.now()
    request.expires_at = request.made_at + keep
    request.save(update_fields=["file_name", "rows", "made_at", "expires_at"])
    record(actor, "export.make", request, before={}, after={**_content(request), "rows": rows})
    tell(actor, ExportMade(request))


def _gave_up(request: ExportRequest, failure: str) -> None:
    _log.error("export %d is given up: %s", request.pk, failure)
    _export_fail(installation(), request=request, failure=failure)


@action("export.fail", needs="export.make")
def _export_fail(actor: Person, *, request: ExportRequest, failure: str) -> None:
    request.failure = failure
    request.save(update_fields=["failure"])
    record(actor, "export.fail", request, before={}, after={"failure": failure})
    tell(actor, ExportFailed(request))


def _deleted(request: ExportRequest) -> bool:
    """The file first: what is forgotten is gone."""
    export_path(request).unlink(missing_ok=True)
    _export_delete(installation(), request=request)
    return True


@action("export.delete", needs="export.make")
def _export_delete(actor: Person, *, request: ExportRequest) -> None:
    before = {"file": request.file_name}
    request.file_name = ""
    request.save(update_fields=["file_name"])
    record(actor, "export.delete", request, before=before, after={})
    tell(actor, ExportExpired(request))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_TRUNC, 0o600)


def export_taken(actor: Person, *, export_id: int) -> tuple[ExportRequest, Path]:
    """One's own finished export and its file; taking it leaves an audit row.

    Raises:
        NotFound: none such, somebody else's, or past its days.
    """
    request = selectors.export_file(actor, export_id)
    left = Left(
        request.of, request.query, request.sort, tuple(request.columns), request.format,
        request.rows or 0, request.personal, request.approval.reason,
    )  # fmt: skip
    export_recorded(actor, left)
    return request, export_path(request)


def _content(request: ExportRequest) -> dict[str, object]:
    return {
        "export": request.pk, "of": request.of, "query": request.query, "sort": request.sort,
        "columns": request.columns, "format": request.format, "personal": request.personal,
    }  # fmt: skip


# ---- the rule


@action("export.rule", needs="rule.propose")
def export_rule_propose(
    actor: Person, *, rows: int, keep_days: int, valid_from: date, source: str, reason: str
) -> Approval:
    """Propose another limit for the actor's maker; a second person decides.

    Raises:
        BadInput: a number out of range, a day in the past, no source or no reason.
    """
    if not (1 <= rows <= 1_000_000 and 1 <= keep_days <= 365):
        raise BadInput(f"rows {rows}, keep_days {keep_days}: expected 1-1000000 and 1-365")
    if valid_from < days.today() or not source.strip() or not reason.strip():
        raise BadInput("valid_from, source, reason: today or later, and neither empty")
    payload = {
        "rows": rows, "keep_days": keep_days, "valid_from": valid_from.isoformat(),
        "source": source.strip()[:200],
    }  # fmt: skip
    approval = approvals.opened(
        actor, RULE, title=f"{rows} / {keep_days} · {valid_from}", payload=payload, reason=reason
    )
    before = selectors.export_rule(actor)
    was = {"rows": before.rows, "keep_days": before.keep_days}
    record(actor, "export.rule", approval, before=was, after=payload)
    return approval


def _ruled(decider: Person, approval: Approval) -> None:
    del decider
    wish = approval.payload
    ExportRule.objects.create(
        maker=approval.maker, rows=wish["rows"], keep_days=wish["keep_days"],
        valid_from=date.fromisoformat(wish["valid_from"]), source=wish["source"],
        confidence="approved", approval=approval,
    )  # fmt: skip


RULE = approvals.register(approvals.Kind("export.rule", _("导出规则变更"), "rule.approve", _ruled))

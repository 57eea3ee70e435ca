"""Tables of the store as files: as many rows as the export rule lets out, with an audit row first.

The lists of records have their own export (``pages/lists/export.py``); these rows are no records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from voltward.pages.export import as_csv, as_xlsx
from voltward.records.models import Person
from voltward.records.selectors.exports import export_rule
from voltward.records.services import reading_recorded

FORMATS = {"csv": as_csv, "xlsx": as_xlsx}
Rows = Callable[[int], tuple[list[list[str]], int]]


def asked_format(request: HttpRequest) -> str:
    """``csv`` or ``xlsx``; empty: the page itself is asked for."""
    found = request.GET.get("export", "")
    return found if found in FORMATS else ""


def answered(
    actor: Person,
    name: str,
    format: str,
    head: Sequence[str],
    rows: Rows,
    *,
    what: str,
    subject: str,
    **more: str,
) -> HttpResponse:
    """The file, or why not. ``rows(limit)``: at most so many, and how many there are."""
    most = export_rule(actor).rows
    lines, total = rows(most)
    if total > most:
        text = _("共 %(total)d 行，单次导出最多 %(most)d 行；请先筛选。")
        return HttpResponse(
            text % {"total": total, "most": most},
            status=422,
            content_type="text/plain; charset=utf-8",
        )
    reading_recorded(actor, what=what, subject=subject, rows=total, format=format, filter=more)
    return FORMATS[format](name, head, lines)

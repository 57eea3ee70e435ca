"""The editor of risk matrices (GB/T 45688 C.1, C.2, C.4, C.5): columns V, T, C with advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from voltward.base.errors import WrongState
from voltward.findings.catalogue import rule_of
from voltward.monitoring.limit_checks import BadLimits
from voltward.monitoring.limit_keys import KnownLimit
from voltward.monitoring.limit_matrix import Matrix, advice, matrices
from voltward.monitoring.limit_posted import GROUNDS, UNUSED, posted_matrix
from voltward.monitoring.limit_words import (
    advice_text,
    complaint_text,
    number_text,
    rule_title,
)
from voltward.monitoring.models import LimitRevision
from voltward.monitoring.models.limits import CONFIDENCES
from voltward.monitoring.selectors import limits as selectors
from voltward.monitoring.services import limits as services
from voltward.pages.access import needs
from voltward.records.actors import actor_of

MILLI = 1000.0


@dataclass(frozen=True)
class Cell:
    known: KnownLimit
    text: str
    default: str


@dataclass(frozen=True)
class Shown:
    """One matrix: rows V, T, C of cells, what stands beside it, and what an editor should see."""

    matrix: Matrix
    title: str
    rows: list[tuple[str, str, list[Cell]]]
    grounds: dict[str, str]
    boundary: str
    advice: list[str]
    complaints: list[str]


@needs("limit.propose")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, revision_id: int) -> HttpResponse:
    """All four matrices of a draft."""
    actor = actor_of(request)
    row = selectors.limit_revision_by_id(actor, revision_id)
    found = matrices()
    cells = {known.key: one.stem for one in found for known in one.cells.values()}
    given: dict[str, Any] = {}
    complaints: dict[str, list[str]] = {}
    if request.method == "POST":
        given = posted_matrix(request.POST, cells)
        try:
            services.limit_write(actor, revision_id=row.pk, values=given)
        except BadLimits as refusal:
            for one in refusal.complaints:
                complaints.setdefault(cells.get(one.key, ""), []).append(complaint_text(one))
        except WrongState:
            messages.error(request, _("该版本已不是草稿，不能修改。"))
            return redirect("limit-revision", row.pk)
        else:
            messages.success(request, _("已保存到草稿。"))
            return redirect("limit-matrices", row.pk)
    boundary = selectors.boundary_of(actor, row.limit_set)
    chemistry = selectors.chemistry_of(row.limit_set)
    shown = [
        _shown(one, row, given, chemistry, boundary, complaints.get(one.stem, [])) for one in found
    ]
    context = {"row": row, "matrices": shown, "confidences": CONFIDENCES, "boundary": boundary}
    status = 422 if complaints else 200
    return render(request, "monitoring/limit_matrices.html", context, status=status)


def _shown(
    matrix: Matrix, row: LimitRevision, given: dict[str, Any], chemistry: str, boundary: Any,
    complaints: list[str],
) -> Shown:  # fmt: skip
    values = {key: entry for key, entry in row.values.items() if key not in given}
    values |= {key: entry for key, entry in given.items() if entry is not None}
    rows = []
    for part, title in (("v", _("阈值")), ("t", _("允许持续时间")), ("c", _("允许次数"))):
        cells = [_cell(matrix.cells[part, number], values, chemistry) for number in matrix.numbers]
        rows.append((title, cells[0].known.limit.unit, cells))
    bound = getattr(boundary, matrix.boundary, None) if boundary is not None else None
    if bound is not None and matrix.unit == "mV":
        bound *= MILLI
    told = [] if complaints else advice(matrix, matrix.columns(values, chemistry), bound)
    first: dict[str, Any] = next(
        (values[one.key] for one in matrix.cells.values() if one.key in values), {}
    )
    rule = rule_of(matrix.rule)
    return Shown(
        matrix,
        rule_title(rule) if rule else matrix.rule,
        rows,
        {name: str(first.get(name, "")) for name in GROUNDS},
        "" if bound is None else number_text(bound, matrix.unit),
        [advice_text(one) for one in told],
        complaints,
    )


def _cell(known: KnownLimit, values: dict[str, Any], chemistry: str) -> Cell:
    entry = values.get(known.key)
    if entry is None:
        text = ""
    elif entry["value"] is None:
        text = UNUSED
    else:
        value = entry["value"]
        text = value if isinstance(value, str) else f"{value:.10g}"
    return Cell(known, text, number_text(known.default(chemistry)))

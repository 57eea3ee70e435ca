"""A revision of limits: its page, writing a draft as a table, files, proposing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.findings.catalogue import DETECTORS
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_checks import BadLimits
from voltward.monitoring.limit_keys import KnownLimit, known_limits
from voltward.monitoring.limit_posted import posted
from voltward.monitoring.limit_titles import limit_title
from voltward.monitoring.limit_words import (
    DOTS,
    STAGES,
    complaint_said,
    complaint_text,
    entry_text,
    number_text,
    rule_title,
)
from voltward.monitoring.models import LimitRevision
from voltward.monitoring.models.limits import CONFIDENCES, VEHICLE_MODEL
from voltward.monitoring.selectors import limits as selectors
from voltward.monitoring.services import limits as services
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.ui.forms import LOCAL_INSTANT


class ProposeForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("修订理由"), max_length=500)
    wished_from = forms.DateTimeField(
        label=gettext_lazy("生效时间（留空：批准两分钟后）"),
        required=False,
        widget=forms.DateTimeInput(format=LOCAL_INSTANT, attrs={"type": "datetime-local"}),
    )


class TryForm(forms.Form):
    """``days``: up to now."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("历史数据"), coerce=int, initial=7,
        choices=[(1, gettext_lazy("最近 1 天")), (7, gettext_lazy("最近 7 天")),
                 (30, gettext_lazy("最近 30 天"))],
    )  # fmt: skip
    most_vehicles = forms.IntegerField(
        label=gettext_lazy("最多车辆数"), initial=1000, min_value=1, max_value=10_000
    )


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, revision_id: int) -> HttpResponse:
    """What a revision says and how it stands."""
    return _page(request, actor_of(request), revision_id)


def _page(
    request: HttpRequest, actor: Person, revision_id: int, *, complaints: tuple[str, ...] = (),
    form: forms.Form | None = None,
) -> HttpResponse:  # fmt: skip
    row = selectors.limit_revision_by_id(actor, revision_id)
    revisions = list(selectors.limit_revisions(actor).filter(limit_set=row.limit_set))
    standing = next(one for one in selectors.standings(revisions) if one.revision.pk == row.pk)
    base = row.base.values if row.base else {}
    lines = [
        (key, limit_title(key), entry_text(key, row.values.get(key)), row.values.get(key),
         entry_text(key, base.get(key)), row.values.get(key) != base.get(key))
        for key in sorted({*base, *row.values})
    ]  # fmt: skip
    subject = row.limit_set.chemistry or row.limit_set.battery_type_id
    context = {
        "row": row, "standing": standing, "stage": STAGES[standing.stage],
        "dot_of": DOTS[standing.stage], "lines": lines, "complaints": complaints,
        "changed": sum(1 for line in lines if line[5]),
        "is_draft": row.state == states.DRAFT and "limit.propose" in actor.grants,
        "may_try": row.state != states.DROPPED and "limit.propose" in actor.grants,
        "may_copy": standing.stage in (states.REFUSED, states.DROPPED)
        and "limit.propose" in actor.grants,
        "scope": f"{row.limit_set.scope}:{subject or row.limit_set.vehicle_model_id or ''}",
        "of_model": row.limit_set.scope == VEHICLE_MODEL,
        "form": form or ProposeForm(), "try_form": TryForm(),
        "trials": selectors.trials_of(actor, row)[:20],
    }  # fmt: skip
    status = 422 if complaints or (form and form.errors) else 200
    return render(request, "monitoring/limit_revision.html", context, status=status)


# ---- writing


@dataclass
class Row:
    """A limit as the table shows it: what the draft says, else what was posted and refused."""

    known: KnownLimit
    title: str
    default: str
    wider: str
    entry: dict[str, Any]
    complaints: list[str] = field(default_factory=list)


def _groups() -> list[tuple[str, str]]:
    """Detectors with limits that are no cells of a risk matrix, by name."""
    return [
        (one.name, " · ".join(dict.fromkeys(rule_title(rule) for rule in one.rules[:2])))
        for one in DETECTORS
        if any(known.detector is one for known in known_limits().values() if known.cell is None)
    ]


@needs("limit.propose")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, revision_id: int, group: str) -> HttpResponse:
    """The limits of one detector as a table."""
    actor = actor_of(request)
    row = selectors.limit_revision_by_id(actor, revision_id)
    keys = [
        key
        for key, known in known_limits().items()
        if known.detector.name == group and known.cell is None
    ]
    given = posted(request.POST, keys) if request.method == "POST" else {}
    complaints: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            services.limit_write(actor, revision_id=row.pk, values=given)
        except BadLimits as refusal:
            for one in refusal.complaints:
                complaints.setdefault(one.key, []).append(complaint_said(one))
        except WrongState:
            messages.error(request, _("该版本已不是草稿，不能修改。"))
            return redirect("limit-revision", row.pk)
        else:
            messages.success(request, _("已保存到草稿。"))
            return redirect("limit-edit", row.pk, group)
    context = {
        "row": row, "groups": _groups(), "group": group, "confidences": CONFIDENCES,
        "rows": _rows(actor, row, keys, given, complaints),
        "refused": bool(complaints),
    }  # fmt: skip
    status = 422 if complaints else 200
    return render(request, "monitoring/limit_edit.html", context, status=status)


def _rows(
    actor: Person, row: LimitRevision, keys: list[str], given: dict[str, Any],
    complaints: dict[str, list[str]],
) -> list[Row]:  # fmt: skip
    wider = selectors.wider_values(actor, row.limit_set)
    chemistry = selectors.chemistry_of(row.limit_set)
    found = []
    for key in keys:
        known, above = known_limits()[key], wider.get(key)
        entry = given[key] if key in given else row.values.get(key)
        above_text = f"{entry_text(key, above[0])} · {above[1]}" if above else ""
        default = number_text(known.default(chemistry), known.limit.unit)
        found.append(
            Row(known, limit_title(key), default, above_text, entry or {}, complaints.get(key, []))
        )
    return found


@needs("limit.propose")
@require_POST
def take_file(request: HttpRequest, revision_id: int) -> HttpResponse:
    """A YAML file in place of the draft's values."""
    actor, file = actor_of(request), request.FILES.get("file")
    row = selectors.limit_revision_by_id(actor, revision_id)
    try:
        text = file.read().decode() if file is not None else ""
        services.limit_import(actor, revision_id=row.pk, text=text)
    except UnicodeDecodeError:
        return _page(request, actor, row.pk, complaints=(_("文件不是 UTF-8 编码的文本。"),))
    except BadLimits as refusal:
        told = tuple(complaint_text(one) for one in refusal.complaints)
        return _page(request, actor, row.pk, complaints=told)
    except WrongState:
        messages.error(request, _("该版本已不是草稿，不能修改。"))
    else:
        messages.success(request, _("已从文件读入草稿。"))
    return redirect("limit-revision", row.pk)


@needs("limit.propose")
@require_POST
def propose(request: HttpRequest, revision_id: int) -> HttpResponse:
    """Ask a second person."""
    actor, form = actor_of(request), ProposeForm(request.POST)
    row = selectors.limit_revision_by_id(actor, revision_id)
    if form.is_valid():
        try:
            asked = services.limit_propose(actor, revision_id=row.pk, **form.cleaned_data)
        except BadLimits as refusal:
            told = tuple(complaint_text(one) for one in refusal.complaints)
            return _page(request, actor, row.pk, complaints=told, form=form)
        except BadInput:
            early = form.cleaned_data["wished_from"]
            past = early is not None and early <= timezone.now()
            form.add_error(
                "wished_from" if past else None,
                _("生效时间必须在今后一年内。")
                if past
                else _("草稿与现行限值没有差别，或未写理由。"),
            )
        except WrongState:
            form.add_error(None, _("该版本已不是草稿，不能修改。"))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("approval", asked.pk)
    return _page(request, actor, row.pk, form=form)


@needs("limit.propose")
@require_POST
def drop(request: HttpRequest, revision_id: int) -> HttpResponse:
    """Give the draft up."""
    actor = actor_of(request)
    row = selectors.limit_revision_by_id(actor, revision_id)
    try:
        services.limit_drop(actor, revision_id=row.pk)
    except WrongState:
        messages.error(request, _("该版本已不是草稿，不能修改。"))
    else:
        messages.success(request, _("草稿已作废。"))
    return redirect("limit-set", row.limit_set_id)

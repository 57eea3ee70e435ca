"""Sets of limits: what holds where, the revisions of one, comparing, rolling back, files."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_titles import limit_title
from voltward.monitoring.limit_words import DOTS, STAGES, entry_text
from voltward.monitoring.limit_yaml import written
from voltward.monitoring.models import LimitRevision
from voltward.monitoring.selectors import limits as selectors
from voltward.monitoring.services import limits as services
from voltward.pages.access import needs
from voltward.records.actions import label, write_row
from voltward.records.actors import actor_of


class ScopeForm(forms.Form):
    scope = forms.ChoiceField(label=gettext_lazy("适用范围"))


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("理由"), max_length=500)


@needs("telemetry.read")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every set with what is in force, pending and drafted."""
    actor = actor_of(request)
    by_set: dict[int, list[LimitRevision]] = {}
    for one in selectors.limit_revisions(actor):
        by_set.setdefault(one.limit_set_id, []).append(one)
    ordered = sorted(
        selectors.limit_sets(actor), key=lambda one: (selectors.BREADTH[one.scope], str(one))
    )
    lines = []
    for limit_set in ordered:
        found = {one.stage: one.revision for one in _reversed(by_set.get(limit_set.pk, []))}
        stages = (states.IN_FORCE, states.PENDING, states.PROPOSED, states.DRAFT)
        lines.append((limit_set, [found.get(stage) for stage in stages]))
    form = ScopeForm()
    form.fields["scope"].choices = selectors.scope_choices(actor)  # type: ignore[attr-defined]
    context = {
        "lines": lines, "form": form, "may_propose": "limit.propose" in actor.grants,
    }  # fmt: skip
    return render(request, "monitoring/limit_sets.html", context)


def _reversed(revisions: list[LimitRevision]) -> list[selectors.Standing]:
    """The oldest first, so that the newest of each stage stays."""
    return selectors.standings(revisions)[::-1]


@needs("limit.propose")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft of a scope, or go to the one there is."""
    actor = actor_of(request)
    scope, _sep, subject = request.POST.get("scope", "").partition(":")
    copied = request.POST.get("copy_of", "")
    try:
        row = services.limit_draft(
            actor, scope=scope, subject=subject, copy_of=int(copied) if copied.isdigit() else None
        )
    except WrongState:
        columns = {"battery_type": "battery_type", "vehicle_model": "vehicle_model"}
        rows = selectors.limit_revisions(actor).filter(state=states.DRAFT, limit_set__scope=scope)
        if scope in columns:
            rows = rows.filter(**{f"limit_set__{columns[scope]}": subject})
        elif scope == "chemistry":
            rows = rows.filter(limit_set__chemistry=subject)
        row = rows.get()
        messages.warning(request, _("该范围已有草稿，已为您打开。"))
    return redirect("limit-revision", row.pk)


@needs("telemetry.read")
@require_safe
def set_page(request: HttpRequest, set_id: int) -> HttpResponse:
    """The revisions of one set, newest first."""
    actor = actor_of(request)
    limit_set = selectors.limit_set_by_id(actor, set_id)
    revisions = list(selectors.limit_revisions(actor).filter(limit_set=limit_set))
    newest = selectors.newest_approved(limit_set)
    lines = []
    for one in selectors.standings(revisions):
        back = one.revision.state == states.APPROVED and newest != one.revision
        lines.append((one, STAGES[one.stage], DOTS[one.stage], back))
    context = {
        "limit_set": limit_set, "lines": lines, "scope": scope_of(revisions),
        "has_draft": any(one.state == states.DRAFT for one in revisions),
        "may_propose": "limit.propose" in actor.grants,
        "vehicles": selectors.vehicles_of(limit_set).count(),
    }  # fmt: skip
    return render(request, "monitoring/limit_set.html", context)


def scope_of(revisions: list[LimitRevision]) -> str:
    """``scope:subject`` of a set, as the form for drafts takes it."""
    if not revisions:
        return ""
    found = revisions[0].limit_set
    subject = found.chemistry or found.battery_type_id or found.vehicle_model_id or ""
    return f"{found.scope}:{subject}"


@needs("telemetry.read")
@require_safe
def compare(request: HttpRequest, revision_id: int, other_id: int) -> HttpResponse:
    """Two revisions of one set beside each other: only what differs."""
    actor = actor_of(request)
    one = selectors.limit_revision_by_id(actor, revision_id)
    other = selectors.limit_revision_by_id(actor, other_id)
    lines = [
        (key, limit_title(key), one.values.get(key), other.values.get(key))
        for key in sorted({*one.values, *other.values})
        if one.values.get(key) != other.values.get(key)
    ]
    shown = [
        (key, title, entry_text(key, first), first, entry_text(key, second), second)
        for key, title, first, second in lines
    ]
    context = {"one": one, "other": other, "lines": shown}
    return render(request, "monitoring/limit_compare.html", context)


@needs("limit.propose")
@require_http_methods(["GET", "POST"])
def roll_back(request: HttpRequest, revision_id: int) -> HttpResponse:
    """Ask a second person to bring an earlier revision's values back."""
    actor = actor_of(request)
    row = selectors.limit_revision_by_id(actor, revision_id)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.limit_roll_back(actor, to_id=row.pk, note=form.cleaned_data["note"])
        except WrongState:
            form.add_error(None, _("只能恢复到曾经批准的较早版本。"))
        except BadInput:
            form.add_error("note", _("请写明理由。"))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("approval", asked.pk)
    newest = selectors.newest_approved(row.limit_set)
    context = {"row": row, "newest": newest, "form": form}
    status = 422 if form.errors else 200
    return render(request, "monitoring/limit_roll_back.html", context, status=status)


@needs("telemetry.read")
@require_safe
def export(request: HttpRequest, revision_id: int) -> HttpResponse:
    """The values of a revision as a YAML file; that it was taken is kept."""
    actor = actor_of(request)
    row = selectors.limit_revision_by_id(actor, revision_id)
    text = written(row.values, scope=str(row.limit_set), revision=str(row.number))
    write_row(
        actor, "limit.export", subject=label(row), result="read", after={"count": len(row.values)}
    )
    name = f"limits-{row.name}.yaml"
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

"""Trying a draft on stored rows: asking for it, how far it is, what came out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.findings.catalogue import rule_of
from voltward.fleet.selectors import vehicle_visible
from voltward.monitoring.limit_words import rule_title
from voltward.monitoring.models import LimitTrial
from voltward.monitoring.selectors.limits import trial_by_id
from voltward.monitoring.services.limit_trials import limit_trial_ask
from voltward.monitoring.ui.limit_drafts import TryForm
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person


@needs("limit.propose")
@require_POST
def ask(request: HttpRequest, revision_id: int) -> HttpResponse:
    form, now = TryForm(request.POST), timezone.now()
    if not form.is_valid():
        messages.error(request, _("请选择历史数据范围，车辆数为 1 至 10000。"))
        return redirect("limit-revision", revision_id)
    given = form.cleaned_data
    try:
        trial = limit_trial_ask(
            actor_of(request), revision_id=revision_id, ends_at=now,
            begins_at=now - timedelta(days=given["days"]), most_vehicles=given["most_vehicles"],
        )  # fmt: skip
    except WrongState:
        messages.error(request, _("该版本已作废，或已有试算正在进行。"))
        return redirect("limit-revision", revision_id)
    except BadInput:
        messages.error(request, _("请选择历史数据范围，车辆数为 1 至 10000。"))
        return redirect("limit-revision", revision_id)
    return redirect("limit-trial", trial.pk)


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, trial_id: int) -> HttpResponse:
    """How far it is, then what each book of limits told."""
    actor = actor_of(request)
    trial = trial_by_id(actor, trial_id)
    return render(request, "monitoring/limit_trial.html", {"trial": trial, **_told(actor, trial)})


@needs("telemetry.read")
@require_safe
def progress(request: HttpRequest, trial_id: int) -> HttpResponse:
    """The part that renews itself."""
    trial = trial_by_id(actor_of(request), trial_id)
    return render(request, "monitoring/limit_trial_progress.html", {"trial": trial})


def _told(actor: Person, trial: LimitTrial) -> dict[str, Any]:
    if trial.state != "done":
        return {}
    result = trial.result
    rules = [
        (code, rule_title(rule) if (rule := rule_of(code)) else code, sides["now"], sides["tried"],
         sides["tried"]["episodes"] - sides["now"]["episodes"])
        for code, sides in result["rules"].items()
    ]  # fmt: skip
    keys = [one for one, *_counts in result["vehicles"]]
    vehicles = vehicle_visible(actor).in_bulk(keys)
    most = max((max(sides.values()) for sides in result["days"].values()), default=1) or 1
    return {
        "rules": rules,
        "days": [(day, sides["now"], sides["tried"]) for day, sides in result["days"].items()],
        "most": most,
        "vehicles": [
            (vehicles[key], now, tried) for key, now, tried in result["vehicles"] if key in vehicles
        ],
        "counts": result["vehicle_counts"],
        "in_scope": result["in_scope"],
        "tried": result["tried"],
        "failed": result["failed"],
    }

"""Choosing which temperatures hold for a model's trips (hazards C.6 to C.8): never by default."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.findings.catalogue import rule_of
from voltward.findings.hazards.profiles import Profile, profiles
from voltward.monitoring.limit_checks import BadLimits
from voltward.monitoring.limit_posted import number_of
from voltward.monitoring.limit_profiles import OWN
from voltward.monitoring.limit_words import complaint_text, number_text, rule_title
from voltward.monitoring.models.limits import VEHICLE_MODEL
from voltward.monitoring.selectors import limits as selectors
from voltward.monitoring.selectors.rules import watched_figures
from voltward.monitoring.services.limits import limit_profile_choose
from voltward.pages.access import needs
from voltward.records.actors import actor_of


@needs("limit.propose")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, revision_id: int) -> HttpResponse:
    """The profiles beside one another, with what each flagged while it was only watched."""
    actor = actor_of(request)
    row = selectors.limit_revision_by_id(actor, revision_id)
    if row.limit_set.scope != VEHICLE_MODEL:
        raise NotFound(f"limit revision {revision_id} is of no vehicle model")
    complaints: list[str] = []
    if request.method == "POST":
        own = {rule: number_of(request.POST.get(f"value:{rule}", "")) or None for rule in _rules()}
        try:
            limit_profile_choose(
                actor, revision_id=row.pk, name=request.POST.get("profile", ""), own=own,
                source=request.POST.get("source", ""), reason=request.POST.get("reason", ""),
            )  # fmt: skip
        except BadLimits as refusal:
            complaints = [complaint_text(one) for one in refusal.complaints]
        except WrongState:
            complaints = [_("该版本已不是草稿，不能修改。")]
        except BadInput:
            complaints = [_("请选择一个限值方案。")]
        else:
            messages.success(request, _("已保存到草稿。"))
            return redirect("limit-revision", row.pk)
    figures = watched_figures(actor, row.limit_set)
    context = {
        "row": row, "complaints": complaints, "own": OWN,
        "rules": [(rule, rule_title(found)) for rule in _rules() if (found := rule_of(rule))],
        "profiles": [_shown(one, figures) for one in profiles()],
        "vehicles": selectors.vehicles_of(row.limit_set).count(),
    }  # fmt: skip
    status = 422 if complaints else 200
    return render(request, "monitoring/limit_profile.html", context, status=status)


def _rules() -> list[str]:
    return list(profiles()[0].thresholds)


def _shown(
    profile: Profile, figures: dict[tuple[str, str], int]
) -> tuple[Profile, str, str, list[tuple[str, int]]]:
    """Title, note, and by hazard the number with how many vehicles it flagged."""
    is_english = get_language() == "en"
    numbers = [
        ("—" if value is None else number_text(value, "℃"), figures.get((profile.name, rule), 0))
        for rule, value in profile.thresholds.items()
    ]
    return (
        profile,
        profile.title_en if is_english else profile.title_zh,
        profile.note_en if is_english else profile.note_zh,
        numbers,
    )

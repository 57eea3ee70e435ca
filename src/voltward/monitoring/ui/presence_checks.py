"""A presence check, answered with one press; and the figures of a month."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import WrongState
from voltward.monitoring.duty_texts import month_of, months_round, shift_title
from voltward.monitoring.selectors.presence_checks import check_by_id, check_figures
from voltward.monitoring.services.presence_checks import presence_answer
from voltward.pages.access import needs
from voltward.records.actors import actor_of


@needs("duty.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, check_id: int) -> HttpResponse:
    """One check: for whoever was asked a button, for the others its record."""
    actor = actor_of(request)
    check = check_by_id(actor, check_id)
    if request.method == "POST":
        try:
            presence_answer(actor, check_id=check.pk)
        except WrongState:
            messages.error(request, _("该查岗已应答。"))
        else:
            messages.success(request, _("已应答查岗。"))
        return redirect("duty-check", check.pk)
    context = {
        "check": check, "title": shift_title(check.shift),
        "may_answer": check.person_id == actor.pk and check.answered_at is None
        and "duty.work" in actor.grants,
    }  # fmt: skip
    return render(request, "monitoring/duty/check.html", context)


@needs("duty.read")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Asked, answered in time, late, missed: by person, for one month."""
    actor, month = actor_of(request), month_of(request.GET.get("month", ""))
    before, after = months_round(month)
    context = {
        "month": month, "before": before, "after": after, "figures": check_figures(actor, month),
    }  # fmt: skip
    return render(request, "monitoring/duty/check_figures.html", context)

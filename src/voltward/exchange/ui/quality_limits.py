"""The limits of data quality with their sources, and asking for another one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput
from voltward.exchange.selectors.quality_limits import (
    quality_limit_of_code,
    quality_limit_visible,
    quality_limits,
)
from voltward.exchange.services.quality_limits import NewQualityLimit, quality_limit_propose
from voltward.exchange.ui.quality_forms import QualityLimitForm
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of


@needs("quality_data.read")
@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    """Every revision: those in force, coming and past."""
    actor, today = actor_of(request), days.today()
    context = {
        "rows": quality_limit_visible(actor),
        "in_force": {row.pk for row in quality_limits(actor.maker_id, today).values()},
        "today": today,
    }
    return render(request, "exchange/quality_limits.html", context)


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a revision; it is in force once a second person agreed."""
    actor = actor_of(request)
    old = quality_limit_of_code(actor, code)
    form = QualityLimitForm(old, request.POST or None, initial={"value": old.value})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            quality_limit_propose(actor, code=code, limit=NewQualityLimit(**given), reason=reason)
        except BadInput:
            form.add_error(None, _("数值须在范围内，生效日期最早为明天，依据与理由不能为空。"))
        else:
            messages.success(request, _("已提交，待第二人审批后生效。"))
            return redirect("quality-limits" if "quality_data.read" in actor.grants else "home")
    context = {"form": form, "limit": old}
    return render(
        request, "exchange/quality_limit.html", context, status=422 if form.errors else 200
    )

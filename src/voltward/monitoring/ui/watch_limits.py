"""The limits of the watch queues with their sources, and asking for another one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput, NotFound
from voltward.monitoring.selectors.watch import without_self_discharge
from voltward.monitoring.selectors.watch_limits import (
    limit_of_code,
    limit_visible,
    limits_in_force,
)
from voltward.monitoring.services.watch_limits import NewLimit, watch_limit_propose
from voltward.monitoring.ui.watch_forms import LimitForm
from voltward.monitoring.ui.watch_words import unit_text
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of


@needs("watch.read")
@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    """Every revision: those in force, coming and past."""
    actor = actor_of(request)
    now = limits_in_force(actor.maker_id, days.today())
    in_force = {row.pk for row in now.usual.values()}
    in_force |= {row.pk for rows in now.of_battery.values() for row in rows.values()}
    context = {
        "rows": [(row, unit_text(row.unit)) for row in limit_visible(actor)],
        "in_force": in_force,
        "today": days.today(),
        "without": without_self_discharge(actor),
    }
    return render(request, "monitoring/watch_limits.html", context)


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a revision; it is in force once a second person agreed."""
    actor = actor_of(request)
    old = limit_of_code(actor, code)
    form = LimitForm(actor, old, request.POST or None, initial={"value": old.value})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            watch_limit_propose(actor, code=code, limit=NewLimit(**given), reason=reason)
        except (BadInput, NotFound):
            form.add_error(None, _("数值须在范围内，生效日期不能早于今天，依据与理由不能为空。"))
        else:
            messages.success(request, _("已提交，待第二人审批后生效。"))
            return redirect("watch-limits" if "watch.read" in actor.grants else "home")
    context = {"form": form, "limit": old, "unit": unit_text(old.unit)}
    return render(
        request, "monitoring/watch_limit.html", context, status=422 if form.errors else 200
    )

"""Legal holds: the list, placing one, and the page of one with its papers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, WrongState
from voltward.pages.access import needs
from voltward.records.selectors import holds as selectors
from voltward.records.services import holds as services
from voltward.records.ui.person import person_of

SHOWN = 200


@needs("hold.manage")
@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """All holds; a POST places one."""
    actor, refused = person_of(request), False
    if request.method == "POST":
        try:
            hold = services.hold_place(
                actor, reason=request.POST.get("reason", ""),
                records=request.POST.get("records", "").split(),
            )  # fmt: skip
        except BadInput:
            refused = True
            messages.error(request, _("请填写事由，并按 Vehicle:17 的形式逐个填写记录。"))
        else:
            messages.success(request, _("保全已生效，所列记录不会被删除。"))
            return redirect("hold", hold.pk)
    rows = selectors.hold_visible(actor)[:SHOWN]
    return render(request, "records/holds.html", {"rows": rows}, status=422 if refused else 200)


@needs("hold.manage")
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One hold; a POST lifts it."""
    actor = person_of(request)
    row = selectors.hold_by_id(actor, hold_id)
    if request.method == "POST":
        try:
            services.hold_lift(actor, hold_id=hold_id, reason=request.POST.get("reason", ""))
        except BadInput:
            messages.error(request, _("请填写解除理由。"))
        except WrongState:
            messages.error(request, _("该保全已解除。"))
        else:
            messages.success(request, _("保全已解除。"))
        return redirect("hold", hold_id)
    return render(request, "records/hold.html", {"hold": row})

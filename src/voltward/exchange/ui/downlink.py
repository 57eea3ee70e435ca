"""下行指令: one command's page, a vehicle's tab, asking and taking back."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import downlink_states as states
from voltward.exchange.downlink_words import DOTS, answer_lines, lines_of
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.models.downlink import CONTROL
from voltward.exchange.proof_words import flag_text
from voltward.exchange.selectors import downlink as selectors
from voltward.exchange.services.downlink import downlink_ask, downlink_withdraw
from voltward.exchange.ui.downlink_forms import FORMS
from voltward.monitoring.ui.actors import vehicle_of
from voltward.pages.access import needs
from voltward.records.actors import actor_of

PAGE: Final = 50


@needs("downlink.read")
@require_safe
def page(request: HttpRequest, command_id: int) -> HttpResponse:
    actor = actor_of(request)
    row = selectors.downlink_by_id(actor, command_id)
    context = {
        "row": row,
        "dot": DOTS[row.state],
        "lines": lines_of(row),
        "answer": answer_lines(row),
        "flag": flag_text(row.edition, row.flag) if row.flag is not None else "",
        "may_withdraw": row.state == states.QUEUED and "downlink.ask" in actor.grants,
    }
    return render(request, "exchange/downlink_command.html", context)


@needs("downlink.read")
@require_safe
def tab(request: HttpRequest, vin: str) -> HttpResponse:
    """A vehicle's commands, newest first."""
    actor, vehicle = actor_of(request), vehicle_of(request, vin)
    rows = Paginator(selectors.downlink_of(actor, vehicle), PAGE)
    shown = rows.get_page(request.GET.get("page"))
    context = {
        "vehicle": vehicle,
        "rows": [(row, DOTS[row.state]) for row in shown],
        "shown": shown,
        "kinds": DownlinkCommand.KINDS if "downlink.ask" in actor.grants else [],
    }
    return render(request, "exchange/vehicle_downlink.html", context)


@needs("downlink.ask")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, vin: str, kind: str) -> HttpResponse:
    """Asking a second person for a command."""
    if kind not in FORMS:
        raise Http404(kind)
    actor, vehicle = actor_of(request), vehicle_of(request, vin)
    form = FORMS[kind](*selectors.grounds_of(actor, vehicle), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = downlink_ask(
                actor, vin=vehicle.vin, kind=kind, edition=given["edition"], body=form.body(),
                control=form.control, password=form.password, reason=given["reason"],
                grounds=given["grounds"],
            )  # fmt: skip
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("downlink-command", row.pk)
    context = {
        "vehicle": vehicle, "form": form, "title": dict(DownlinkCommand.KINDS)[kind],
        "is_control": kind == CONTROL,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "exchange/downlink_form.html", context, status=status)


@needs("downlink.ask")
@require_POST
def withdraw(request: HttpRequest, command_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        downlink_withdraw(actor_of(request), command_id=command_id, reason=reason)
    except BadInput:
        messages.error(request, _("请写明理由。"))
    except WrongState:
        messages.error(request, _("指令的状态已变，不能再撤回。"))
    else:
        messages.success(request, _("指令已撤回，不会下发。"))
    return redirect("downlink-command", command_id)

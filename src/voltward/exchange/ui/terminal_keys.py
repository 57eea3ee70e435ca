"""One terminal key: its page, and asking a second person to activate or revoke it."""

from __future__ import annotations

from textwrap import wrap

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import states
from voltward.exchange.selectors.terminal_keys import terminal_key_by_id
from voltward.exchange.services.terminal_keys import STEPS, terminal_key_ask
from voltward.pages.access import needs
from voltward.records.actors import actor_of


@needs("terminal_key.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, key_id: int) -> HttpResponse:
    """Shows a key; a POST asks for a step."""
    actor = actor_of(request)
    row = terminal_key_by_id(actor, key_id)
    if request.method == "POST":
        step = request.POST.get("step", "")
        try:
            terminal_key_ask(actor, key_id=row.pk, step=step, reason=request.POST.get("reason", ""))
        except BadInput:
            messages.error(request, _("请填写理由。"))
        except WrongState:
            messages.error(request, _("该密钥的状态已改变，或已在等待审批。"))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
        return redirect("terminal-key", row.pk)
    waits = row.approval is not None and row.approval.state == "waiting"
    may_ask = "terminal_key.write" in actor.grants and not waits
    steps = [one for one in STEPS if may_ask and (row.state, one) in states.STEPS]
    fingerprint = " ".join(wrap(row.fingerprint, 8))  # as people compare it, group by group
    context = {"row": row, "waits": waits, "steps": steps, "fingerprint": fingerprint}
    return render(request, "exchange/terminal_key.html", context)

"""A revision of a platform's settings: what it says, what it changes, proposing it, giving it up."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.platform_words import DOTS, STAGES, lines_of
from voltward.exchange.selectors import platforms as selectors
from voltward.exchange.services.platform_approving import uplink_propose
from voltward.exchange.services.platforms import PROPOSE, uplink_drop
from voltward.exchange.ui.platform_forms import NoteForm
from voltward.pages.access import needs
from voltward.records.actors import actor_of


@needs("exchange.read")
@require_safe
def page(request: HttpRequest, name: str, number: int) -> HttpResponse:
    return _drawn(request, name, number, NoteForm())


@needs(PROPOSE)
@require_POST
def propose(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Ask a second person."""
    form = NoteForm(request.POST)
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            asked = uplink_propose(actor_of(request), name=name, number=number, note=note)
        except BadInput as refusal:
            form.refuse(refusal)
        except WrongState:
            form.add_error(None, _("该版本已不是草稿，不能修改。"))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("approval", asked.pk)
    return _drawn(request, name, number, form)


@needs(PROPOSE)
@require_POST
def drop(request: HttpRequest, name: str, number: int) -> HttpResponse:
    try:
        uplink_drop(actor_of(request), name=name, number=number)
    except WrongState:
        messages.error(request, _("该版本已不是草稿，不能修改。"))
    else:
        messages.success(request, _("草稿已作废。"))
    return redirect("uplink", name)


def _drawn(request: HttpRequest, name: str, number: int, form: forms.Form) -> HttpResponse:
    actor = actor_of(request)
    row = selectors.revision_by_number(actor, name, number)
    revisions = list(selectors.revisions_of(row.platform))
    stage = next(one.stage for one in selectors.standings(revisions) if one.revision.pk == row.pk)
    was = dict(lines_of(row.base)) if row.base else {}
    may_propose = "exchange.propose" in actor.grants
    context = {
        "row": row, "platform": row.platform, "stage": STAGES[stage], "dot_of": DOTS[stage],
        "lines": [(title, text, was.get(title, "—")) for title, text in lines_of(row)],
        "form": form,
        "is_draft": row.state == states.DRAFT and may_propose,
        "may_copy": may_propose and row.state != states.DRAFT
        and row.platform.state != states.RETIRED,
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "exchange/link_revision.html", context, status=status)

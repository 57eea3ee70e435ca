"""Proposing what is agreed with the terminals."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput
from voltward.exchange.models import SealAgreement
from voltward.exchange.services.seal_agreements import FIELDS, seal_agreement_propose
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.days import today


class SealAgreementForm(forms.ModelForm):  # type: ignore[type-arg]
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500)

    class Meta:
        model = SealAgreement
        fields = list(FIELDS)
        widgets = {"effective_from": forms.DateInput(attrs={"type": "date"})}


@needs("terminal_key.write")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Ask a second person for an agreement."""
    form = SealAgreementForm(request.POST or None, initial={"effective_from": today().isoformat()})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        reason = values.pop("reason")
        try:
            seal_agreement_propose(actor_of(request), values=values, reason=reason)
        except BadInput:
            form.add_error("effective_from", _("生效日期不能早于今天。"))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("seal-agreements")
    status = 422 if form.errors else 200
    return render(request, "exchange/seal_agreement_propose.html", {"form": form}, status=status)

"""Published texts of the monitoring agreement, and withdrawing one that was given."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput, WrongState
from voltward.fleet.selectors.agreements import agreement_versions
from voltward.fleet.services.agreements import agreement_version_publish, agreement_withdraw
from voltward.pages.access import needs
from voltward.records.actors import actor_of


class VersionForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("版本号"), max_length=40)
    title = forms.CharField(label=gettext_lazy("标题"), max_length=120)
    text = forms.CharField(label=gettext_lazy("正文"), max_length=200_000, widget=forms.Textarea)


@needs("agreement.write")
@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest) -> HttpResponse:
    """All published texts, and the form for the next."""
    actor, form = actor_of(request), VersionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agreement_version_publish(actor, **form.cleaned_data)
        except BadInput:
            form.add_error("code", _("该版本号已被使用。"))
        else:
            messages.success(request, _("已发布。"))
            return redirect("agreement-versions")
    context = {"form": form, "versions": agreement_versions(actor)}
    return render(
        request, "fleet/agreement_versions.html", context, status=422 if form.errors else 200
    )


@needs("agreement.write")
@require_POST
def withdraw(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The owner takes consent back; monitoring goes on."""
    try:
        agreement = agreement_withdraw(
            actor_of(request), agreement_id=agreement_id, note=request.POST.get("note", "")[:300]
        )
    except WrongState:
        messages.error(request, _("该同意已撤回。"))
        return redirect("vehicles")
    messages.success(request, _("已撤回：监测继续，数据不再用于其他用途。"))
    return redirect("vehicle-agreements", agreement.vehicle.vin)

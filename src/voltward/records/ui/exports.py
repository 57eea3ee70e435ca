"""One's own large exports: what waits, what is ready, and the rule that says what is large."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.pages.lists.export import streamed
from voltward.records.actors import actor_of
from voltward.records.selectors import exports as selectors
from voltward.records.services import exports as services

LISTED = 100


class RuleForm(forms.Form):
    rows = forms.IntegerField(
        label=gettext_lazy("单人导出上限（行）"), min_value=1, max_value=1_000_000
    )
    keep_days = forms.IntegerField(label=gettext_lazy("文件保存（天）"), min_value=1, max_value=365)
    valid_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500)


@needs("export.large")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page(request, RuleForm())


@needs("rule.propose")
@require_POST
def rule(request: HttpRequest) -> HttpResponse:
    """Propose another limit; a second person decides."""
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            services.export_rule_propose(actor_of(request), **form.cleaned_data)
        except BadInput:
            form.add_error("valid_from", _("生效日期不得早于今天。"))
        else:
            messages.success(request, _("规则变更已提交审批。"))
            return redirect("exports")
    return _page(request, form)


@needs("export.large")
@require_safe
def download(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The file, for the one who asked for it only."""
    taken, path = services.export_taken(actor_of(request), export_id=export_id)
    return streamed(request, path.open("rb"), name=taken.of, format=taken.format)


def _page(request: HttpRequest, form: RuleForm) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "exports": selectors.export_visible(actor)[:LISTED],
        "rule": selectors.export_rule(actor),
        "form": form,
        "may_propose": "rule.propose" in actor.grants,
    }
    return render(request, "records/exports.html", context, status=422 if form.errors else 200)

"""Webhooks: adding an address, its key shown once, changing, closing, and what it was told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring.models.webhooks import KINDS
from voltward.monitoring.selectors.webhooks import deliveries_of, webhook_by_id
from voltward.monitoring.services import webhooks as services
from voltward.pages.access import needs
from voltward.records.actors import actor_of

LISTED = 100
MANAGE = services.MANAGE


class WebhookForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    url = forms.URLField(label=gettext_lazy("地址（https）"), max_length=300, assume_scheme="https")
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("事件"), choices=KINDS, widget=forms.CheckboxSelectMultiple
    )

    def refuse(self, refusal: BadInput) -> None:
        field = str(refusal).partition(":")[0]
        texts = {
            "name": _("名称不能为空，也不能与已有地址相同。"),
            "url": _("须为 https 地址，且主机在外发名单（notice_hosts）中。"),
            "kinds": _("请至少选择一种事件。"),
        }
        self.add_error(field if field in self.fields else None, texts.get(field, _("填写有误。")))


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new address; its key is in the answer that makes it, and nowhere else."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, key = services.webhook_create(actor_of(request), **form.cleaned_data)
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            return _drawn(request, made.pk, key=key)
    status = 422 if form.errors else 200
    return render(request, "monitoring/webhook.html", {"form": form}, status=status)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """One address; a POST changes it."""
    hook = webhook_by_id(actor_of(request), webhook_id)
    if request.method != "POST":
        return _drawn(request, hook.pk)
    form, key = WebhookForm(request.POST), ""
    if form.is_valid():
        try:
            _hook, key = services.webhook_change(
                actor_of(request), webhook_id=hook.pk, **form.cleaned_data
            )
        except BadInput as refusal:
            form.refuse(refusal)
        except WrongState:
            form.add_error(None, _("该地址已停用。"))
        else:
            messages.success(request, _("地址已保存。"))
            return _drawn(request, hook.pk, key=key) if key else redirect("webhook", hook.pk)
    return _drawn(request, hook.pk, form=form)


@needs(MANAGE)
@require_POST
def key(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """A new key, shown in this answer alone."""
    try:
        _hook, text = services.webhook_key_renew(actor_of(request), webhook_id=webhook_id)
    except WrongState:
        messages.error(request, _("该地址已停用。"))
        return redirect("webhook", webhook_id)
    return _drawn(request, webhook_id, key=text)


@needs(MANAGE)
@require_POST
def close(request: HttpRequest, webhook_id: int) -> HttpResponse:
    try:
        services.webhook_close(actor_of(request), webhook_id=webhook_id)
    except WrongState:
        messages.error(request, _("该地址已停用。"))
    else:
        messages.success(request, _("地址已停用，密钥已清除。"))
    return redirect("webhooks")


def _drawn(
    request: HttpRequest, webhook_id: int, *, key: str = "", form: WebhookForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    hook = webhook_by_id(actor, webhook_id)
    initial: dict[str, Any] = {"name": hook.name, "url": hook.url, "kinds": hook.kinds}
    context = {
        "hook": hook,
        "key": key,
        "form": form or WebhookForm(initial=initial),
        "deliveries": deliveries_of(actor, hook)[:LISTED],
    }
    status = 422 if form is not None and form.errors else 200
    response = render(request, "monitoring/webhook.html", context, status=status)
    if key:
        response["Cache-Control"] = "no-store"
    return response

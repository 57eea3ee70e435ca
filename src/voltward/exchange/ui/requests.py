"""Asking for expired frames to be sent, on a link's page."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange.services.requests import uplink_request
from voltward.monitoring.store import StoreAway
from voltward.pages.access import needs
from voltward.records.actors import actor_of


class RequestForm(forms.Form):
    vin = forms.CharField(label="VIN", max_length=17)
    first = forms.DateField(
        label=gettext_lazy("采集日期自"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("采集日期至"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("理由（记入审计）"), max_length=300)


@needs("exchange.manage")
@require_POST
def ask(request: HttpRequest, name: str) -> HttpResponse:
    form = RequestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写 VIN、采集日期与理由。"))
        return redirect("uplink", name)
    given = {**form.cleaned_data, "vin": form.cleaned_data["vin"].strip().upper()}
    try:
        row = uplink_request(actor_of(request), name=name, **given)
    except NotFound:
        messages.error(request, _("没有这辆车或这条链路。"))
    except BadInput:
        messages.error(request, _("这段时间没有超过补发期限的报文，或日期有误（至多 31 天）。"))
    except WrongState:
        messages.error(request, _("链路的状态已变，请刷新后再试。"))
    except StoreAway:
        messages.error(request, _("遥测存储暂不可用，请稍后再试。"))
    else:
        messages.success(request, _("将发送 %(frames)d 帧。") % {"frames": row.frames})
    return redirect("uplink", name)

"""The page of a manual report: what the platform was told, and how it was reported by a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.exchange import manual_report_states as states
from voltward.exchange.manual_report_lists import DOTS
from voltward.exchange.models import ManualReport
from voltward.exchange.selectors.manual_reports import manual_report_by_id
from voltward.exchange.services import manual_reports as services
from voltward.exchange.services.manual_reports_opening import HANDLE
from voltward.monitoring.rule_words import rule_title
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person

TITLES: Final = {
    "record": gettext_lazy("登记报告"),
    "close": gettext_lazy("复核并关闭"),
    "back": gettext_lazy("退回重新报告"),
}
BUTTONS: Final = {
    "record": gettext_lazy("保存"),
    "close": gettext_lazy("确认已报告并关闭"),
    "back": gettext_lazy("退回"),
}
_SERVICES: Final[dict[str, Callable[..., object]]] = {
    "record": services.manual_report_record,
    "close": services.manual_report_close,
    "back": services.manual_report_back,
}


class RecordForm(forms.Form):
    way = forms.ChoiceField(label=gettext_lazy("报告方式"), choices=[("", "—"), *ManualReport.WAYS])
    addressee = forms.CharField(
        label=gettext_lazy("报告对象（单位与接报人）"), max_length=200, required=False
    )
    reported_at = forms.DateTimeField(
        label=gettext_lazy("报告时间"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )  # fmt: skip
    receipt = forms.CharField(
        label=gettext_lazy("回执编号（文件可附在下方）"), max_length=300, required=False
    )
    text = forms.CharField(
        label=gettext_lazy("报告内容；无需报告的写明理由"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("way") in (None, "", ManualReport.NOT_DUE):
            return found
        for name in ("addressee", "reported_at"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, _("请填写向谁、何时报告。"))
        return found


class CloseForm(forms.Form):
    """Nothing but the step itself."""


class BackForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("退回理由"), max_length=500)


_FORMS: Final[dict[str, type[forms.Form]]] = {
    "record": RecordForm, "close": CloseForm, "back": BackForm,
}  # fmt: skip


@needs("exchange.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, report_id: int) -> HttpResponse:
    """One event at one platform; each form posts its ``step``."""
    actor = actor_of(request)
    found = manual_report_by_id(actor, report_id)
    step = request.POST.get("step", "")
    given = _forms(actor, found, request, step)
    posted = request.method == "POST" and step in given and given[step].is_valid()
    if posted and _done(request, actor, found, step, given[step]):
        return redirect("manual-report", found.pk)
    context = {
        "found": found,
        "dot": DOTS[found.state],
        "alarm_title": rule_title(found.alarm.rule) if found.alarm else "",
        "sees_alarms": "alarm.read" in actor.grants,
        "forms": [(name, TITLES[name], BUTTONS[name], form) for name, form in given.items()],
        "waits_for_another": found.state == states.RECORDED and found.recorded_by_id == actor.pk,
    }
    refused = any(form.errors for form in given.values())
    return render(request, "exchange/manual_report.html", context, status=422 if refused else 200)


def _forms(
    actor: Person, found: ManualReport, request: HttpRequest, step: str
) -> dict[str, forms.Form]:
    """What the actor may do with it now."""
    if HANDLE not in actor.grants:
        return {}
    steps = {states.OPEN: ["record"], states.RECORDED: ["close", "back"]}.get(found.state, [])
    if found.recorded_by_id == actor.pk:
        steps = [one for one in steps if one != "close"]
    return {
        name: _FORMS[name](request.POST if step == name else None, prefix=name) for name in steps
    }


def _done(
    request: HttpRequest, actor: Person, found: ManualReport, step: str, form: forms.Form
) -> bool:
    """Do what a valid form asks for; what is refused is said on the form."""
    try:
        _SERVICES[step](actor, report_id=found.pk, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("已由他人处理，请刷新页面。"))
    except NotPermitted:
        form.add_error(None, _("登记人不能复核自己的报告。"))
    except BadInput:
        form.add_error(None, _("请检查所填内容：报告时间不能在将来。"))
    else:
        messages.success(request, _("已保存。"))
        return True
    return False

"""The page of a case of data quality, and opening one by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange import quality_states as states
from voltward.exchange.models import QualityCase
from voltward.exchange.quality_texts import share
from voltward.exchange.quality_words import class_title, model_text
from voltward.exchange.selectors import quality_cases as selectors
from voltward.exchange.services import quality_cases as services
from voltward.exchange.ui.quality_forms import CauseForm, FixForm, GiveForm, NoteForm, ReasonForm
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person

TITLES: Final = {
    "assign": gettext_lazy("认领或分派"),
    "cause": gettext_lazy("查明原因"),
    "fix": gettext_lazy("登记整改"),
    "back": gettext_lazy("复测仍在，退回查原因"),
    "ask": gettext_lazy("申请第二人验证关闭"),
    "note": gettext_lazy("备注"),
}
_SERVICES: Final[dict[str, Callable[..., object]]] = {
    "assign": services.quality_case_assign,
    "cause": services.quality_case_cause,
    "fix": services.quality_case_fix,
    "back": services.quality_case_back,
    "ask": services.quality_case_ask,
    "note": services.quality_case_note,
}
_REFUSED: Final = {
    "reason": gettext_lazy("请写明理由。"),
    "cause": gettext_lazy("请填写内容。"),
    "fix": gettext_lazy("请填写内容。"),
    "text": gettext_lazy("请填写内容。"),
    "fixed_on": gettext_lazy("整改日期不能晚于今天。"),
}


@needs("quality_data.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case; each form posts its ``step``."""
    actor = actor_of(request)
    case = selectors.quality_case_by_id(actor, case_id)
    step = request.POST.get("step", "")
    given = _forms(actor, case, request, step)
    posted = request.method == "POST" and step in given and given[step].is_valid()
    if posted and _done(request, actor, case, step, given[step]):
        return redirect("quality-case", case.pk)
    verdict = selectors.case_verdict(case)
    measured = [(_("整改前"), verdict.before), (_("整改后"), verdict.after)]
    context = {
        "case": case,
        "title": class_title(case.code),
        "model": model_text(case.model_name),
        "verdict": verdict,
        "measured": [(name, one, share(one.share_pct)) for name, one in measured if one],
        "limit": share(verdict.share_pct),
        "steps": case.steps.select_related("person").order_by("-pk"),
        "forms": [(name, TITLES[name], form) for name, form in given.items()],
    }
    refused = any(form.errors for form in given.values())
    return render(request, "exchange/quality_case.html", context, status=422 if refused else 200)


@needs(services.HANDLE)
@require_POST
def open_case(request: HttpRequest, code: str) -> HttpResponse:
    """Open a case of the class on a model."""
    actor, model = actor_of(request), request.POST.get("model", "")
    try:
        case = services.quality_case_open(
            actor, model=model[:80], code=code, reason=request.POST.get("reason", "")
        )
    except BadInput:
        messages.error(request, _("请写明理由。"))
        return redirect("quality-class", code)
    except WrongState:
        messages.error(request, _("该车型的这一错误已立项，尚未关闭。"))
        return redirect("quality-class", code)
    return redirect("quality-case", case.pk)


def _forms(
    actor: Person, case: QualityCase, request: HttpRequest, step: str
) -> dict[str, forms.Form]:
    """What the actor may do with the case now."""
    if services.HANDLE not in actor.grants:
        return {}

    def data(name: str) -> Any:
        return request.POST if step == name else None

    found: dict[str, forms.Form] = {}
    if (case.state, "cause") in states.STEPS:
        found["cause"] = CauseForm(data("cause"), prefix="cause", initial={"cause": case.cause})
    if (case.state, "fix") in states.STEPS:
        found["fix"] = FixForm(data("fix"), prefix="fix")
    if (case.state, "ask") in states.STEPS:
        found["ask"] = ReasonForm(data("ask"), prefix="ask")
        found["back"] = ReasonForm(data("back"), prefix="back")
    if case.is_going:
        found["assign"] = GiveForm(actor, data("assign"), prefix="assign")
    found["note"] = NoteForm(data("note"), prefix="note")
    return found


def _done(
    request: HttpRequest, actor: Person, case: QualityCase, step: str, form: forms.Form
) -> bool:
    """Do what a valid form asks for; what is refused is said on the form."""
    try:
        _SERVICES[step](actor, case_id=case.pk, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("现在不能这样办理：尚未复测满天数、错误仍在，或状态已变。"))
    except NotFound:
        form.add_error(None, _("没有这位人员。"))
    except BadInput as refusal:
        field = str(refusal).split(":")[0]
        known = field if field in form.fields else None
        form.add_error(known, _REFUSED.get(field, _("填写有误。")))
    else:
        messages.success(request, _("已保存。"))
        return True
    return False

"""The page of a report and what became of it; the page of feedback, where it gets its verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange import feedback_states as states
from voltward.exchange.accident_samples import values_of
from voltward.exchange.models import FeedbackReceived, ReportDue
from voltward.exchange.proof_words import ANSWERED_IN, flag_text
from voltward.exchange.report_bodies import ABNORMAL, INVALID, codes_of, item_title, level_of
from voltward.exchange.report_lists import FEEDBACK_DOTS, REPORT_DOTS
from voltward.exchange.selectors import reports as selectors
from voltward.exchange.services import feedback as services
from voltward.exchange.services.reports import report_repeat
from voltward.frames import words
from voltward.frames.grammar import Choice, Number
from voltward.frames.values import Reason, Value
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.texts import here
from voltward.pages.access import needs
from voltward.pages.room import Cell
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.ui.forms import ColleagueForm
from voltward.uplink.reports import ACCIDENT, FEEDBACK, HANDLING

TITLES: Final = {
    "assign": gettext_lazy("认领或分派"),
    "close": gettext_lazy("给出结论并关闭"),
}
_SERVICES: Final[dict[str, Callable[..., object]]] = {
    "assign": services.feedback_assign,
    "close": services.feedback_close,
}


class AssignForm(ColleagueForm):
    reason = forms.CharField(
        label=gettext_lazy("理由（他人已认领时必填）"), max_length=500, required=False
    )


class CloseForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("结论"), choices=[("", "—"), *FeedbackReceived.VERDICTS]
    )
    text = forms.CharField(
        label=gettext_lazy("结论依据（查了什么数据，联系了谁，如何处置）"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@needs("exchange.read")
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report: what it says, when it was sent, what was answered."""
    actor = actor_of(request)
    report = selectors.report_by_id(actor, report_id)
    ended = report.state in (ReportDue.REFUSED, ReportDue.UNANSWERED)
    context = {
        "report": report,
        "dot": REPORT_DOTS[report.state],
        "items": _items(report.command, report.body),
        "level": level_of(report.command, bytes.fromhex(report.body)),
        "flag": flag_text(ANSWERED_IN, report.flag),
        "may_repeat": ended and "exchange.manage" in actor.grants,
    }
    return render(request, "exchange/report.html", context)


@needs("exchange.manage")
@require_POST
def repeat(request: HttpRequest, report_id: int) -> HttpResponse:
    """Send it again."""
    try:
        again = report_repeat(actor_of(request), report_id=report_id)
    except WrongState:
        messages.error(request, _("不能重发：该报文已被接收、仍在途中，或已有更新的报文。"))
        return redirect("report", report_id)
    messages.success(request, _("已安排重发。"))
    return redirect("report", again.pk)


@needs("exchange.read")
@require_http_methods(["GET", "POST"])
def feedback_page(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """One message of a platform; each form posts its ``step``."""
    actor = actor_of(request)
    found = selectors.feedback_by_id(actor, feedback_id)
    step = request.POST.get("step", "")
    given = _forms(actor, found, request, step)
    posted = request.method == "POST" and step in given and given[step].is_valid()
    if posted and _done(request, actor, found, step, given[step]):
        return redirect("feedback", found.pk)
    context = {
        "found": found,
        "dot": FEEDBACK_DOTS[found.state],
        "items": _items(FEEDBACK, found.body),
        "alarms": [(one, rule_title(one.rule)) for one in selectors.alarms_beside(found)],
        "sees_alarms": "alarm.read" in actor.grants,
        "forms": [(name, TITLES[name], form) for name, form in given.items()],
    }
    refused = any(form.errors for form in given.values())
    return render(request, "exchange/feedback.html", context, status=422 if refused else 200)


def _items(command: int, body: str) -> list[tuple[str, Cell]]:
    """Title and word of each item, in the order of the text."""
    if command == ACCIDENT:
        return [_sample_line(*one) for one in values_of(bytes.fromhex(body))]
    language = get_language() or "zh"
    bad = _("未处置") if command == HANDLING else _("异常")
    said = {ABNORMAL: Cell(bad, "late"), INVALID: Cell(_("无效（无可用数据）"), "offline")}
    normal = Cell(_("正常"), "done")
    codes = codes_of(command, bytes.fromhex(body))
    return [(item_title(rule, language), said.get(code, normal)) for rule, code in codes.items()]


def _sample_line(field: Choice | Number, value: Value) -> tuple[str, Cell]:
    title = here(words.field(field.name))
    if value.reason in (Reason.ABNORMAL, Reason.INVALID, Reason.OUT_OF_RANGE):
        return title, Cell(here(words.reason(value.reason)), "offline")
    if isinstance(value.meaning, str):
        return title, Cell(here(words.choice(value.meaning, field.name)), "done")
    return title, Cell(f"{value.meaning} {here(words.unit_of(field.name))}".strip(), "done")


def _forms(
    actor: Person, found: FeedbackReceived, request: HttpRequest, step: str
) -> dict[str, forms.Form]:
    """What the actor may do with it now."""
    if services.HANDLE not in actor.grants or found.state == states.CLOSED:
        return {}

    def data(name: str) -> Any:
        return request.POST if step == name else None

    return {
        "close": CloseForm(data("close"), prefix="close"),
        "assign": AssignForm(actor, data("assign"), prefix="assign"),
    }


def _done(
    request: HttpRequest, actor: Person, found: FeedbackReceived, step: str, form: forms.Form
) -> bool:
    """Do what a valid form asks for; what is refused is said on the form."""
    try:
        _SERVICES[step](actor, feedback_id=found.pk, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("已由他人关闭。"))
    except NotFound:
        form.add_error(None, _("没有这位人员。"))
    except BadInput:
        form.add_error(None, _("请写明理由。"))
    else:
        messages.success(request, _("已保存。"))
        return True
    return False

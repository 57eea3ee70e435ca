"""The list of clocks, the page of one and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.actors import actor_of
from voltward.records.models import Approval, Clock, Person
from voltward.records.remaining import ended_text, remaining_text
from voltward.records.selectors import clocks as selectors
from voltward.records.selectors.deadlines import deadline_severities
from voltward.records.services.clock_changes import clock_extend, clock_rule_change
from voltward.records.services.clocks import clock_assign, clock_hand_over, clock_stop
from voltward.records.ui.actors import way_back
from voltward.records.ui.forms import AssignForm, ExtendForm, HandOverForm, SeverityForm, StopForm

Forms = dict[str, forms.Form]


class ClockFilter(FilterSet):  # type: ignore[misc]
    subject_text = CharFilter(label=gettext_lazy("对象"), lookup_expr="begins", max_length=120)
    code = CharFilter(label=gettext_lazy("编号"), lookup_expr="begins", max_length=48)
    state = ChoiceFilter(
        label=gettext_lazy("状态"), choices=Clock.STATES, empty_label=gettext_lazy("全部")
    )

    owner = CharFilter(
        field_name="owner__display_name",
        label=gettext_lazy("负责人"),
        lookup_expr="begins",
        max_length=64,
    )

    class Meta:
        model = Clock
        fields = ["subject_text", "code", "state", "owner"]


def _left(clock: Clock) -> Cell:
    if not clock.is_going:
        return Cell(ended_text(clock), "late" if clock.was_late else "done")
    now = timezone.now()
    late = clock.due_at is not None and clock.due_at <= now
    return Cell(remaining_text(clock.due_at, now), "late" if late else "due")


CLOCKS = List(
    of="clock",
    title=gettext_lazy("时钟"),
    section=gettext_lazy("工作台"),
    needs="clock.read",
    rows=lambda actor: selectors.clock_visible(actor),
    filterset=ClockFilter,
    columns=(
        ListColumn(
            gettext_lazy("事项"),
            key="rule__title",
            link=lambda row: reverse("clock", args=[row.pk]),
        ),
        ListColumn(gettext_lazy("报送对象"), key="rule__addressee"),
        ListColumn(gettext_lazy("对象"), key="subject_text", sort="subject_text"),
        ListColumn(gettext_lazy("剩余时间"), _left, key="left", api=False),
        ListColumn(gettext_lazy("截止时间"), key="due_at", kind="instant", sort="due_order_at"),
        ListColumn(gettext_lazy("负责人"), key="owner__display_name"),
        ListColumn(gettext_lazy("状态"), key="state", kind="choice", shown=False),
        ListColumn(
            gettext_lazy("起算时间"),
            key="started_at",
            kind="instant",
            sort="started_at",
            shown=False,
        ),
        ListColumn(gettext_lazy("完成时间"), key="ended_at", kind="instant", shown=False),
        ListColumn(gettext_lazy("起算事件"), key="event", shown=False),
        ListColumn(gettext_lazy("规则编号"), key="code", css="vw-mono", shown=False),
        ListColumn(gettext_lazy("对象编号"), key="subject", css="vw-mono", shown=False),
        ListColumn(gettext_lazy("负责部门"), key="unit__name", shown=False),
        ListColumn(gettext_lazy("编号"), key="id", kind="number", shown=False),
    ),
    order="-started_at",
    facets=(Facet("state"),),
    empty_title=gettext_lazy("还没有时钟"),
    empty_text=gettext_lazy("有报送或处置时限的事件发生时，时钟会自动开始，出现在这里。"),
    url_name="clocks",
    api="clocks/",
    about="Clocks, newest start first. `due_at` null: at once; it sorts as due from its start.",
)


class ClockList(ListPage):
    declaration = CLOCKS


@needs("clock.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, clock_id: int) -> HttpResponse:
    """One clock; each form posts its ``step``."""
    actor = actor_of(request)
    clock = selectors.clock_by_id(actor, clock_id)
    given = _forms(actor, clock, request) if clock.is_going else {}
    step = request.POST.get("step", "")
    posted = request.method == "POST" and step in given and given[step].is_valid()
    if posted and _done(request, actor, clock, step, given[step]):
        return redirect("clock", clock.pk)
    context = {
        "clock": clock, "forms": given if "clock.write" in actor.grants else {},
        "extensions": clock.extensions.select_related("asked_by", "approved_by").order_by("-made_at"),
        "points": clock.points.order_by("at"),
    }  # fmt: skip
    refused = any(form.errors for form in given.values())
    return render(request, "records/clock.html", context, status=422 if refused else 200)


def _forms(actor: Person, clock: Clock, request: HttpRequest) -> Forms:
    step = request.POST.get("step", "") if request.method == "POST" else ""

    def data(name: str) -> Any:
        return request.POST if step == name else None

    found: Forms = {"stop": StopForm(data("stop"), prefix="stop")}
    if clock.owner_id == actor.pk:
        found["hand_over"] = HandOverForm(actor, data("hand_over"), prefix="hand_over")
    found["assign"] = AssignForm(actor, data("assign"), prefix="assign")
    found["extend"] = ExtendForm(data("extend"), prefix="extend")
    if len(deadline_severities(actor, clock.code)) > 1:
        found["severity"] = SeverityForm(actor, clock, data("severity"), prefix="severity")
    return found


SERVICES: dict[str, Callable[..., object]] = {
    "stop": clock_stop,
    "hand_over": clock_hand_over,
    "assign": clock_assign,
    "extend": clock_extend,
    "severity": clock_rule_change,
}


def _done(request: HttpRequest, actor: Person, clock: Clock, step: str, form: forms.Form) -> bool:
    """Do what a valid form asks for; what is refused is said on the form."""
    try:
        result = SERVICES[step](actor, clock_id=clock.pk, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _("时钟已结束，或同样的申请正在等待审批，请刷新后再看。"))
    except NotFound:
        form.add_error(None, _("没有这位人员、部门或这条规则。"))
    except BadInput as refusal:
        field = str(refusal).split(":")[0]
        form.add_error(field if field in form.fields else None, REFUSED.get(field, _("填写有误。")))
    else:
        waits = isinstance(result, Approval)
        messages.success(request, _("已提交，等待第二人审批。") if waits else _("已保存。"))
        return True
    return False


REFUSED = {
    "reason": gettext_lazy("请写明理由。"),
    "proof": gettext_lazy("请填写凭证或凭证链接。"),
    "to_at": gettext_lazy("应晚于现在和当前截止时间。"),
    "note": gettext_lazy("请选择另一位同事并写明交接事项。"),
    "url": gettext_lazy("链接应为本平台内的路径，以 / 开头。"),
}


@needs("clock.write")
@require_POST
def claim(request: HttpRequest, clock_id: int) -> HttpResponse:
    """Take a clock that nobody has."""
    actor = actor_of(request)
    try:
        clock_assign(actor, clock_id=clock_id, owner_id=actor.pk)
        messages.success(request, _("已认领。"))
    except BadInput:
        messages.error(request, _("这个时钟已由他人认领。"))
    except WrongState:
        messages.error(request, _("时钟已结束。"))
    except NotFound as missing:
        selectors.clock_by_id(actor, clock_id)  # another maker's stays not found
        raise NotPermitted("clock.claim: this account takes no work") from missing
    return redirect(way_back(request, reverse("clock", args=[clock_id])))

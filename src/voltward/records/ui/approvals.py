"""Approvals: what waits for a second person, what was asked for, who decided and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_filters import ChoiceFilter, FilterSet

from voltward.base.errors import NotFound, NotPermitted, Refused, WrongState
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.actors import actor_of
from voltward.records.approvals import (
    KINDS,
    approval_accept,
    approval_by_id,
    approval_refuse,
    approval_visible,
    approval_withdraw,
)
from voltward.records.models import Approval, Person

DOTS = {"waiting": "due", "accepted": "done", "refused": "refused", "withdrawn": "offline"}


def kind_title(approval: Approval) -> str:
    kind = KINDS.get(approval.kind)
    return str(kind.title) if kind else approval.kind


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.code, kind.title) for kind in KINDS.values()]


class ApprovalFilter(FilterSet):  # type: ignore[misc]
    state = ChoiceFilter(
        label=gettext_lazy("状态"), choices=Approval.STATES, empty_label=gettext_lazy("全部")
    )

    kind = ChoiceFilter(
        label=gettext_lazy("事项"), choices=kind_choices, empty_label=gettext_lazy("全部")
    )

    class Meta:
        model = Approval
        fields = ["state", "kind"]


APPROVALS = List(
    of="approval",
    title=gettext_lazy("审批"),
    section=gettext_lazy("工作台"),
    needs="home.read",
    rows=lambda actor: approval_visible(actor),
    filterset=ApprovalFilter,
    columns=(
        ListColumn(gettext_lazy("事项"), kind_title, key="kind"),
        ListColumn(
            gettext_lazy("内容"), key="title", link=lambda row: reverse("approval", args=[row.pk])
        ),
        ListColumn(
            gettext_lazy("状态"),
            lambda row: Cell(row.get_state_display(), DOTS[row.state]),
            key="state",
            kind="choice",
        ),
        ListColumn(gettext_lazy("申请人"), key="asked_by__display_name"),
        ListColumn(gettext_lazy("申请时间"), key="asked_at", kind="instant", sort="asked_at"),
        ListColumn(gettext_lazy("审批人"), key="decided_by__display_name"),
        ListColumn(
            gettext_lazy("审批时间"),
            key="decided_at",
            kind="instant",
            sort="decided_at",
            shown=False,
        ),
        ListColumn(gettext_lazy("理由"), key="reason", shown=False),
        ListColumn(gettext_lazy("审批意见"), key="note", shown=False),
        ListColumn(gettext_lazy("编号"), key="id", kind="number", shown=False),
    ),
    order="-asked_at",
    facets=(Facet("state"), Facet("kind")),
    empty_title=gettext_lazy("没有审批事项"),
    empty_text=gettext_lazy("需要第二人同意的申请（规则修订、延期、授权等）会出现在这里。"),
    url_name="approvals",
    api="approvals/",
    about="What the caller asked a second person for, and what the caller may decide; newest first.",
)


class ApprovalList(ListPage):
    declaration = APPROVALS


class DecisionForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("审批意见"), max_length=500, required=False)


@needs("home.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Who asks for what and why; the second person decides, the first may take it back."""
    actor = actor_of(request)
    approval = approval_by_id(actor, approval_id)
    kind = KINDS.get(approval.kind)
    form = DecisionForm(request.POST or None)
    posted = request.method == "POST" and form.is_valid()
    if posted and _decided(request, actor, approval, form):
        return redirect("approval", approval.pk)
    waiting = approval.state == "waiting"
    own = approval.asked_by_id == actor.pk
    context = {
        "approval": approval, "kind": kind_title(approval), "form": form,
        "state_dot": DOTS[approval.state],
        "parts": kind.shown(approval) if kind and kind.shown else (),
        "may_decide": waiting and not own and kind is not None and kind.needs in actor.grants,
        "may_withdraw": waiting and own and kind is not None,
    }  # fmt: skip
    return render(request, "records/approval.html", context, status=422 if form.errors else 200)


def _decided(request: HttpRequest, actor: Person, approval: Approval, form: DecisionForm) -> bool:
    step, note = request.POST.get("step", ""), form.cleaned_data["note"]
    if step == "refuse" and not note.strip():
        form.add_error("note", _("拒绝时请写明意见。"))
        return False
    try:
        if step == "accept":
            approval_accept(actor, approval_id=approval.pk, note=note)
        elif step == "refuse":
            approval_refuse(actor, approval_id=approval.pk, note=note)
        elif step == "withdraw":
            approval_withdraw(actor, approval_id=approval.pk)
    except (NotFound, NotPermitted):
        raise
    except WrongState:
        form.add_error(None, _("申请已有结果，或其内容已不再适用；请刷新后再看。"))
        return False
    except Refused:
        form.add_error(
            None, _("无法执行这项申请：其内容已不符合规则。申请仍在等待，可拒绝并说明原因。")
        )
        return False
    messages.success(request, _("已保存。"))
    return True

"""Deadline rules: the list with source and confidence, one rule with its revisions, a proposed change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records.actors import actor_of
from voltward.records.deadline_texts import (
    confidence_text,
    duration_text,
    warnings_read,
    warnings_written,
)
from voltward.records.models import DeadlineRule
from voltward.records.roles import ROLES
from voltward.records.selectors import deadlines as selectors
from voltward.records.services.deadlines import Revision, deadline_propose
from voltward.records.working_time import beijing_day


class DeadlineFilter(FilterSet):  # type: ignore[misc]
    code = CharFilter(label=gettext_lazy("编号"), lookup_expr="begins", max_length=48)
    starts_from = ChoiceFilter(
        label=gettext_lazy("起算事件"),
        choices=DeadlineRule.STARTS,
        empty_label=gettext_lazy("全部"),
    )
    confidence = ChoiceFilter(
        label=gettext_lazy("可信度"),
        choices=DeadlineRule.CONFIDENCES,
        empty_label=gettext_lazy("全部"),
    )

    class Meta:
        model = DeadlineRule
        fields = ["code", "starts_from", "confidence"]


DEADLINES = List(
    of="deadline",
    title=gettext_lazy("时限规则"),
    section=gettext_lazy("系统管理"),
    needs="clock.read",
    rows=lambda actor: selectors.deadlines_in_force(actor),
    filterset=DeadlineFilter,
    columns=(
        ListColumn(
            gettext_lazy("名称"), key="title", link=lambda row: reverse("deadline", args=[row.pk])
        ),
        ListColumn(gettext_lazy("报送对象"), key="addressee"),
        ListColumn(gettext_lazy("起算事件"), key="starts_from", kind="choice"),
        ListColumn(gettext_lazy("期限"), key="duration", raw=duration_text),
        ListColumn(gettext_lazy("条件"), key="condition"),
        ListColumn(gettext_lazy("依据"), key="source"),
        ListColumn(
            gettext_lazy("可信度"),
            lambda row: Cell(confidence_text(row), hint=row.note),
            key="confidence",
        ),
        ListColumn(gettext_lazy("事实编号"), key="fact"),
        ListColumn(
            gettext_lazy("生效日期"), key="effective_from", sort="effective_from", css="vw-mono"
        ),
        ListColumn(
            gettext_lazy("启用"),
            lambda row: Cell(_("启用"), "done") if row.is_on else Cell(_("停用"), "offline"),
            key="is_on",
        ),
        ListColumn(gettext_lazy("编号"), key="code", sort="code", css="vw-mono", shown=False),
    ),
    order="code",
    facets=(Facet("starts_from"), Facet("confidence")),
    empty_title=gettext_lazy("没有时限规则"),
    empty_text=gettext_lazy("平台自带的规则在安装时写入；请检查数据库迁移是否完成。"),
    url_name="deadlines",
)


class DeadlineList(ListPage):
    declaration = DEADLINES


@needs("clock.read")
@require_safe
def page(request: HttpRequest, rule_id: int) -> HttpResponse:
    """One rule, its source and every revision of it."""
    actor = actor_of(request)
    rule = selectors.deadline_by_id(actor, rule_id)
    context = {
        "rule": rule,
        "revisions": selectors.deadline_revisions(rule, actor),
        "told": [str(ROLES[code].title) for code in rule.told_roles if code in ROLES],
        "may_propose": "rule.propose" in actor.grants,
    }
    return render(request, "records/deadline.html", context)


class ProposeForm(forms.Form):
    amount = forms.IntegerField(
        label=gettext_lazy("期限"), required=False, min_value=1, max_value=9999
    )
    unit = forms.ChoiceField(label=gettext_lazy("单位"), choices=DeadlineRule.UNITS)
    month_day = forms.CharField(
        label=gettext_lazy("每年日期（月-日）"), required=False, max_length=5
    )
    warnings = forms.CharField(
        label=gettext_lazy("提醒点（如 50%, 75%, 60m, 2h, 1d）"), required=False, max_length=120
    )
    told_roles = forms.MultipleChoiceField(
        label=gettext_lazy("告知角色"),
        required=False,
        choices=[(code, role.title) for code, role in ROLES.items() if "clock.read" in role.grants],
        widget=forms.CheckboxSelectMultiple,
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=240)
    confidence = forms.ChoiceField(label=gettext_lazy("可信度"), choices=DeadlineRule.CONFIDENCES)
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=400)
    is_on = forms.BooleanField(label=gettext_lazy("启用"), required=False)
    extension_needs_second = forms.BooleanField(label=gettext_lazy("延期需第二人"), required=False)
    effective_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("修订理由"), max_length=500)


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Ask a second person for a new revision."""
    actor = actor_of(request)
    rule = selectors.deadline_by_id(actor, rule_id)
    form = ProposeForm(request.POST or None, initial=_present(rule))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            given["warnings"] = warnings_read(given["warnings"])
            given["told_roles"] = tuple(given["told_roles"])
            approval = deadline_propose(
                actor, rule_id=rule.pk, revision=Revision(**given), reason=reason
            )
        except BadInput as refusal:
            field = str(refusal).split(":")[0]
            form.add_error(
                field if field in form.fields else None, REFUSED.get(field, _("填写有误。"))
            )
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("approval", approval.pk)
    context = {"form": form, "rule": rule}
    status = 422 if form.errors else 200
    return render(request, "records/deadline_propose.html", context, status=status)


REFUSED = {
    "effective_from": gettext_lazy("生效日期不能早于今天：规则不溯及既往。"),
    "amount": gettext_lazy("请填写正整数；“立即”和“每年”不填。"),
    "month_day": gettext_lazy("请按 月-日 填写，如 12-15。"),
    "warnings": gettext_lazy("请按 50%, 75%, 60m, 2h, 1d 的形式填写。"),
}


def _present(rule: DeadlineRule) -> dict[str, Any]:
    names = ("amount", "unit", "month_day", "told_roles", "source", "confidence", "note", "is_on",
             "extension_needs_second")  # fmt: skip
    values = {name: getattr(rule, name) for name in names}
    day = beijing_day(timezone.now())
    return {
        **values,
        "warnings": warnings_written(rule.warnings),
        "effective_from": day.isoformat(),
    }

"""值班负荷: alarms an operator-hour, the record of each rule, and the numbers the desk goes by."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.alarm_figures import RuleRecord, desk_hours, rule_records
from voltward.monitoring.selectors.desk_rules import desk_rule_by_id, desk_rules_in_force
from voltward.monitoring.services.desk_rules import Proposal, desk_rule_propose
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import DeadlineRule
from voltward.records.working_time import beijing_day

NOT_JUDGED = "—"


@needs("alarm.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "hours": desk_hours(actor),
        "records": [
            {"row": one, "title": rule_title(one.rule), "share": _share(one)}
            for one in rule_records(actor)
        ],
        "rules": desk_rules_in_force(actor),
        "may_propose": "rule.propose" in actor.grants,
    }
    return render(request, "monitoring/desk.html", context)


def _share(one: RuleRecord) -> str:
    """``12.5 %（3.1–38.0 %）``: the share of false alarms with its interval."""
    if one.share is None:
        return NOT_JUDGED
    return f"{one.share:.1%}（{one.lowest:.1%}–{one.highest:.1%}）"


class DeskRuleForm(forms.Form):
    amount = forms.IntegerField(label=gettext_lazy("数值"), min_value=0, max_value=1_000_000)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=240)
    confidence = forms.ChoiceField(label=gettext_lazy("可信度"), choices=DeadlineRule.CONFIDENCES)
    effective_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("修订理由"), max_length=500)


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Ask a second person for another number."""
    actor = actor_of(request)
    rule = desk_rule_by_id(actor, rule_id)
    initial = {
        "amount": rule.amount, "source": rule.source, "confidence": rule.confidence,
        "effective_from": beijing_day(timezone.now()).isoformat(),
    }  # fmt: skip
    form = DeskRuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            approval = desk_rule_propose(
                actor, proposal=Proposal(rule.code, rule.from_level, **given), reason=reason
            )
        except BadInput as refusal:
            field = str(refusal).partition(":")[0]
            form.add_error(field if field in form.fields else None, REFUSED.get(field, REFUSED[""]))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("approval", approval.pk)
    context = {"form": form, "rule": rule}
    status = 422 if form.errors else 200
    return render(request, "monitoring/desk_rule_propose.html", context, status=status)


REFUSED = {
    "effective_from": gettext_lazy("生效日期不能早于今天：规则不溯及既往。"),
    "amount": gettext_lazy("数值超出允许范围；3 级及以上的车主通知不得拒收。"),
    "": gettext_lazy("填写有误。"),
}

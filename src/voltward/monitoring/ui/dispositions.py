"""Rules that dispose of floods: proposing one, the page of one, ending it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring.models import Alarm, DispositionRule
from voltward.monitoring.models.alarms import LEVELS
from voltward.monitoring.rule_words import rule_choices, rule_title
from voltward.monitoring.selectors.dispositions import disposition_by_id
from voltward.monitoring.services.dispositions import (
    Disposition,
    disposition_end,
    disposition_propose,
)
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.working_time import beijing_day

NONE = [("", "—")]


class DispositionForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=48)
    rule = forms.ChoiceField(label=gettext_lazy("规则（空：全部）"), required=False)
    level = forms.TypedChoiceField(
        label=gettext_lazy("等级（空：1、2 级）"), required=False, choices=[*NONE, *LEVELS[1:3]],
        coerce=int, empty_value=None,
    )  # fmt: skip
    condition = forms.ChoiceField(label=gettext_lazy("条件"), choices=DispositionRule.CONDITIONS)
    amount = forms.IntegerField(
        label=gettext_lazy("分钟或数量（车辆在修不填）"),
        required=False,
        min_value=1,
        max_value=100_000,
    )
    deed = forms.ChoiceField(label=gettext_lazy("处置"), choices=DispositionRule.DEEDS)
    verdict = forms.ChoiceField(
        label=gettext_lazy("结论（关闭时）"), required=False, choices=[*NONE, *Alarm.VERDICTS]
    )
    cause = forms.CharField(label=gettext_lazy("原因（关闭时）"), required=False, max_length=300)
    silence_h = forms.IntegerField(
        label=gettext_lazy("搁置小时数（搁置时）"), required=False, min_value=1, max_value=720
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=240)
    effective_from = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    effective_to = forms.DateField(
        label=gettext_lazy("失效日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500)

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type] # of the form itself
        self.fields["rule"].choices = [*NONE, *rule_choices()]  # type: ignore[attr-defined]


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Ask a second person for a rule."""
    today = beijing_day(timezone.now()).isoformat()
    form = DispositionForm(request.POST or None, initial={"effective_from": today})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            made = disposition_propose(
                actor_of(request), disposition=Disposition(**given), reason=reason
            )
        except BadInput as refusal:
            field = str(refusal).partition(":")[0]
            form.add_error(field if field in form.fields else None, REFUSED.get(field, REFUSED[""]))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("disposition", made.pk)
    status = 422 if form.errors else 200
    return render(request, "monitoring/disposition_propose.html", {"form": form}, status=status)


REFUSED = {
    "title": gettext_lazy("名称不能与已有规则相同。"),
    "effective_from": gettext_lazy("生效日期不能早于今天：规则不溯及既往。"),
    "": gettext_lazy(
        "请检查：至少写明规则或等级；除“车辆在修”外须填数量；关闭须填结论与原因，搁置须填小时数。"
    ),
}


@needs("alarm.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """One rule; a POST ends it."""
    actor = actor_of(request)
    row = disposition_by_id(actor, disposition_id)
    if request.method == "POST":
        try:
            disposition_end(actor, disposition_id=row.pk, reason=request.POST.get("reason", ""))
        except BadInput:
            messages.error(request, _("请填写停用理由。"))
        except WrongState:
            messages.error(request, _("该规则不在执行中。"))
        else:
            messages.success(request, _("规则已停用。"))
        return redirect("disposition", row.pk)
    disposed = Alarm.objects.filter(maker=actor.maker_id, disposed_by_rule=row.title)
    context = {
        "row": row,
        "rule": rule_title(row.rule) if row.rule else "",
        "disposed": disposed.count(),
        "may_end": row.state == "approved" and "rule.propose" in actor.grants,
    }
    return render(request, "monitoring/disposition.html", context)

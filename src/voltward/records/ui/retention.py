"""How long what is kept, by which rule and source; and asking for another rule."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.models import RetentionRule
from voltward.records.models.retention import CONFIDENCE
from voltward.records.selectors import attachments, retention
from voltward.records.services.retention import retention_propose
from voltward.records.ui.person import person_of


@needs("retention.read")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every class with its rules, those in force, coming and past."""
    actor = person_of(request)
    in_force = retention.rules_by_class(actor.maker_id, days.today())
    held = {rule.pk for found in in_force.values() for rule in found}
    by_class = groupby(retention.rule_visible(actor), key=lambda rule: rule.retention_class)
    context = {
        "classes": [(one, list(found)) for one, found in by_class],
        "in_force": held,
        "today": days.today(),
        "in_review": attachments.attachment_in_review(actor)[:100],
    }
    return render(request, "records/retention.html", context)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    replaces = forms.TypedChoiceField(
        label=gettext_lazy("取代的规则"), coerce=int, empty_value=None, required=False
    )
    confidence = forms.ChoiceField(label=gettext_lazy("可信度"), choices=CONFIDENCE)
    effective_from = forms.DateField(
        label=gettext_lazy("生效日"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500)

    class Meta:
        model = RetentionRule
        fields = (
            "keep_years", "keep_months", "keep_life", "life_years", "legal", "then", "basis",
            "source", "confidence", "effective_from",
        )  # fmt: skip


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a rule; it is in force once a second person agreed."""
    actor, chosen = person_of(request), retention.class_by_code(code)
    now = retention.rules_in_force(actor.maker_id, code, days.today())
    form = RuleForm(request.POST or None, initial={"life_years": 15})
    names = [(rule.pk, f"{rule.source} · {rule.basis}") for rule in now]
    form.fields["replaces"].choices = [("", _("不取代，另加一条")), *names]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in RuleForm.Meta.fields}
        try:
            retention_propose(
                actor, code=code, values=values, reason=form.cleaned_data["reason"],
                replaces=form.cleaned_data["replaces"],
            )  # fmt: skip
        except BadInput as refusal:
            form.add_error(None, _why(str(refusal)))
        else:
            messages.success(request, _("已提交，待第二人审批后生效。"))
            return redirect("retention" if "retention.read" in actor.grants else "home")
    status = 422 if form.errors else 200
    context = {"form": form, "chosen": chosen}
    return render(request, "records/retention_propose.html", context, status=status)


def _why(refusal: str) -> str:
    if refusal.startswith("legal:"):
        return _("法定最短期限只能由另一条法定期限取代。")
    if refusal.startswith("effective_from:"):
        return _("生效日不能早于今天。")
    return _("期限无效：须有年或月；含产品寿命期的规则不少于 10 年。")

"""Forms of data quality: cases and limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voltward.exchange.models import QualityLimit
from voltward.records import days
from voltward.records.ui.forms import ColleagueForm


def _long(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class GiveForm(ColleagueForm):
    reason = forms.CharField(label=_("理由（他人已认领时必填）"), max_length=500, required=False)


class CauseForm(forms.Form):
    cause = _long(_("原因（终端、整车、平台或数据定义，依据是什么）"))


class FixForm(forms.Form):
    fix = _long(_("整改措施（软件版本、标定或配置，覆盖哪些车辆）"))
    fixed_on = forms.DateField(
        label=_("整改日期"), widget=forms.DateInput(attrs={"type": "date"}), initial=days.today
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=500)


class NoteForm(forms.Form):
    text = forms.CharField(label=_("备注"), max_length=500)


class QualityLimitForm(forms.Form):
    value = forms.FloatField(label=_("数值"))
    source = forms.CharField(label=_("依据（文件与条款）"), max_length=240)
    confidence = forms.ChoiceField(label=_("可信度"), choices=QualityLimit.CONFIDENCES)
    effective_from = forms.DateField(
        label=_("生效日期（最早为明天）"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("修改理由"), max_length=500)

    def __init__(self, limit: QualityLimit, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        value = self.fields["value"]
        value.widget.attrs |= {"min": limit.lowest, "max": limit.highest, "step": "any"}
        self.fields["effective_from"].initial = days.today() + timedelta(days=1)

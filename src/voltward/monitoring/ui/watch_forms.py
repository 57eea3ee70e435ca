"""Forms of the watch queues: whom, when, until when, and the verdict."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.fleet.models import BatteryType
from voltward.fleet.selectors.products import product_visible
from voltward.monitoring.models import ContactAttempt, WatchCase, WatchLimit
from voltward.monitoring.services.watch_limits import BY_BATTERY
from voltward.records.models import Person
from voltward.records.ui.forms import LOCAL_INSTANT, ColleagueForm


class ContactForm(forms.Form):
    at = forms.DateTimeField(
        label=_("联系时间"),
        widget=forms.DateTimeInput(format=LOCAL_INSTANT, attrs={"type": "datetime-local"}),
    )
    reached = forms.ChoiceField(label=_("联系对象"), choices=ContactAttempt.WHOM)
    outcome = forms.ChoiceField(label=_("联系结果"), choices=ContactAttempt.OUTCOMES)
    note = forms.CharField(label=_("联系情况（不写姓名与电话）"), max_length=500, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["at"].initial = timezone.localtime().strftime(LOCAL_INSTANT)


class GiveForm(ColleagueForm):
    reason = forms.CharField(label=_("理由（他人已认领时必填）"), max_length=500, required=False)


class RecheckForm(forms.Form):
    on = forms.DateField(label=_("复查日"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("等待什么"), max_length=500)


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(label=_("结论"))
    text = forms.CharField(
        label=_("依据（谁、何时、看到什么；佐证请上传为附件）"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, queue: str, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["verdict"].choices = WatchCase.verdicts(queue)  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = forms.CharField(label=_("备注"), max_length=500)


class PlaceForm(forms.Form):
    contact = forms.CharField(
        label=_("场地方单位与值班电话（不写个人信息）"), max_length=200, required=False
    )


class LimitForm(forms.Form):
    """``battery_type_id`` only where the number is the battery's own."""

    battery_type_id = forms.TypedChoiceField(label=_("电池类型"), coerce=int)
    value = forms.FloatField(label=_("数值"))
    source = forms.CharField(label=_("依据（文件与条款）"), max_length=240)
    confidence = forms.ChoiceField(label=_("可信度"), choices=WatchLimit.CONFIDENCES)
    effective_from = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("修改理由"), max_length=500)

    def __init__(self, actor: Person, limit: WatchLimit, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        value = self.fields["value"]
        value.widget.attrs |= {"min": limit.lowest, "max": limit.highest, "step": "any"}
        if limit.code not in BY_BATTERY:
            del self.fields["battery_type_id"]
            return
        types = product_visible(actor, BatteryType).order_by("name")
        self.fields["battery_type_id"].choices = [(one.pk, one.name) for one in types]  # type: ignore[attr-defined]

"""Forms of clocks and tasks: to whom, until when, why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voltward.records.models import Clock, DeadlineRule, Person
from voltward.records.selectors.deadlines import deadline_severities
from voltward.records.selectors.own_units import person_assignable, unit_open

LOCAL_INSTANT = "%Y-%m-%dT%H:%M"


class ActorForm(forms.Form):
    """A form whose choices depend on who fills it in. ``prefix`` keeps ids apart on one page."""

    use_required_attribute = True

    def __init__(self, actor: Person, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.actor = actor


class ColleagueForm(ActorForm):
    owner_id = forms.TypedChoiceField(label=_("负责人"), coerce=int)

    def __init__(self, actor: Person, *arguments: Any, **named: Any) -> None:
        super().__init__(actor, *arguments, **named)
        people = person_assignable(actor)
        self.fields["owner_id"].choices = [(one.pk, one.display_name) for one in people]  # type: ignore[attr-defined]
        self.fields["owner_id"].initial = actor.pk


class AssignForm(ColleagueForm):
    unit_id = forms.TypedChoiceField(label=_("部门"), coerce=int, required=False, empty_value=None)
    reason = forms.CharField(label=_("理由（他人已认领时必填）"), max_length=500, required=False)

    def __init__(self, actor: Person, *arguments: Any, **named: Any) -> None:
        super().__init__(actor, *arguments, **named)
        units = [(one.pk, one.name) for one in unit_open(actor)]
        self.fields["unit_id"].choices = [("", "—"), *units]  # type: ignore[attr-defined]


class HandOverForm(ColleagueForm):
    note = forms.CharField(label=_("交接说明"), max_length=500)


class ExtendForm(forms.Form):
    to_at = forms.DateTimeField(
        label=_("新的截止时间"),
        widget=forms.DateTimeInput(format=LOCAL_INSTANT, attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(label=_("理由"), max_length=500)


class StopForm(forms.Form):
    met = forms.TypedChoiceField(
        label=_("结果"),
        choices=[("yes", _("已完成，有凭证")), ("no", _("终止，不再需要"))],
        coerce=lambda value: value == "yes",
    )
    proof_text = forms.CharField(label=_("凭证（回执编号等）"), max_length=500, required=False)
    proof_url = forms.CharField(label=_("凭证链接（本平台内）"), max_length=240, required=False)
    reason = forms.CharField(label=_("说明（超时或终止时必填）"), max_length=500, required=False)


class SeverityForm(ActorForm):
    severity = forms.ChoiceField(label=_("情形"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=500)

    def __init__(self, actor: Person, clock: Clock, *arguments: Any, **named: Any) -> None:
        super().__init__(actor, *arguments, **named)
        others: list[DeadlineRule] = deadline_severities(actor, clock.code)
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            (one.severity, one.condition or _("一般情形")) for one in others
        ]


class TaskForm(ColleagueForm):
    title = forms.CharField(label=_("任务"), max_length=200)
    subject_text = forms.CharField(label=_("对象"), max_length=120, required=False)
    due_at = forms.DateTimeField(
        label=_("截止时间"),
        required=False,
        widget=forms.DateTimeInput(format=LOCAL_INSTANT, attrs={"type": "datetime-local"}),
    )
    field_order = ("title", "subject_text", "owner_id", "due_at")


class DoneForm(forms.Form):
    note = forms.CharField(label=_("完成情况"), max_length=500, required=False)

"""How I want to be told: the order of channels, quiet hours, language, addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records.models import LANGUAGES, Person, QuietHours
from voltward.records.models.notice_ways import OUTSIDE_KINDS
from voltward.records.models.notices import SEVERITIES
from voltward.records.selectors.recipients import contact_on_file, setting_of
from voltward.records.services.notice_settings import Quiet, own_notice_setting_change
from voltward.records.ui.actor import person_of

PLACES = ("first", "second", "third")
ADDRESSES = ("email", "phone")
_KINDS = [("", "—"), *OUTSIDE_KINDS]
_CLOCK = {"type": "time"}


class SettingForm(forms.Form):
    first = forms.ChoiceField(label=gettext_lazy("首选渠道"), choices=_KINDS, required=False)
    second = forms.ChoiceField(label=gettext_lazy("次选渠道"), choices=_KINDS, required=False)
    third = forms.ChoiceField(label=gettext_lazy("备用渠道"), choices=_KINDS, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("通知语言"),
        choices=[("", gettext_lazy("与页面相同")), *LANGUAGES],
        required=False,
    )
    email = forms.CharField(label=gettext_lazy("电子邮箱"), max_length=254, required=False)
    phone = forms.CharField(label=gettext_lazy("手机号"), max_length=24, required=False)
    starts = forms.TimeField(
        label=gettext_lazy("免打扰开始"), required=False, widget=forms.TimeInput(attrs=_CLOCK)
    )
    ends = forms.TimeField(
        label=gettext_lazy("免打扰结束"), required=False, widget=forms.TimeInput(attrs=_CLOCK)
    )
    passes_from = forms.TypedChoiceField(
        label=gettext_lazy("不受免打扰限制的最低级别"),
        choices=SEVERITIES[1:],
        coerce=int,
        initial=3,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("starts") is None) != (given.get("ends") is None):
            raise forms.ValidationError(_("免打扰的开始和结束须同时填写或同时留空。"))
        return given


@needs("account.own")
@require_http_methods(["GET", "POST"])
def own_setting(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    form = SettingForm(request.POST or None, initial=_present(person))
    contact = contact_on_file(person)
    for name in ADDRESSES:  # what is on file is shown masked, and stays where nothing is typed
        form.fields[name].widget.attrs["placeholder"] = str(getattr(contact, name, None) or "")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        order = [given[place] for place in PLACES if given[place]]
        quiet = None
        if given["starts"] is not None:
            quiet = Quiet(given["starts"], given["ends"], given["passes_from"])
        try:
            own_notice_setting_change(
                person, order=order or None, language=given["language"], quiet=quiet,
                email=given["email"] or None, phone=given["phone"] or None,
            )  # fmt: skip
        except BadInput as refusal:
            field = str(refusal).partition(":")[0]
            form.add_error(field if field in form.fields else None, _("请检查填写的内容。"))
        else:
            messages.success(request, _("通知设置已保存。"))
            return redirect("notice-settings")
    status = 422 if form.errors else 200
    return render(request, "records/notice_settings.html", {"form": form}, status=status)


def _present(person: Person) -> dict[str, Any]:
    setting = setting_of(person)
    present: dict[str, Any] = dict(zip(PLACES, setting.order or [], strict=False))
    present["language"] = setting.language
    hours = QuietHours.objects.filter(person=person).first()
    if hours is not None:
        present |= {"starts": hours.starts, "ends": hours.ends, "passes_from": hours.passes_from}
    return present

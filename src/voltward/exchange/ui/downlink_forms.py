"""The forms of commands to vehicles: parameters to query, values to set, terminal controls."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.exchange.downlink_frames import SETTABLE, TABLES, UPGRADE_FIELDS
from voltward.exchange.downlink_words import parameter_title
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.models.downlink import ALARM, CONTROL, QUERY, SET, UPGRADE
from voltward.exchange.ui.platform_forms import RefusableForm
from voltward.frames import words
from voltward.frames.grammar import Number, Text
from voltward.monitoring.models import Alarm, WatchCase
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.texts import here

_GROUNDS = gettext_lazy("请选择该车未关闭的告警或关注事项。")


class CommandForm(RefusableForm):
    """What every command takes; ``body`` is what the service calls so."""

    edition = forms.TypedChoiceField(
        label=gettext_lazy("协议版本（须与终端一致）"), choices=DownlinkCommand.EDITIONS, coerce=int
    )
    control: int | None = None
    password = ""

    def __init__(self, alarms: list[Alarm], cases: list[WatchCase], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.add_own_fields()
        none = [("", _("无（升级、关机、恢复出厂设置必选）"))]
        of_alarms = [(f"Alarm:{one.pk}", rule_title(one.rule)) for one in alarms]
        of_cases = [(f"WatchCase:{one.pk}", str(one)) for one in cases]
        self.fields["grounds"] = forms.ChoiceField(
            label=_("依据：告警或关注事项"), choices=[*none, *of_alarms, *of_cases], required=False
        )
        self.fields["reason"] = forms.CharField(label=_("理由（记入审计）"), max_length=500)

    def add_own_fields(self) -> None:
        raise NotImplementedError

    def body(self) -> dict[str, Any]:
        raise NotImplementedError

    def refuse(self, refusal: Any) -> None:
        if str(refusal).startswith("grounds"):
            self.add_error("grounds", str(_GROUNDS))
        else:
            super().refuse(refusal)


class QueryForm(CommandForm):
    def add_own_fields(self) -> None:
        choices = [(code, parameter_title(2016, code)) for code in TABLES[2016]]
        self.fields["ids"] = forms.TypedMultipleChoiceField(
            label=_("参数"), choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple
        )

    def body(self) -> dict[str, Any]:
        return {"ids": self.cleaned_data["ids"]}


class SetForm(CommandForm):
    """An empty field leaves the vehicle's value as it is."""

    def add_own_fields(self) -> None:
        for code in SETTABLE:
            self.fields[f"p{code}"] = _parameter_field(code, TABLES[2016][code])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.body()["values"]:
            raise forms.ValidationError(_("请至少填写一个参数。"))
        return cleaned

    def body(self) -> dict[str, Any]:
        given = {code: self.cleaned_data.get(f"p{code}") for code in SETTABLE}
        return {"values": {str(code): one for code, one in given.items() if one not in (None, "")}}


class ControlForm(CommandForm):
    """Fields of an alarm and of an upgrade count only for these."""

    def add_own_fields(self) -> None:
        self.fields["control"] = forms.TypedChoiceField(
            label=_("终端控制"), choices=DownlinkCommand.CONTROLS, coerce=int
        )
        self.fields["level"] = forms.IntegerField(
            label=_("报警：等级"), min_value=0, max_value=4, required=False
        )
        self.fields["text"] = forms.CharField(label=_("报警：内容"), max_length=120, required=False)
        for name in UPGRADE_FIELDS:
            self.fields[name] = _upgrade_field(name)
        self.fields["dial_password"] = forms.CharField(
            label=_("升级：") + here(words.field("dial_password")), required=False, max_length=64,
            widget=forms.PasswordInput,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("control") == ALARM and cleaned.get("level") is None:
            self.add_error("level", _("请填写报警等级。"))
        needed = ("upgrade_url", "upgrade_address", "upgrade_port", "upgrade_limit_min")
        for name in needed if cleaned.get("control") == UPGRADE else ():
            if cleaned.get(name) in (None, ""):
                self.add_error(name, _("升级须填写此项。"))
        self.control = cleaned.get("control")
        if self.control == UPGRADE:
            self.password = cleaned.get("dial_password", "")
        return cleaned

    def body(self) -> dict[str, Any]:
        if self.control == ALARM:
            return {"level": self.cleaned_data["level"], "text": self.cleaned_data["text"]}
        if self.control == UPGRADE:
            return {name: self.cleaned_data[name] for name in UPGRADE_FIELDS}
        return {}


FORMS: dict[str, type[CommandForm]] = {QUERY: QueryForm, SET: SetForm, CONTROL: ControlForm}


def _parameter_field(code: int, kind: Number | Text) -> forms.Field:
    label = parameter_title(2016, code)
    if isinstance(kind, Text):
        return forms.CharField(label=label, required=False, max_length=120)
    if kind.named:
        words_of = ((code, here(words.choice(word))) for code, word in kind.named.items())
        return forms.TypedChoiceField(
            label=label,
            required=False,
            choices=[("", "—"), *words_of],
            coerce=int,
            empty_value=None,
        )
    if kind.per_unit > 1:
        return forms.FloatField(label=label, required=False, min_value=0)
    return forms.IntegerField(label=label, required=False, min_value=0)


def _upgrade_field(name: str) -> forms.Field:
    label = _("升级：") + here(words.field(name))
    if name in ("upgrade_port", "upgrade_limit_min"):
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=65_535)
    if name == "upgrade_address":
        return forms.GenericIPAddressField(label=label, required=False, protocol="IPv4")
    return forms.CharField(label=label, required=False, max_length=120)

"""The forms on a vehicle's page, and where each is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.fleet.models import Agreement, Configuration, OwnerPeriod, PartRecord, Vehicle
from voltward.fleet.selectors import vehicle_by_vin
from voltward.fleet.selectors.agreements import agreement_versions
from voltward.fleet.selectors.products import configuration_listed
from voltward.fleet.services import agreements, life, owners, parts, vehicles
from voltward.pages.room import Text
from voltward.records.actors import actor_of
from voltward.records.models import Person


class DayInput(forms.DateInput):
    input_type = "date"


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"


def _day(label: Any, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput(format="%Y-%m-%d"))


class RecordForm(forms.Form):
    configuration: forms.ModelChoiceField[Configuration] = forms.ModelChoiceField(
        Configuration.objects.none(), label=gettext_lazy("配置"), required=False
    )
    plate = forms.CharField(label=gettext_lazy("车牌"), max_length=16, required=False)
    produced_on = _day(gettext_lazy("生产日期"), required=False)
    first_used_on = _day(gettext_lazy("首次使用日期"), required=False)

    def __init__(self, actor: Person, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["configuration"].queryset = configuration_listed(actor)  # type: ignore[attr-defined]


class OwnerForm(forms.Form):
    since = _day(gettext_lazy("起始日期"))
    kind = forms.ChoiceField(label=gettext_lazy("所有人类型"), choices=OwnerPeriod.KINDS)
    usage_class = forms.ChoiceField(label=gettext_lazy("使用性质"), choices=OwnerPeriod.USAGES)
    region_code = forms.RegexField(r"^\d{6}\Z", label=gettext_lazy("行政区划代码"), required=False)


class SaleForm(OwnerForm):
    first_used_on = _day(gettext_lazy("首次使用日期"), required=False)


class UseForm(forms.Form):
    first_used_on = _day(gettext_lazy("首次使用日期"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("离线原因"), max_length=300)


class NothingForm(forms.Form):
    """A button that needs no words."""


class ScrapForm(forms.Form):
    scrapped_on = _day(gettext_lazy("报废日期"))
    proof = forms.CharField(label=gettext_lazy("报废证明编号或附件名称"), max_length=300)


class PartForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("部件"), choices=PartRecord.KINDS)
    serial = forms.CharField(label=gettext_lazy("序列号"), max_length=64)
    batch = forms.CharField(label=gettext_lazy("批次"), max_length=64, required=False)
    supplier = forms.CharField(label=gettext_lazy("供应商"), max_length=80, required=False)
    plant = forms.CharField(label=gettext_lazy("产地"), max_length=80, required=False)
    made_on = _day(gettext_lazy("生产日期"), required=False)


class FitForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("电池编码"), min_length=24, max_length=24)
    fitted_on = _day(gettext_lazy("装入日期"))


class SoftwareForm(forms.Form):
    unit = forms.CharField(label=gettext_lazy("控制器"), max_length=40)
    version = forms.CharField(label=gettext_lazy("版本"), max_length=80)
    installed_at = forms.DateTimeField(label=gettext_lazy("安装时间"), widget=MomentInput)


class AgreementForm(forms.Form):
    version: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label=gettext_lazy("协议版本")
    )
    agreed_at = forms.DateTimeField(label=gettext_lazy("同意时间"), widget=MomentInput)
    channel = forms.ChoiceField(label=gettext_lazy("签署方式"), choices=Agreement.CHANNELS)

    def __init__(self, actor: Person, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["version"].queryset = agreement_versions(actor)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Step:
    """A form of a vehicle: ``save(actor, vehicle, values)``; afterwards the tab ``back``."""

    title: Text
    form: Callable[[Person, Vehicle, Any], forms.Form]
    save: Callable[[Person, Vehicle, dict[str, Any]], object]
    needs: str = "vehicle.write"
    back: str = "vehicle-record"


def _recorded(actor: Person, vehicle: Vehicle, data: Any) -> forms.Form:
    names = ("configuration", "plate", "produced_on", "first_used_on")
    return RecordForm(actor, data, initial={name: getattr(vehicle, name) for name in names})


def _change(actor: Person, vehicle: Vehicle, values: dict[str, Any]) -> object:
    chosen = values.pop("configuration")
    return vehicles.vehicle_change(
        actor, vin=vehicle.vin, configuration_id=chosen.pk if chosen else None, **values
    )


def _sell(actor: Person, vehicle: Vehicle, values: dict[str, Any]) -> object:
    return owners.vehicle_sell(actor, vin=vehicle.vin, sold_on=values.pop("since"), **values)


def _add_part(actor: Person, vehicle: Vehicle, values: dict[str, Any]) -> object:
    return parts.parts_add(actor, parts=[parts.Part(vin=vehicle.vin, **values)], source="office")


def _agree(actor: Person, vehicle: Vehicle, values: dict[str, Any]) -> object:
    version = values.pop("version")
    return agreements.agreement_add(actor, vin=vehicle.vin, version_id=version.pk, **values)


def _of(form: type[forms.Form]) -> Callable[[Person, Vehicle, Any], forms.Form]:
    return lambda _actor, _vehicle, data: form(data)


def _by(service: Callable[..., object]) -> Callable[[Person, Vehicle, dict[str, Any]], object]:
    return lambda actor, vehicle, values: service(actor, vin=vehicle.vin, **values)


STEPS: dict[str, Step] = {
    "change": Step(gettext_lazy("修改档案"), _recorded, _change),
    "sell": Step(gettext_lazy("登记销售"), _of(SaleForm), _sell, back="vehicle-record"),
    "owner": Step(gettext_lazy("变更所有人"), _of(OwnerForm), _by(owners.owner_change),
                  back="vehicle-record"),
    "use": Step(gettext_lazy("投入使用"), _of(UseForm), _by(life.vehicle_use)),
    "offline": Step(gettext_lazy("确认离线"), _of(ReasonForm), _by(life.vehicle_confirm_offline)),
    "resume": Step(gettext_lazy("恢复在用"), _of(NothingForm), _by(life.vehicle_resume)),
    "scrap": Step(gettext_lazy("申请报废"), _of(ScrapForm), _by(life.vehicle_scrap_propose)),
    "part": Step(gettext_lazy("添加部件"), _of(PartForm), _add_part, back="vehicle-build"),
    "fit": Step(gettext_lazy("装入电池包"), _of(FitForm), _by(parts.pack_fit), back="vehicle-build"),
    "software": Step(gettext_lazy("登记软件版本"), _of(SoftwareForm), _by(parts.software_install),
                     back="vehicle-build"),
    "agree": Step(gettext_lazy("登记协议"), lambda actor, _vehicle, data: AgreementForm(actor, data),
                  _agree, needs="agreement.write", back="vehicle-agreements"),
}  # fmt: skip


class StepPage(View):
    """One form of a vehicle on a page of its own; the same for all steps."""

    needs = "vehicle.read"  # each step's own grant is asked for below and by its service
    step: Step = STEPS["change"]  # as_view() names each one's own

    def get(self, request: HttpRequest, vin: str) -> HttpResponse:
        actor = actor_of(request)
        vehicle = vehicle_by_vin(actor, vin)
        if self.step.needs not in actor.grants:
            raise NotPermitted(self.step.needs)
        return self._page(request, vehicle, self.step.form(actor, vehicle, None))

    def post(self, request: HttpRequest, vin: str) -> HttpResponse:
        actor = actor_of(request)
        vehicle = vehicle_by_vin(actor, vin)
        form = self.step.form(actor, vehicle, request.POST)
        if form.is_valid():
            try:
                self.step.save(actor, vehicle, dict(form.cleaned_data))
            except WrongState:
                form.add_error(None, _("车辆当前状态不允许此操作。"))
            except BadInput:
                form.add_error(None, _("保存失败：请检查日期先后与编码是否正确或已被占用。"))
            else:
                messages.success(request, _("已保存。"))
                return redirect(self.step.back, vehicle.vin)
        return self._page(request, vehicle, form)

    def _page(self, request: HttpRequest, vehicle: Vehicle, form: forms.Form) -> HttpResponse:
        context = {"vehicle": vehicle, "form": form, "step": self.step}
        return render(request, "fleet/step.html", context, status=422 if form.errors else 200)

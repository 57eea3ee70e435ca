"""The page of one owner of a vehicle: masked, shown with a reason, put down, erased."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.fleet.models import OwnerIdentity, OwnerPeriod
from voltward.fleet.selectors.owners import identity_of, period_by_id
from voltward.fleet.services.identities import LONGEST, owner_erase, owner_identify
from voltward.pages.access import needs
from voltward.records.actions import label
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.protection.ciphers import Unreadable
from voltward.records.retention import Held
from voltward.records.selectors.protection import window_open
from voltward.records.services.protection import protected_shown

FIELDS: Final = tuple(LONGEST)
WRONG: Final = {
    "name": gettext_lazy("请至少填写一项；姓名或名称不超过 80 个字符。"),
    "phone": gettext_lazy("请填写 5 至 15 位数字。"),
    "identity_number": gettext_lazy("证件号码应为 4 至 40 位数字或字母。"),
    "address": gettext_lazy("联系地址不超过 200 个字符。"),
}


class IdentityForm(forms.Form):
    """What is on file is not shown here; an empty field leaves it as it is."""

    name = forms.CharField(label=gettext_lazy("姓名或名称"), max_length=80, required=False)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=32, required=False)
    identity_number = forms.CharField(label=gettext_lazy("证件号码"), max_length=40, required=False)
    address = forms.CharField(label=gettext_lazy("联系地址"), max_length=200, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


@needs("vehicle.read")
@require_safe
def page(request: HttpRequest, vin: str, period_id: int) -> HttpResponse:
    """The period, and its owner masked."""
    return _shown(request, period_by_id(actor_of(request), vin, period_id))


@needs("owner.read")
@require_POST
def show(request: HttpRequest, vin: str, period_id: int) -> HttpResponse:
    """One value in the clear, in this answer only; the audit row is there before it."""
    actor = actor_of(request)
    identity = identity_of(actor, vin, period_id)
    field, plain = request.POST.get("field", ""), ""
    try:
        plain = protected_shown(
            actor, record=identity, field=field, reason=request.POST.get("reason", "")
        )
    except BadInput:
        messages.error(request, _("请填写查看理由。"))
    except Unreadable:
        messages.error(request, _("该信息已删除或无法解密。"))
    return _shown(request, period_by_id(actor, vin, period_id), field, plain)


@needs("owner.write")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, vin: str, period_id: int) -> HttpResponse:
    """Put down who the owner is."""
    actor, form = actor_of(request), IdentityForm(request.POST or None)
    period = period_by_id(actor, vin, period_id)
    if request.method == "POST" and form.is_valid():
        try:
            owner_identify(actor, vin=vin, period_id=period_id, values=form.cleaned_data)
        except BadInput as refusal:
            field = str(refusal).partition(":")[0]
            form.add_error(field, WRONG[field])
        except WrongState:
            form.add_error(None, _("该所有人的个人信息已删除，不能重新填写。"))
        else:
            messages.success(request, _("已保存。"))
            return redirect("vehicle-owner", period.vehicle.vin, period.pk)
    context = {"vehicle": period.vehicle, "period": period, "form": form}
    return render(request, "fleet/owner_form.html", context, status=422 if form.errors else 200)


@needs("owner.erase")
@require_POST
def erase(request: HttpRequest, vin: str, period_id: int) -> HttpResponse:
    """Erase the owner from all periods; the sales stay."""
    try:
        number = owner_erase(
            actor_of(request), vin=vin, period_id=period_id, reason=request.POST.get("reason", "")
        )
    except BadInput:
        messages.error(request, _("请填写删除理由。"))
    except WrongState:
        messages.error(request, _("该所有人的个人信息已经删除。"))
    except Held:
        messages.error(request, _("该记录在法律保全中，不能删除。"))
    else:
        text = _("已删除该所有人在 %(number)d 个期间的个人信息；销售记录保留。")
        messages.success(request, text % {"number": number})
    return redirect("vehicle-owner", vin, period_id)


def _shown(
    request: HttpRequest, period: OwnerPeriod, opened: str = "", plain: str = ""
) -> HttpResponse:
    """``opened``: the name of the field that is shown as ``plain``, and no other."""
    actor = actor_of(request)
    identity: OwnerIdentity | None = getattr(period, "identity", None)
    facts = [
        (name, _title(name), plain if plain and name == opened else getattr(identity, name))
        for name in (FIELDS if identity else ())
    ]
    context = {
        "vehicle": period.vehicle,
        "period": period,
        "identity": identity,
        "facts": facts,
        "opened": opened if plain else "",
        "window": _window(actor, identity),
    }
    return render(request, "fleet/owner.html", context)


def _title(name: str) -> str:
    return str(OwnerIdentity._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _window(actor: Person, identity: OwnerIdentity | None) -> object:
    return window_open(actor, label(identity)) if identity else None

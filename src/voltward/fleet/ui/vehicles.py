"""The list of vehicles, the page of one, and putting one into the books."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.base.vin import check_digit_is_right
from voltward.fleet import selectors, services
from voltward.fleet.keys import vehicle_key
from voltward.fleet.lists import VEHICLES
from voltward.fleet.selectors.owners import periods_of
from voltward.pages.access import needs
from voltward.pages.lists.page import ListPage
from voltward.pages.room import REGISTRY
from voltward.records.actors import actor_of


class VehicleList(ListPage):
    declaration = VEHICLES


@needs("vehicle.read")
@require_safe
def first_tab(request: HttpRequest, vin: str) -> HttpResponse:
    """The page of a vehicle opens at the first tab its reader may see."""
    vehicle = selectors.vehicle_by_vin(actor_of(request), vin)
    return redirect(REGISTRY.tabs("vehicle", actor_of(request))[0].url_name, vehicle.vin)


@needs("vehicle.read")
@require_safe
def record_tab(request: HttpRequest, vin: str) -> HttpResponse:
    """What the books say about a vehicle."""
    actor = actor_of(request)
    vehicle = selectors.vehicle_by_vin(actor, vin)
    context = {
        "vehicle": vehicle,
        "vin_warning": not check_digit_is_right(vehicle.vin),
        "periods": periods_of(actor, vehicle),
    }
    return render(request, "fleet/record.html", context)


class RegisterForm(forms.Form):
    vin = forms.CharField(label="VIN", max_length=17, min_length=17)
    model_name = forms.CharField(label=gettext_lazy("车型"), max_length=80, required=False)
    battery_type = forms.CharField(label=gettext_lazy("电池类型"), max_length=80, required=False)
    plate = forms.CharField(label=gettext_lazy("车牌"), max_length=16, required=False)


@needs("vehicle.register")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Put one vehicle into the books."""
    form = RegisterForm(request.POST or None, initial={"vin": request.GET.get("vin", "")})
    if request.method == "POST" and form.is_valid():
        try:
            vehicle = services.vehicle_register(
                actor_of(request), key=vehicle_key(), **form.cleaned_data
            )
        except WrongState:
            form.add_error("vin", _("该车辆已建档。"))
        except BadInput:
            form.add_error("vin", _("VIN 应为 17 位（不含 I、O、Q），且未被占用。"))
        else:
            messages.success(request, _("车辆 %(vin)s 已建档。") % {"vin": vehicle.vin})
            return redirect("vehicle-record", vehicle.vin)
    return render(
        request, "fleet/register.html", {"form": form}, status=422 if form.errors else 200
    )

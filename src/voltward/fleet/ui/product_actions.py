"""What pages of models and battery types can do beside editing: sign of current, safe boundary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput, WrongState
from voltward.fleet import telemetry
from voltward.fleet.models import BatteryType, SafeBoundary, Vehicle, VehicleModel
from voltward.fleet.selectors.products import product_by_id, product_visible
from voltward.fleet.services.boundaries import LIMITS, boundary_propose
from voltward.fleet.services.signs import current_sign_decide, current_sign_propose
from voltward.pages.access import needs
from voltward.records.actors import actor_of

JUDGED_VEHICLES: Final = 10
JUDGED_SPAN: Final = timedelta(days=3)


@needs("vehicle.write")
@require_POST
def detect_sign(request: HttpRequest, row_id: int) -> HttpResponse:
    """Judge the newest telemetry of some vehicles of the model."""
    actor, now = actor_of(request), timezone.now()
    model = product_by_id(actor, VehicleModel, row_id)
    vehicles = product_visible(actor, Vehicle).filter(configuration__model=model).order_by("-pk")
    series = [
        telemetry.series_of(vehicle.vehicle_id, now - JUDGED_SPAN, now)
        for vehicle in vehicles[:JUDGED_VEHICLES]
    ]
    evidence, proposal = current_sign_propose(actor, model_id=model.pk, series=series)
    if proposal is None:
        text = _(
            "数据不足以判断电流符号：可用 %(rows)d 行，一致 %(agree)d 段，相反 %(against)d 段。"
        )
        messages.warning(request, text % evidence.as_json())
    else:
        messages.success(request, _("已得出电流符号建议，请人工确认。"))
    return redirect("vehicle-model-page", row_id)


@needs("vehicle.write")
@require_POST
def decide_sign(request: HttpRequest, row_id: int, proposal_id: int) -> HttpResponse:
    try:
        current_sign_decide(
            actor_of(request), proposal_id=proposal_id, is_right=request.POST.get("right") == "1"
        )
    except WrongState:
        messages.error(request, _("该建议已被处理。"))
    return redirect("vehicle-model-page", row_id)


class BoundaryForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SafeBoundary
        fields = ["valid_from", *LIMITS, "source", "confidence"]
        widgets = {"valid_from": forms.DateInput(attrs={"type": "date"})}
        labels: dict[str, Any] = {"source": gettext_lazy("来源（报告或文件编号）")}


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def boundary_new(request: HttpRequest, row_id: int) -> HttpResponse:
    """Propose the next version of a battery type's safe-use boundary."""
    actor = actor_of(request)
    row = product_by_id(actor, BatteryType, row_id)
    form = BoundaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            boundary_propose(
                actor, battery_type_id=row.pk, valid_from=given["valid_from"],
                limits={name: given[name] for name in LIMITS}, source=given["source"],
                confidence=given["confidence"],
            )  # fmt: skip
        except BadInput:
            form.add_error(None, _("至少填写一项边界；下限不得高于上限。"))
        else:
            messages.success(request, _("已提交，待第二人审批后生效。"))
            return redirect("battery-type-page", row.pk)
    context = {"form": form, "row": row}
    return render(request, "fleet/boundary_form.html", context, status=422 if form.errors else 200)

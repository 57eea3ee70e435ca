"""Confirming a defect on the page of a controller type."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput, WrongState
from voltward.fleet.models import ControllerType
from voltward.fleet.selectors.products import product_by_id
from voltward.fleet.services.defects import controller_type_defect
from voltward.pages.access import needs
from voltward.records.actors import actor_of


class DefectForm(forms.Form):
    confirmed_at = forms.DateTimeField(
        label=gettext_lazy("确认时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(label=gettext_lazy("缺陷说明"), max_length=200)


@needs("vehicle.write")
@require_http_methods(["GET", "POST"])
def defect(request: HttpRequest, row_id: int) -> HttpResponse:
    """What the defect is and when it was confirmed."""
    actor, form = actor_of(request), DefectForm(request.POST or None)
    row = product_by_id(actor, ControllerType, row_id)
    if request.method == "POST" and form.is_valid():
        try:
            controller_type_defect(actor, row_id=row.pk, **form.cleaned_data)
        except (BadInput, WrongState):
            form.add_error(None, _("确认时间不能晚于现在，且“召回计划”时限规则须已启用。"))
        else:
            messages.success(request, _("缺陷已确认，召回计划的时钟已开始。"))
            return redirect("controller-type-page", row.pk)
    context = {"form": form, "row": row}
    status = 422 if form.errors else 200
    return render(request, "fleet/controller_type_defect.html", context, status=status)

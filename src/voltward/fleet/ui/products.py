"""The page of a product record and the form behind it, the same for all kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from voltward.base.errors import BadInput
from voltward.fleet.current_sign import Evidence
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors.products import (
    boundary_visible,
    product_by_id,
    product_visible,
    sign_proposals,
)
from voltward.fleet.services.boundaries import LIMITS
from voltward.fleet.ui.kinds import KINDS, Kind, page_url
from voltward.records.actors import actor_of
from voltward.records.models import Person

LONG_LISTS = (Vehicle,)  # chosen by typing, not from a list


class ProductPage(View):
    needs = "vehicle.read"
    kind: Kind = KINDS[0]  # as_view() names each one's own

    def get(self, request: HttpRequest, row_id: int) -> HttpResponse:
        actor = actor_of(request)
        row = product_by_id(actor, self.kind.model, row_id)
        context = {
            "kind": self.kind,
            "list_url": self.kind.slug + "s",
            "edit_url": self.kind.slug + "-edit",
            "row": row,
            "facts": [fact_of(row, name) for name in self.kind.fields],
            "related": self.kind.related(actor, row),
            **_more(actor, row),
        }
        return render(request, self.kind.template, context)


def _more(actor: Person, row: models.Model) -> dict[str, Any]:
    """What only the pages of models and battery types show."""
    name = type(row).__name__
    if name == "VehicleModel":
        proposals = sign_proposals(actor).filter(model=row.pk)[:20]
        return {"proposals": [(one, Evidence(**one.evidence)) for one in proposals]}
    if name == "BatteryType":
        boundaries = boundary_visible(actor).filter(battery_type=row.pk)[:50]
        return {
            "boundaries": [(one, [fact_of(one, limit) for limit in LIMITS]) for one in boundaries]
        }
    return {}


def fact_of(row: models.Model, name: str) -> tuple[str, Any, str]:
    """Name, value as shown, and address of what it points to."""
    field = row._meta.get_field(name)
    value = getattr(row, name)
    title = str(getattr(field, "verbose_name", name))
    if isinstance(value, models.Model):
        return title, str(value), page_url(value)
    if isinstance(value, bool):
        return title, _("是") if value else _("否"), ""
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else value
    return title, "—" if value in (None, "") else value, ""


class ProductEdit(View):
    """Adds a record (no ``row_id``) or changes one."""

    needs = "vehicle.write"
    kind: Kind = KINDS[0]  # as_view() names each one's own

    def get(self, request: HttpRequest, row_id: int | None = None) -> HttpResponse:
        return self._page(request, self._form(request, row_id), row_id)

    def post(self, request: HttpRequest, row_id: int | None = None) -> HttpResponse:
        actor, form = actor_of(request), self._form(request, row_id)
        if form.is_valid():
            values = {name: form.cleaned_data[name] for name in self.kind.fields}
            try:
                row = self.kind.write(actor, values=values, row_id=row_id)
            except BadInput:
                form.add_error(None, _("保存失败：名称或编码已被占用，或数值超出范围。"))
            else:
                messages.success(request, _("已保存。"))
                return redirect(page_url(row))
        return self._page(request, form, row_id)

    def _form(self, request: HttpRequest, row_id: int | None) -> forms.BaseForm:
        actor = actor_of(request)
        row = product_by_id(actor, self.kind.model, row_id) if row_id is not None else None
        made = form_of(self.kind.model, self.kind.fields, actor)
        return made(request.POST or None, instance=row or self.kind.model())

    def _page(self, request: HttpRequest, form: forms.BaseForm, row_id: int | None) -> HttpResponse:
        context = {
            "form": form,
            "kind": self.kind,
            "list_url": self.kind.slug + "s",
            "row_id": row_id,
        }
        return render(
            request, "fleet/product_form.html", context, status=422 if form.errors else 200
        )


class VinField(forms.CharField):
    """A vehicle of the actor's maker, by its VIN; empty: none."""

    def __init__(self, actor: Person, **more: Any) -> None:
        super().__init__(max_length=17, required=False, **more)
        self._actor = actor

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return Vehicle.objects.filter(pk=value).values_list("vin", flat=True).first()
        return value

    def clean(self, value: Any) -> Vehicle | None:
        vin = super().clean(value).strip().upper()
        if not vin:
            return None
        vehicle = product_visible(self._actor, Vehicle).filter(vin=vin).first()
        if vehicle is None:
            raise forms.ValidationError(_("没有这辆车。"))
        return vehicle


def form_of(
    model: type[models.Model], fields: Sequence[str], actor: Person
) -> type[forms.ModelForm[Any]]:
    """A form of some fields of a model; what points to other records offers the actor's own only."""

    def chosen(field: models.Field[Any, Any], **more: Any) -> forms.Field | None:
        if isinstance(field, models.ForeignKey):
            target = field.related_model
            if target in LONG_LISTS:
                return VinField(actor, label="VIN")
            more["queryset"] = product_visible(actor, target)
        return field.formfield(**more)

    return forms.modelform_factory(model, fields=fields, formfield_callback=chosen)

"""Pages of service outlets and charging sites: shown, added, changed, closed, opened again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from voltward.base.errors import BadInput, WrongState
from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.selectors.places import READ
from voltward.fleet.selectors.products import product_by_id
from voltward.fleet.services import places as services
from voltward.fleet.ui.products import fact_of, form_of
from voltward.pages.room import Text
from voltward.records import days
from voltward.records.actors import actor_of


@dataclass(frozen=True)
class PlaceKind:
    """``slug`` names the addresses; ``writes``: the grant that all its services need."""

    slug: str
    model: type[Any]
    title: Text
    writes: str
    write: Callable[..., models.Model]
    close: Callable[..., models.Model]
    reopen: Callable[..., models.Model]

    @property
    def fields(self) -> tuple[str, ...]:
        return services.EDITABLE[self.model]

    @property
    def list_url(self) -> str:
        return f"{self.slug}s"

    @property
    def edit_url(self) -> str:
        return f"{self.slug}-edit"

    @property
    def close_url(self) -> str:
        return f"{self.slug}-close"

    def page_url(self, row: models.Model) -> str:
        return reverse(f"{self.slug}-page", args=[row.pk])


OUTLET = PlaceKind(
    "outlet", ServiceOutlet, gettext_lazy("服务网点"), "outlet.write", services.outlet_write,
    services.outlet_close, services.outlet_reopen,
)  # fmt: skip
SITE = PlaceKind(
    "charging-site", ChargingSite, gettext_lazy("充电站"), "site.write", services.site_write,
    services.site_close, services.site_reopen,
)  # fmt: skip
KINDS = (OUTLET, SITE)


class PlacePage(View):
    needs = READ
    kind: PlaceKind = OUTLET  # as_view() names each one's own

    def get(self, request: HttpRequest, row_id: int) -> HttpResponse:
        actor = actor_of(request)
        row = product_by_id(actor, self.kind.model, row_id)
        context = {
            "kind": self.kind,
            "row": row,
            "facts": [fact_of(row, name) for name in (*self.kind.fields, "closed_on")],
            "may_write": self.kind.writes in actor.grants,
            "is_closed": row.closed_on is not None and row.closed_on <= days.today(),
        }
        return render(request, "fleet/place_page.html", context)


class PlaceEdit(View):
    """Adds a place (no ``row_id``) or changes one."""

    needs = OUTLET.writes
    kind: PlaceKind = OUTLET

    def get(self, request: HttpRequest, row_id: int | None = None) -> HttpResponse:
        return self._page(request, self._form(request, row_id), row_id)

    def post(self, request: HttpRequest, row_id: int | None = None) -> HttpResponse:
        form = self._form(request, row_id)
        if form.is_valid():
            values = {name: form.cleaned_data[name] for name in self.kind.fields}
            try:
                row = self.kind.write(actor_of(request), values=values, row_id=row_id)
            except BadInput:
                form.add_error(None, _("保存失败：编号已被占用，或经纬度不是一个地点。"))
            else:
                messages.success(request, _("已保存。"))
                return redirect(self.kind.page_url(row))
        return self._page(request, form, row_id)

    def _form(self, request: HttpRequest, row_id: int | None) -> forms.BaseForm:
        actor, kind = actor_of(request), self.kind
        row = product_by_id(actor, kind.model, row_id) if row_id is not None else kind.model()
        return form_of(kind.model, kind.fields, actor)(request.POST or None, instance=row)

    def _page(self, request: HttpRequest, form: forms.BaseForm, row_id: int | None) -> HttpResponse:
        context = {
            "form": form,
            "kind": self.kind,
            "list_url": self.kind.list_url,
            "row_id": row_id,
        }
        status = 422 if form.errors else 200
        return render(request, "fleet/product_form.html", context, status=status)


class CloseForm(forms.Form):
    closed_on = forms.DateField(
        label=gettext_lazy("停业日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class ReopenForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class PlaceClose(View):
    """Closes a place from a day on; opens again one that was closed."""

    needs = OUTLET.writes
    kind: PlaceKind = OUTLET

    def get(self, request: HttpRequest, row_id: int) -> HttpResponse:
        return self._page(request, row_id, None)

    def post(self, request: HttpRequest, row_id: int) -> HttpResponse:
        actor, row = actor_of(request), product_by_id(actor_of(request), self.kind.model, row_id)
        form = _end_form(row)(request.POST)
        if form.is_valid():
            act = self.kind.close if row.closed_on is None else self.kind.reopen
            try:
                act(actor, row_id=row_id, **form.cleaned_data)
            except (BadInput, WrongState):
                form.add_error(None, _("状态已被他人改变，请刷新后重试。"))
            else:
                messages.success(request, _("已保存。"))
                return redirect(self.kind.page_url(row))
        return self._page(request, row_id, form)

    def _page(self, request: HttpRequest, row_id: int, form: forms.Form | None) -> HttpResponse:
        row = product_by_id(actor_of(request), self.kind.model, row_id)
        context = {
            "form": form or _end_form(row)(initial={"closed_on": days.today()}),
            "kind": self.kind,
            "row": row,
            "page_url": self.kind.page_url(row),
        }
        status = 422 if form is not None and form.errors else 200
        return render(request, "fleet/place_close.html", context, status=status)


def _end_form(row: Any) -> type[forms.Form]:
    return CloseForm if row.closed_on is None else ReopenForm


class SiteEdit(PlaceEdit):
    needs = SITE.writes
    kind = SITE


class SiteClose(PlaceClose):
    needs = SITE.writes
    kind = SITE

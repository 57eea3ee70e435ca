"""The list of vehicles: page, export, API and subscriptions are made from this."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.fleet import selectors
from voltward.fleet.filters import VehicleFilter
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell

VEHICLES = List(
    of="vehicle",
    title=_("车辆列表"),
    section=_("车辆"),
    needs="vehicle.read",
    rows=lambda actor: selectors.vehicle_visible(actor),
    filterset=VehicleFilter,
    columns=(
        ListColumn(
            "VIN",
            key="vin",
            sort="vin",
            link=lambda row: reverse("vehicle", args=[row.vin]),
            css="vw-mono",
        ),
        ListColumn(_("车型"), key="model_name", sort="model_name"),
        ListColumn(_("电池类型"), key="battery_type", sort="battery_type"),
        ListColumn(
            _("车辆状态"),
            lambda row: Cell(row.get_state_display(), row.state),
            key="state",
            kind="choice",
            sort="state",
        ),
        ListColumn(
            _("首次出现"),
            lambda row: timezone.localtime(row.first_seen_at).strftime("%Y-%m-%d %H:%M"),
            key="first_seen_at",
            kind="instant",
            sort="first_seen_at",
        ),
        ListColumn(
            _("建档时间"), key="registered_at", kind="instant", sort="registered_at", shown=False
        ),
    ),
    order="vin",
    tie="vin",  # the last column of the indexes of fleet_vehicle
    facets=(Facet("state"), Facet("model", "model_name")),
    buttons=(Button(_("车辆建档"), "vehicle-register", "plus", "vehicle.register"),),
    empty_title=_("还没有车辆"),
    empty_text=_("车辆建档后，或其终端首次登入后，会出现在这里。"),
    url_name="vehicles",
    api="vehicles/",
    about="Vehicles by VIN; filter with `vin` (beginning or end), `model_name` (beginning), `state`.",
)

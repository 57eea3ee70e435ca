"""The list of static registration: page, facets, export, API."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter

from voltward.exchange import registration_states as states
from voltward.exchange.models import StaticRegistration
from voltward.exchange.selectors.registrations import registration_visible
from voltward.fleet.filters import CapitalFilter
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell

_ALL = _("全部")
REGISTRATION_DOTS: Final = {
    states.INCOMPLETE: "late", states.COMPLETE: "due", states.REGISTERED: "done",
    states.CHANGED: "stale",
}  # fmt: skip


class RegistrationFilter(RoomFilterSet):
    of = "static_registration"
    vin = CapitalFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    platform = CharFilter(label=_("公共平台代号"), field_name="platform__name", max_length=32)
    state = ChoiceFilter(label=_("状态"), choices=StaticRegistration.STATES, empty_label=_ALL)

    class Meta:
        model = StaticRegistration
        fields = ["vin", "platform", "state"]


def registration_cell(row: StaticRegistration) -> Cell:
    return Cell(row.get_state_display(), REGISTRATION_DOTS[row.state])


REGISTRATIONS = List(
    of="static_registration",
    title=_("静态数据备案"),
    section=_("监管对接"),
    needs="exchange.read",
    rows=registration_visible,
    filterset=RegistrationFilter,
    columns=(
        ListColumn(
            "VIN", key="vehicle__vin", css="vw-mono",
            link=lambda row: reverse("registration", args=[row.pk]),
        ),
        ListColumn(_("车型"), key="vehicle__model_name"),
        ListColumn(_("公共平台"), key="platform__title"),
        ListColumn(_("状态"), registration_cell, key="state", kind="choice", sort="state"),
        ListColumn(_("缺项数"), key="missing", kind="number", sort="missing"),
        ListColumn(
            _("备案日期"), key="registered_on", sort="registered_on",
            raw=lambda row: row.registered_on.isoformat() if row.registered_on else "",
        ),
        ListColumn(
            _("登记人"), key="registered_by",
            raw=lambda row: row.registered_by.display_name if row.registered_by else "",
        ),
        ListColumn(_("备案回执或说明"), key="note", shown=False),
    ),
    order="-missing",
    facets=(Facet("state"), Facet("platform", "platform__name")),
    buttons=(
        Button(_("备案文件"), "registration-files", "file-text", "exchange.read"),
        Button(_("登记为已备案"), "registration-mark", "plus", "exchange.manage"),
    ),
    empty_title=_("还没有需要备案的车辆"),
    empty_text=_("对接公共平台后，发往该平台的车辆自动列在这里，并逐项核对静态数据是否齐全。"),
    url_name="registrations",
    api="static-registrations/",
    about="Static data at public platforms (GB/T 32960.3 annex A.2); filter with `vin` (beginning),"
    " `platform` (name), `state`.",
)  # fmt: skip

REGISTRATION_LISTS = (REGISTRATIONS,)

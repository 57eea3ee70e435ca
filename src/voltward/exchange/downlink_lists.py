"""The list of commands to vehicles: page, export, API and subscriptions."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from voltward.exchange.downlink_words import DOTS
from voltward.exchange.models import DownlinkCommand
from voltward.exchange.selectors.downlink import downlink_visible
from voltward.fleet.filters import CapitalFilter
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.room import Cell

_ALL = _("全部")


class DownlinkFilter(RoomFilterSet):
    of = "downlink_command"
    vin = CapitalFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    state = ChoiceFilter(label=_("状态"), choices=DownlinkCommand.STATES, empty_label=_ALL)
    kind = ChoiceFilter(label=_("指令类型"), choices=DownlinkCommand.KINDS, empty_label=_ALL)

    class Meta:
        model = DownlinkCommand
        fields = ["vin", "state", "kind"]


def state_cell(row: DownlinkCommand) -> Cell:
    return Cell(row.get_state_display(), DOTS[row.state])


DOWNLINKS = List(
    of="downlink_command",
    title=_("下行指令"),
    section=_("监管对接"),
    needs="downlink.read",
    rows=downlink_visible,
    filterset=DownlinkFilter,
    columns=(
        ListColumn(
            _("编号"), lambda row: f"D{row.pk}", key="number", css="vw-mono", raw=lambda row: f"D{row.pk}",
            link=lambda row: reverse("downlink-command", args=[row.pk]),
        ),
        ListColumn("VIN", key="vin", css="vw-mono", raw=lambda row: row.vehicle.vin),
        ListColumn(_("指令"), lambda row: row.what, key="what", raw=lambda row: row.what),
        ListColumn(_("状态"), state_cell, key="state", kind="choice"),
        ListColumn(_("申请人"), key="asked_by", raw=lambda row: row.asked_by.display_name),
        ListColumn(_("申请时间"), key="asked_at", kind="instant", sort="asked_at"),
        ListColumn(
            _("批准人"), key="approved_by",
            raw=lambda row: row.approved_by.display_name if row.approved_by else "",
        ),
        ListColumn(_("首次下发"), key="sent_at", kind="instant", sort="sent_at"),
        ListColumn(_("下发次数"), key="sent_attempt", kind="number"),
        ListColumn(_("应答时间"), key="answered_at", kind="instant"),
        ListColumn(_("理由"), key="reason", shown=False),
    ),
    order="-asked_at",
    facets=(Facet("state"), Facet("kind")),
    empty_title=_("还没有下行指令"),
    empty_text=_("在车辆的“下行指令”标签中申请；经第二人批准后，车辆在线时下发，应答记录在此。"),
    url_name="downlink-commands",
    api="downlink-commands/",
    about="Commands to vehicles; filter with `vin` (beginning), `state`, `kind`.",
)  # fmt: skip

DOWNLINK_LISTS = (DOWNLINKS,)

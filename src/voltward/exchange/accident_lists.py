"""The list of packages of accident data: page, export, API and subscriptions."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from voltward.exchange import accident_states as states
from voltward.exchange.models import AccidentPackage
from voltward.exchange.selectors.accidents import accident_visible
from voltward.fleet.filters import CapitalFilter
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell

_ALL = _("全部")
REPORTED: Final = [("yes", _("已决定报送")), ("no", _("未报送"))]
ACCIDENT_DOTS: Final = {
    states.WAITING: "due", states.COMPLETE: "done", states.PARTIAL: "late", states.EMPTY: "failed",
}  # fmt: skip


class AccidentFilter(RoomFilterSet):
    of = "accident_package"
    vin = CapitalFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    state = ChoiceFilter(label=_("状态"), choices=AccidentPackage.STATES, empty_label=_ALL)
    source = ChoiceFilter(label=_("提出方式"), choices=AccidentPackage.SOURCES, empty_label=_ALL)
    reported = ChoiceFilter(
        label=_("报送公共平台"), choices=REPORTED, method="by_reported", empty_label=_ALL
    )

    class Meta:
        model = AccidentPackage
        fields = ["vin", "state", "source", "reported"]

    def by_reported(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(report_asked_by__isnull=value != "yes")


def accident_cell(row: AccidentPackage) -> Cell:
    return Cell(row.get_state_display(), ACCIDENT_DOTS[row.state])


ACCIDENTS = List(
    of="accident_package",
    title=_("事故数据包"),
    section=_("监管对接"),
    needs="exchange.read",
    rows=accident_visible,
    filterset=AccidentFilter,
    columns=(
        ListColumn(
            _("编号"), lambda row: f"A{row.pk}", key="id", kind="number",
            link=lambda row: reverse("accident", args=[row.pk]),
        ),
        ListColumn(
            "VIN", key="vehicle__vin", css="vw-mono",
            link=lambda row: reverse("vehicle", args=[row.vehicle.vin]),
        ),
        ListColumn(_("事故时刻"), key="moment", kind="instant", sort="moment"),
        ListColumn(_("提出方式"), key="source", kind="choice"),
        ListColumn(_("状态"), accident_cell, key="state", kind="choice"),
        ListColumn(_("有数据的秒数"), key="seconds", kind="number"),
        ListColumn(_("版本"), key="version", kind="number"),
        ListColumn(_("提出时间"), key="asked_at", kind="instant", sort="asked_at"),
        ListColumn(_("提出人"), key="asked_by", raw=lambda row: row.asked_by.display_name),
        ListColumn(_("报送决定时间"), key="report_asked_at", kind="instant"),
        ListColumn(_("理由"), key="reason", shown=False),
    ),
    order="-asked_at",
    facets=(Facet("state"), Facet("source")),
    buttons=(Button(_("提出数据包"), "accident-ask", "plus", "accident.ask"),),
    empty_title=_("还没有事故数据包"),
    empty_text=_("热事件告警自动提出；其他事故由告警或按车辆与时刻人工提出。时间窗结束后由系统固定。"),
    url_name="accidents",
    api="accidents/",
    about="Packages of accident data; filter with `vin` (beginning), `state`, `source`, `reported`.",
)  # fmt: skip

ACCIDENT_LISTS = (ACCIDENTS,)

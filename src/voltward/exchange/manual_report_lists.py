"""The list of manual reports."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from voltward.exchange import manual_report_states as states
from voltward.exchange.models import ManualReport
from voltward.exchange.selectors.manual_reports import manual_report_visible
from voltward.fleet.filters import CapitalFilter
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.room import Cell

_ALL = _("全部")
GOING: Final = [("yes", _("未关闭")), ("no", _("已关闭"))]
DOTS: Final = {"open": "late", "recorded": "due", "closed": "done"}


class ManualReportFilter(RoomFilterSet):
    of = "manual_report"
    vin = CapitalFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    going = ChoiceFilter(label=_("处理"), choices=GOING, method="by_going", empty_label=_ALL)
    state = ChoiceFilter(label=_("状态"), choices=ManualReport.STATES, empty_label=_ALL)
    way = ChoiceFilter(label=_("报告方式"), choices=ManualReport.WAYS, empty_label=_ALL)

    class Meta:
        model = ManualReport
        fields = ["vin", "going", "state", "way"]

    def by_going(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        going = rows.filter(state__in=states.GOING)
        return going if value == "yes" else rows.filter(state=states.CLOSED)


def vehicle_name(row: ManualReport) -> str:
    """Its VIN, or its number in the store where it is not on file."""
    return row.vehicle.vin if row.vehicle else str(row.number)


MANUAL_REPORTS = List(
    of="manual_report",
    title=_("人工报告"),
    section=_("监管对接"),
    needs="exchange.read",
    rows=manual_report_visible,
    filterset=ManualReportFilter,
    columns=(
        ListColumn(
            _("编号"), lambda row: f"M{row.pk}", key="id", kind="number",
            link=lambda row: reverse("manual-report", args=[row.pk]),
        ),
        ListColumn(_("提出时间"), key="opened_at", kind="instant", sort="opened_at"),
        ListColumn(_("公共平台"), key="platform__title"),
        ListColumn(
            "VIN", vehicle_name, key="vehicle__vin", css="vw-mono", raw=vehicle_name,
            link=lambda row: reverse("vehicle", args=[row.vehicle.vin]) if row.vehicle else "",
        ),
        ListColumn(_("事件开始"), key="begins_at", kind="instant", sort="begins_at"),
        ListColumn(_("以 3 级发送时间"), key="told_at", kind="instant"),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), DOTS[row.state]), key="state",
            kind="choice",
        ),
        ListColumn(_("报告方式"), key="way", kind="choice"),
        ListColumn(_("报告时间"), key="reported_at", kind="instant"),
        ListColumn(_("事件最近"), key="ends_at", kind="instant", shown=False),
        ListColumn(_("报告对象"), key="addressee", shown=False),
        ListColumn(_("回执"), key="receipt", shown=False),
        ListColumn(_("关闭时间"), key="closed_at", kind="instant", shown=False),
    ),
    order="-opened_at",
    facets=(Facet("state"), Facet("way")),
    empty_title=_("还没有人工报告"),
    empty_text=_("2016 版平台的报警等级止于 3 级。热事件以 3 级发送后，在这里提出人工报告。"),
    url_name="manual-reports",
    api="manual-reports/",
    about="Thermal events that platforms of the 2016 edition heard of as level 3, and how a person"
    " reported them; filter with `vin`, `going`, `state`, `way`.",
)  # fmt: skip

MANUAL_REPORT_LISTS = (MANUAL_REPORTS,)
